import { ACTIVATIONS, CELL_TABLE, CELLS } from "../../../../../src/catalogue/index.ts";
import type { NetworkSpec, RecurrentSpec } from "../../../../../src/spec/index.ts";
import { firstOf } from "../first.ts";
import { MOST, stepsOf, WIDTHS } from "../reach.ts";
import { patched, withTask, recurrentOf, deepOf, isRecurrent, isDeep, named, steps } from "./changes.ts";
import type { Control } from "./control.ts";

const LENGTHS = [...steps(5, 50, 1), ...steps(55, 200, 5), ...steps(210, 500, 10), ...steps(520, MOST.steps, 20)];
const DEPTHS = [...steps(2, 60, 1), ...steps(62, MOST.depth, 2)];

export const NETWORK: readonly Control[] = [
  {
    type: "choice",
    id: "kind",
    label: "Kind",
    help: "A recurrent network repeats one layer over the steps of a sequence. A deep network stacks many layers.",
    group: "Network",
    fits: () => true,
    choices: () => [
      ["recurrent", "recurrent, over time"],
      ["feedforward", "deep, layer by layer"],
    ],
    read: ({ network }) => network.kind,
    write: ({ seed }, kind) => firstOf(kind as NetworkSpec["kind"], seed),
  },
  {
    type: "choice",
    id: "cell",
    label: "Cell",
    help: "The computation of one step. LSTM and GRU have gates that can keep the past.",
    group: "Network",
    fits: isRecurrent,
    choices: () => CELLS.map((cell) => [cell, CELL_TABLE[cell].title]),
    read: (experiment) => recurrentOf(experiment).cell,
    write: (experiment, cell) => {
      const { keeps, normedGates } = CELL_TABLE[cell as RecurrentSpec["cell"]];
      return patched(experiment, {
        cell,
        constraint: null,
        ...(normedGates.length === 0 ? { norm: null } : {}),
        ...(keeps === undefined ? { init: { chrono: null } } : {}),
      });
    },
  },
  {
    type: "range",
    id: "steps",
    label: "Length",
    help: "Steps of the sequence: the gradient passes through all of them.",
    group: "Network",
    fits: (experiment) => isRecurrent(experiment) && "steps" in experiment.task,
    places: LENGTHS,
    read: ({ task }) => stepsOf(task),
    write: (experiment, value) => withTask(experiment, { steps: value }),
  },
  {
    type: "choice",
    id: "activation",
    label: "Activation",
    help: "The function each unit applies. Its slope multiplies the gradient at every layer.",
    group: "Network",
    fits: isDeep,
    choices: () => named(ACTIVATIONS),
    read: (experiment) => deepOf(experiment).activation,
    write: (experiment, activation) => patched(experiment, { activation }),
  },
  {
    type: "range",
    id: "depth",
    label: "Depth",
    help: "Number of hidden layers: the gradient passes through all of them.",
    group: "Network",
    fits: (experiment) => isDeep(experiment) && typeof deepOf(experiment).width === "number",
    places: DEPTHS,
    read: (experiment) => deepOf(experiment).depth,
    write: (experiment, depth) => patched(experiment, { depth }),
  },
  {
    type: "range",
    id: "width",
    label: "Width",
    help: "Units of each layer.",
    group: "Network",
    fits: ({ network }) => network.kind === "recurrent" || typeof network.width === "number",
    places: WIDTHS,
    read: ({ network }) => (network.kind === "recurrent" ? network.hidden : (network.width as number)),
    write: (experiment, value) => patched(experiment, isRecurrent(experiment) ? { hidden: value } : { width: value }),
  },
];
