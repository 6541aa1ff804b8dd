import type { Ledger } from "./profile.ts";

/**
 * A dense layer of a stem or a head. It reads every step on its own; in a head with one loss for each sequence, it
 * reads one vector.
 */
export interface DenseFlow {
  /** `stem.0`, `head.1`: the beginning of its parameters' names. */
  readonly name: string;
  /** ln ‖∂L/∂out‖_F over batch and steps. */
  readonly lnGradientNorm: number;
  /**
   * `[T]` ln ‖∂L/∂out‖_F at each step, as in `GradientFlow.lnGradientNorm`; absent where there is one vector for each
   * sample.
   */
  readonly lnStepNorms?: Float64Array;
  /** ln ‖·‖_F of the gradient after its dropout, after its φ' and after its norm's adjoint; with a ledger. */
  readonly lnDropout?: number;
  readonly lnGate?: number;
  readonly lnNorm?: number;
}

/** The path from the loss through head, steps and stem. */
export interface ModelFlow {
  /** Runs of stations, index 0 farthest from the loss: a stem's layers, the steps, a head's layers. */
  readonly parts: readonly { readonly name: string; readonly first: number; readonly stations: number }[];
  /** ln ‖∂L/∂ of every station‖_F; for a stem's layer over all steps. */
  readonly lnGradientNorm: Float64Array;
  /**
   * Between dense layers `dropout`, `gate`, `norm` and `weights`; from the head to the last step `reading`, pooling
   * included; between steps the layers' own factors, each layer weighted by its share of the square, and as
   * `interference` the rest of the gain (if directions or dilation differ, only `steps`); from the first step to the
   * stem, over all steps, `entrance`.
   */
  readonly ledger: Ledger;
}
