import {
  ACTIVATIONS,
  CELL_TABLE,
  CELLS,
  ELMAN_CELLS,
  NORMS,
  normalizesActivations,
  RESIDUALS,
} from "../../../../src/catalogue/index.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../../../../src/spec/index.ts";
import { WEIGHT_INITS } from "../../../../src/spec/names.ts";
import type { Edits, Experiment, TaskChoice } from "./experiment.ts";
import { type Json, merged } from "./merge-patch.ts";
import { BATCHES, MOST, stepsOf, WIDTHS } from "./reach.ts";

/** An experiment whose network is filled in, as the worker hands it back. */
export interface Whole extends Experiment {
  readonly network: NetworkSpec;
}

interface Shown {
  readonly id: string;
  readonly label: string;
  /** One sentence, read out and shown under the control's help. */
  readonly help: string;
  readonly group: GroupName;
  /** Whether the experiment has it. */
  readonly fits: (experiment: Whole) => boolean;
}

/** A slider over `places`, by number; `even` steps or the listed places. */
export interface RangeControl extends Shown {
  readonly type: "range";
  readonly places: readonly number[];
  readonly read: (experiment: Whole) => number;
  readonly write: (experiment: Whole, value: number) => Experiment;
  readonly text?: (value: number) => string;
}

export interface ChoiceControl extends Shown {
  readonly type: "choice";
  readonly choices: (experiment: Whole) => readonly (readonly [value: string, label: string])[];
  readonly read: (experiment: Whole) => string;
  readonly write: (experiment: Whole, value: string) => Experiment;
}

export interface SwitchControl extends Shown {
  readonly type: "switch";
  readonly read: (experiment: Whole) => boolean;
  readonly write: (experiment: Whole, value: boolean) => Experiment;
}

export type Control = RangeControl | ChoiceControl | SwitchControl;

export const GROUPS = ["Network", "First weights", "Shortcuts and norms", "Data", "Faults to plant"] as const;
export type GroupName = (typeof GROUPS)[number];

const steps = (from: number, to: number, by: number): number[] =>
  Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => Number((from + i * by).toFixed(6)));
const LENGTHS = [...steps(5, 50, 1), ...steps(55, 200, 5), ...steps(210, 500, 10), ...steps(520, MOST.steps, 20)];
const DEPTHS = [...steps(2, 60, 1), ...steps(62, MOST.depth, 2)];
const FACTORS = [1e-3, 1e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000];

const patched = (experiment: Whole, patch: Json): Experiment => ({
  ...experiment,
  network: merged(experiment.network, patch) as Experiment["network"],
});
const withTask = (experiment: Whole, task: Json): Experiment => ({
  ...experiment,
  task: { ...experiment.task, ...task },
});
const withEdits = (experiment: Whole, edits: Edits): Experiment => ({
  ...experiment,
  edits: { ...experiment.edits, ...edits },
});
const recurrentOf = ({ network }: Whole) => network as RecurrentSpec;
const deepOf = ({ network }: Whole) => network as FeedforwardSpec;
const isRecurrent = ({ network }: Whole) => network.kind === "recurrent";
const isDeep = ({ network }: Whole) => network.kind === "feedforward";
const named = (names: readonly string[]) => names.map((name) => [name, name.replaceAll("_", " ")] as const);

/** Tasks of each kind that need no file, with what they ask for. */
export const TASKS_OF: Readonly<Record<NetworkSpec["kind"], readonly (readonly [name: string, label: string])[]>> = {
  recurrent: [
    ["adding", "add two marked numbers"],
    ["copy", "copy symbols after a wait"],
    ["temporal_order", "tell the order of two marks"],
    ["noise", "noise, nothing to learn"],
  ],
  feedforward: [
    ["circles", "tell two circles apart"],
    ["spirals", "tell two spirals apart"],
    ["xor", "exclusive or"],
    ["parity", "parity of 8 bits"],
    ["teacher", "imitate a small network"],
    ["gaussian", "random labels"],
  ],
};

const FIRST: Readonly<Record<NetworkSpec["kind"], { readonly network: Json; readonly task: TaskChoice }>> = {
  recurrent: { network: { kind: "recurrent", cell: "tanh", hidden: 32 }, task: { name: "adding", steps: 200 } },
  feedforward: {
    network: { kind: "feedforward", width: 32, depth: 30, activation: "tanh", init: { weight: "gaussian" } },
    task: { name: "circles" },
  },
};

/** Where a visitor begins: the default network of a kind. */
export const firstOf = (kind: NetworkSpec["kind"], seed = 1): Experiment => ({
  ...(FIRST[kind] as Pick<Experiment, "network" | "task">),
  batch: kind === "recurrent" ? 8 : 32,
  seed,
  edits: {},
});

