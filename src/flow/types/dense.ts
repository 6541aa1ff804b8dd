import type { Ledger } from "./profile.ts";

/** A dense layer of a stem or a head, which sees every step on its own; of a head with one loss a sequence, once. */
export interface DenseFlow {
  /** `stem.0`, `head.1`: the beginning of its parameters' names. */
  readonly name: string;
  /** ln ‖∂L/∂out‖_F over batch and steps. */
  readonly lnGradientNorm: number;
  /** `[T]` the same at each step, as `GradientFlow.lnGradientNorm` is; left out where there is one vector a sample. */
  readonly lnStepNorms?: Float64Array;
  /** ln ‖·‖_F of what its dropout leaves of it, then its φ', then its norm's adjoint; with a ledger. */
  readonly lnDropout?: number;
  readonly lnGate?: number;
  readonly lnNorm?: number;
}

/** The path from the loss through head, steps and stem. */
export interface ModelFlow {
  /** Runs of stations, index 0 farthest from the loss: a stem's layers, the steps, a head's layers. */
  readonly parts: readonly { readonly name: string; readonly first: number; readonly stations: number }[];
  /** ln ‖∂L/∂ of every station‖_F: of a stem's layer over all steps. */
  readonly lnGradientNorm: Float64Array;
  /**
   * Between dense layers `dropout`, `gate`, `norm` and `weights`; from the head to the last step `reading`, with what
   * pooling makes of it; between steps the layers' own factors, each layer weighted by its share of the square, and
   * `interference`, what their mean leaves (`steps` in one where directions or dilation differ); from the first step to
   * the stem, over all steps, `entrance`.
   */
  readonly ledger: Ledger;
}
