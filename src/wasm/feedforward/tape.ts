import type { LayerBlock } from "../../spec/layer-blocks.ts";
import type { OperationKindName } from "../generated/kinds.ts";

/**
 * A spec as a tape: values, and the operations between them in the order in which they run. `bind.ts` writes it into
 * the records of `assembly/records/tape.ts`.
 */

/** An activation matrix, `[P][rows][8]`: rows of one planned tensor, and of another for its gradient. */
export interface TapeValue {
  readonly rows: number;
  readonly data: Rows;
  /** Null where ∂L/∂ of it is not needed: the network's input. */
  readonly gradient: Rows | null;
}

/** `[P][stride][8]` of a planned tensor, from row `first` of every panel on. */
export interface Rows {
  readonly tensor: string;
  /** Stations have many readers. Each inner value of a series has one; two buffers hold their gradients in turn. */
  readonly of: "station" | "series" | "buffer";
  readonly stride: number;
  readonly first: number;
}

/** The name of the tensor that holds ∂L/∂h of all stations of a dense network. */
export const CONCATENATION = "dh";

export type Code = OperationKindName;

export interface TapeOperation {
  readonly code: Code;
  /** The activation's number in the core; a mask's layer; 0 for others. */
  readonly kind: number;
  readonly x: TapeValue;
  /** The branch of a join. */
  readonly y: TapeValue | null;
  /** The pre-activation of a highway's gate. */
  readonly z: TapeValue | null;
  readonly out: TapeValue;
  /** Parameters by name: weight, scale, slope or multiplier; bias or shift. */
  readonly weight: string | null;
  readonly bias: string | null;
  /** A constant factor on the branch; for a norm its ε. */
  readonly factor: number;
  /** The ledger's name for its adjoint. */
  readonly name: string;
  /** The slots for the norms of its adjoint; −1 for none. */
  readonly outSlot: number;
  readonly xSlot: number;
  readonly ySlot: number;
  /**
   * For a dense network: the slots of the norm of the gradient for station `part`, and of the gradient that was there
   * before.
   */
  readonly partSlot: number;
  readonly priorSlot: number;
  readonly partFrom: number;
  readonly partRows: number;
}

/** One factor of the ledger: its name and the slot that holds the norm behind it. */
export interface Factor {
  readonly name: string;
  readonly slot: number;
}

/** How δ_{s+1} becomes δ_s: first the factors common to all routes, then the routes; δ_s is the sum of the routes. */
export interface Interval {
  readonly prefix: readonly Factor[];
  readonly routes: readonly (readonly Factor[])[];
}

export interface Tape {
  readonly operations: readonly TapeOperation[];
  /** h_0 … h_{L−1}; slot l is station l's whole gradient. */
  readonly stations: readonly TapeValue[];
  /** For each layer the operation that holds φ', by index; −1 for a linear layer. */
  readonly activations: readonly number[];
  /** For each layer the operation that holds W, by index. */
  readonly layers: readonly number[];
  /** [L − 1], interval s leading from δ_{s+1} to δ_s. */
  readonly intervals: readonly Interval[];
  readonly output: TapeValue;
  /** Number of operations up to the last station; those of a readout follow. */
  readonly lossFrom: number;
  readonly slots: number;
  readonly outputSlot: number;
  /** Number of rows per panel, of every tensor that a value names. */
  readonly tensors: ReadonlyMap<string, number>;
}

/** The operations of one block, for the ledger. */
export interface BlockOperations {
  readonly block: LayerBlock;
  /** Layers first … last. */
  readonly layers: readonly (readonly TapeOperation[])[];
  readonly join: TapeOperation | null;
  readonly gate: TapeOperation | null;
  readonly tail: readonly TapeOperation[];
}