/** The factor on the hidden weights, by either of its names. */
export const gainOf = ({ network: { init } }: Whole): number =>
  ("sigmaW" in init ? init.sigmaW : undefined) ?? (typeof init.gain === "number" ? init.gain : 1);

/** The standard deviation of the biases, by either of its names. */
export const biasSpreadOf = ({ network: { init } }: Whole): number =>
  ("sigmaB" in init ? init.sigmaB : undefined) ?? init.biasStd;

const NETWORK: readonly Control[] = [
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
    help: "What one step computes. LSTM and GRU have gates that can hold on to the past.",
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

const WEIGHTS: readonly Control[] = [
  {
    type: "choice",
    id: "init",
    label: "Initialization",
    help: "How the first weights are drawn.",
    group: "First weights",
    fits: (experiment) => isDeep(experiment) || CELL_TABLE[recurrentOf(experiment).cell].recurrentMatrix,
    choices: (experiment) => {
      const allowed = isDeep(experiment) ? "every" : CELL_TABLE[recurrentOf(experiment).cell].recurrentInits;
      return named(WEIGHT_INITS.filter((name) => allowed === "every" || allowed.includes(name)));
    },
    read: ({ network }) => (network.kind === "recurrent" ? network.init.recurrent : network.init.weight),
    write: (experiment, law) =>
      patched(experiment, { init: isRecurrent(experiment) ? { recurrent: law } : { weight: law } }),
  },
  {
    type: "range",
    id: "gain",
    label: "Gain of the weights, σ_w",
    help: "Every hidden weight is multiplied by it. With Gaussian weights it is the σ_w of mean-field theory.",
    group: "First weights",
    fits: (experiment) => isDeep(experiment) || CELL_TABLE[recurrentOf(experiment).cell].recurrentMatrix,
    places: steps(0, 3, 0.01),
    read: gainOf,
    write: (experiment, gain) => patched(experiment, { constraint: null, init: { gain, sigmaW: null, lsuv: null } }),
    text: (value) => value.toFixed(2),
  },
  {
    type: "range",
    id: "biasStd",
    label: "Spread of the biases, σ_b",
    help: "Standard deviation of the first biases.",
    group: "First weights",
    fits: () => true,
    places: steps(0, 3, 0.02),
    read: biasSpreadOf,
    write: (experiment, biasStd) => patched(experiment, { init: { biasStd, sigmaB: null } }),
    text: (value) => value.toFixed(2),
  },
  {
    type: "range",
    id: "forgetBias",
    label: "Forget bias",
    help: "First bias of the forget gate. High: the gate is open and the cell remembers. Low: it forgets at once.",
    group: "First weights",
    fits: ({ network }) =>
      network.kind === "recurrent" &&
      CELL_TABLE[network.cell].keeps?.isForgetGate === true &&
      network.init.chrono === undefined,
    places: steps(-6, 8, 0.1),
    read: (experiment) => recurrentOf(experiment).init.forgetBias,
    write: (experiment, forgetBias) => patched(experiment, { init: { forgetBias } }),
    text: (value) => value.toFixed(1),
  },
  {
    type: "switch",
    id: "chrono",
    label: "Gates start at the sequence's length (chrono)",
    help: "The gates that hold the past start with memories of 2 up to as many steps as the sequence has.",
    group: "First weights",
    fits: (experiment) => isRecurrent(experiment) && CELL_TABLE[recurrentOf(experiment).cell].keeps !== undefined,
    read: (experiment) => recurrentOf(experiment).init.chrono !== undefined,
    write: (experiment, on) =>
      patched(experiment, { init: { chrono: on ? Math.max(2, stepsOf(experiment.task)) : null } }),
  },
];

const PATHS: readonly Control[] = [
  {
    type: "choice",
    id: "residual",
    label: "Residual connections",
    help: "A shortcut around each block: the gradient can pass without being multiplied.",
    group: "Shortcuts and norms",
    fits: isDeep,
    choices: () => named(RESIDUALS),
    read: (experiment) => deepOf(experiment).residual,
    write: (experiment, residual) => patched(experiment, { residual }),
  },
  {
    type: "choice",
    id: "norm",
    label: "Normalization",
    help: "Brings every layer's values back to unit variance.",
    group: "Shortcuts and norms",
    fits: ({ network }) => network.kind === "feedforward" || CELL_TABLE[network.cell].normedGates.length > 0,
    choices: (experiment) => named(isDeep(experiment) ? NORMS : ["none", "layer"]),
    read: ({ network }) => network.norm,
    write: (experiment, norm) => patched(experiment, { norm }),
  },
  {
    type: "choice",
    id: "normPosition",
    label: "Where the normalization stands",
    help: "Before or after the activation; with residual blocks also before or after the whole block.",
    group: "Shortcuts and norms",
    fits: ({ network }) => network.kind === "feedforward" && normalizesActivations(network.norm),
    choices: ({ network }) =>
      named(
        (network as FeedforwardSpec).residual === "none" ? ["before", "after"] : ["before", "after", "pre", "post"],
      ),
    read: (experiment) => deepOf(experiment).normPosition,
    write: (experiment, normPosition) => patched(experiment, { normPosition }),
  },
  {
    type: "switch",
    id: "orthogonal",
    label: "Keep the recurrent weights orthogonal",
    help: "Training brings the weights back to an orthogonal matrix, which neither shrinks nor stretches.",
    group: "Shortcuts and norms",
    fits: ({ network }) => network.kind === "recurrent" && (ELMAN_CELLS as readonly string[]).includes(network.cell),
    read: (experiment) => recurrentOf(experiment).constraint === "orthogonal",
    write: (experiment, on) =>
      patched(
        experiment,
        on ? { constraint: "orthogonal", init: { recurrent: "orthogonal", gain: 1 } } : { constraint: null },
      ),
  },
];

const DATA: readonly Control[] = [
  {
    type: "choice",
    id: "task",
    label: "Task",
    help: "What the network is asked for, and so where the loss and its gradient come from.",
    group: "Data",
    fits: ({ task, network }) => TASKS_OF[network.kind].some(([name]) => name === task.name),
    choices: ({ network }) => TASKS_OF[network.kind],
    read: ({ task }) => task.name,
    write: (experiment, name) => ({
      ...experiment,
      task: isRecurrent(experiment) ? { name, steps: stepsOf(experiment.task) } : { name },
    }),
  },
  {
    type: "range",
    id: "batch",
    label: "Batch",
    help: "Samples in one pass. Long sequences of a wide network take smaller batches, so that the page answers at once.",
    group: "Data",
    fits: () => true,
    places: BATCHES,
    read: ({ batch }) => batch,
    write: (experiment, batch) => ({ ...experiment, batch }),
  },
  {
    type: "range",
    id: "seed",
    label: "Seed",
    help: "Every random draw follows from it: the same seed gives the same numbers, bit for bit.",
    group: "Data",
    fits: () => true,
    places: steps(0, 99, 1),
    read: ({ seed }) => seed,
    write: (experiment, seed) => ({ ...experiment, seed }),
  },
];

const FAULTS: readonly Control[] = [
  {
    type: "range",
    id: "inputScale",
    label: "Scale of the first input",
    help: "Multiplies the first input column: 1 leaves the data as they are.",
    group: "Faults to plant",
    fits: () => true,
    places: FACTORS,
    read: ({ edits }) => edits.inputScale ?? 1,
    write: (experiment, inputScale) => withEdits(experiment, { inputScale }),
    text: (value) => `× ${value}`,
  },
  {
    type: "range",
    id: "firstBias",
    label: "Bias of the first layer",
    help: "Sets every bias of the first layer. Far below zero, no unit of a rectifier is ever on.",
    group: "Faults to plant",
    fits: (experiment) => isDeep(experiment),
    places: steps(-10, 10, 0.5),
    read: ({ edits }) => edits.firstBias ?? 0,
    write: (experiment, firstBias) => {
      const { firstBias: _, ...rest } = experiment.edits;
      return { ...experiment, edits: firstBias === 0 ? rest : { ...rest, firstBias } };
    },
    text: (value) => value.toFixed(1),
  },
  {
    type: "switch",
    id: "labels",
    label: "Every sample has the same label",
    help: "Then one constant answer is always right, and there is nothing to learn.",
    group: "Faults to plant",
    fits: () => true,
    read: ({ edits }) => edits.labels === "same",
    write: (experiment, on) => withEdits(experiment, { labels: on ? "same" : "given" }),
  },
];

/** Every control, group by group. */
export const CONTROLS: readonly Control[] = [...NETWORK, ...WEIGHTS, ...PATHS, ...DATA, ...FAULTS];

/** The place nearest to a value: where a slider's thumb stands. */
export function placeOf(places: readonly number[], value: number): number {
  let best = 0;
  for (let i = 1; i < places.length; i++) {
    if (Math.abs(places[i] - value) < Math.abs(places[best] - value)) best = i;
  }
  return best;
}
