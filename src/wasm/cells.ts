import { ACTIVATIONS, type CellName } from "../spec/names.ts";

/**
 * How the host lays out a cell's weights for `assembly/cells/`. A slab is the rows of one gate, padded to whole tiles of four.
 * Adding a cell is one file there and one row here.
 */
export interface CellLayout {
  /** The number `assembly/cells/index.ts` dispatches on. */
  readonly kind: number;
  /** φ of an Elman cell, as a number of ACTIVATIONS; unused by others. */
  readonly activation: number;
  /** Slabs of state handed from step to step: h, then c. */
  readonly stateSlabs: number;
  /** Slabs a step keeps for the backward pass. */
  readonly tapeSlabs: number;
  /** The gate (PyTorch's order) of each slab of the forward product. */
  /** Slabs of ∂L/∂a, and for the products with W_ih and W_hh the gate (PyTorch's order) each of their slabs belongs to. */
  readonly deltaSlabs: number;
  readonly forwardGates: readonly number[];
  readonly inputGates: readonly number[];
  readonly hiddenGates: readonly number[];
  /** The slab of ∂L/∂a where the hidden gates begin. */
  readonly hiddenAt: number;
}

const elman = (activation: (typeof ACTIVATIONS)[number]): CellLayout => ({
  kind: 0,
  activation: ACTIVATIONS.indexOf(activation),
  stateSlabs: 1,
  tapeSlabs: 1,
  deltaSlabs: 1,
  forwardGates: [0],
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
} as Record<CellName, CellLayout>;
