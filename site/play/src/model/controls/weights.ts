import { CELL_TABLE } from "../../../../../src/catalogue/index.ts";
import { WEIGHT_INITS } from "../../../../../src/spec/names.ts";
import { stepsOf } from "../reach.ts";
import { patched, recurrentOf, isRecurrent, isDeep, named, gainOf, biasSpreadOf, steps } from "./changes.ts";
import type { Control } from "./control.ts";

export const WEIGHTS: readonly Control[] = [
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
