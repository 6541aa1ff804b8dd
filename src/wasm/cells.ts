import { ACTIVATIONS, type CellName, type ElmanCellName } from "../spec/names.ts";

/** One slab of the product a cell's forward step begins with. */
export interface ForwardSlab {
  /** The gate, in PyTorch's order, whose rows these are. */
  readonly gate: number;
  /** What the rows multiply: x and h side by side, or one of them where the cell needs both products apart. */
  readonly of: "both" | "input" | "hidden";
}

/**
 * How the host lays out a cell's weights for `assembly/cells/`. A slab is the rows of one gate, padded to whole tiles of four.
 * Adding a cell is one file there and one row here.
 */
export interface CellLayout {
  /** The number `assembly/passes/dispatch.ts` dispatches on. */
  readonly kind: number;
  /** φ of an Elman cell, as a number of ACTIVATIONS; unused by others. */
  readonly activation: number;
  /** Slabs of state handed from step to step: h, then c. */
  readonly stateSlabs: number;
  /** Slabs a step keeps for the backward pass. */
  readonly tapeSlabs: number;
  /** What a step hands back past the weights: nothing, a gradient of h, or a gradient of c. */
  readonly direct: "none" | "hidden" | "cell";
  /** Whether the direct route has a gate whose mean is worth telling. */
  readonly forgets: boolean;
  /** The forward product, slab by slab: those of both operands first. */
  readonly forward: readonly ForwardSlab[];
  /** Slabs of ∂L/∂a, and for the products with W_ih and W_hh the gate each of their slabs belongs to. */
  readonly deltaSlabs: number;
  readonly inputGates: readonly number[];
  readonly hiddenGates: readonly number[];
  /** The slab of ∂L/∂a where the hidden gates begin. */
  readonly hiddenAt: number;
}

const both = (...gates: number[]): ForwardSlab[] => gates.map((gate) => ({ gate, of: "both" }));

const elman = (activation: ElmanCellName): CellLayout => ({
  kind: 0,
  activation: ACTIVATIONS.indexOf(activation),
  stateSlabs: 1,
  tapeSlabs: 1,
  direct: "none",
  forgets: false,
  forward: both(0),
  deltaSlabs: 1,
  inputGates: [0],
  hiddenGates: [0],
  hiddenAt: 0,
});

export const CELL_LAYOUTS: Readonly<Record<CellName, CellLayout>> = {
  tanh: elman("tanh"),
  relu: elman("relu"),
  sigmoid: elman("sigmoid"),
  identity: elman("identity"),
  leaky_relu: elman("leaky_relu"),
  hardtanh: elman("hardtanh"),
  softsign: elman("softsign"),
  // gates i, f, g, o
  lstm: {
    kind: 1,
    activation: 0,
    stateSlabs: 2,
    tapeSlabs: 6,
    direct: "cell",
    forgets: true,
    forward: both(0, 1, 2, 3),
    deltaSlabs: 4,
    inputGates: [0, 1, 2, 3],
    hiddenGates: [0, 1, 2, 3],
    hiddenAt: 0,
  },
  // gates r, z, n; ∂a in the order n_x, r, z, n_h
  gru: {
    kind: 2,
    activation: 0,
    stateSlabs: 1,
    tapeSlabs: 5,
    direct: "hidden",
    forgets: true,
    forward: [...both(0, 1), { gate: 2, of: "input" }, { gate: 2, of: "hidden" }],
    deltaSlabs: 4,
    inputGates: [2, 0, 1],
    hiddenGates: [0, 1, 2],
    hiddenAt: 1,
  },
};
