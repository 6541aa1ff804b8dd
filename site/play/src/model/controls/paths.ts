import {
  CELL_TABLE,
  ELMAN_CELLS,
  NORMS,
  normalizesActivations,
  RESIDUALS,
} from "../../../../../src/catalogue/index.ts";
import type { FeedforwardSpec } from "../../../../../src/spec/index.ts";
import { patched, recurrentOf, deepOf, isDeep, named } from "./changes.ts";
import type { Control } from "./control.ts";

export const PATHS: readonly Control[] = [
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
