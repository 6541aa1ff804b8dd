import type { BatchState } from "../../tasks/batch.ts";
import type { Direction } from "../direction.ts";
import type { Decay } from "./profile.ts";

/** States `[N, B, H]` of a pass that began with a state of its own. */
export interface StateFlow {
  /** The state after each sequence's last step: the next part of a long sequence begins with it. */
  readonly final: BatchState;
  /** ∂L/∂ of the first state, `data · 2^exponent`: the gradient that is lost when only the state is carried over. */
  readonly gradient: { readonly h: ScaledNumbers; readonly c?: ScaledNumbers };
}

/** The end of the path in a network whose first state is not zero. */
export interface InitialStateFlow {
  readonly kind: "learned" | "given";
  /**
   * One for each layer and direction, bottom first: ln ‖∂L/∂h₀‖_F over batch and units; for a cell state also ln
   * ‖∂L/∂c₀‖_F.
   */
  readonly layers: readonly {
    readonly suffix: string;
    readonly lnGradientNorm: number;
    readonly lnCellGradientNorm?: number;
  }[];
}

export interface ScaledNumbers {
  readonly data: Float64Array;
  readonly exponent: number;
}

/** The profile of sequences of different lengths, counted from the first step of each sequence. */
export interface FromStartFlow {
  /** `[T]` ln of √B times the root mean square of ‖∂L/∂h_k‖ over the samples that have step k. */
  readonly lnGradientNorm: Float64Array;
  /** `[T]` samples that have each step. */
  readonly samples: Int32Array;
}

/** Sequences of different lengths. */
export interface PaddingFlow {
  /** The share of the batch's steps that are padding. */
  readonly share: number;
  readonly shortest: number;
  readonly longest: number;
  /** `[T]` samples that have each station. */
  readonly samples: Int32Array;
  /**
   * The same batch with its padding run as if it were data: the loss, and the gradient back from the last padded step.
   * If requested.
   */
  readonly unmasked?: {
    readonly steps: number;
    readonly loss: number | null;
    readonly lnGradientNorm: Float64Array;
    readonly decay: Decay | null;
  };
}

/**
 * The gradient of truncated back-propagation compared with the full one: after every k1 steps the losses of those steps
 * are sent back k2 steps. `angle` and `ratio` are of all parameters together, also of the readout's, which truncation
 * does not change.
 */
export interface TruncatedFlow extends Direction {
  readonly k1: number;
  readonly k2: number;
  /** ln ‖δ_t‖ of the truncated gradient at step t. */
  readonly lnGradientNorm: Float64Array;
  readonly decay: Decay | null;
  /** ratio: ‖truncated ∂L/∂W‖/‖∂L/∂W‖. */
  readonly parameters: readonly (Direction & { readonly name: string })[];
}

/** ln ‖∂L_t/∂h_s‖ over batch and layers, L = Σ_t L_t: the contribution of step t's loss to the gradient at step s. */
export interface CreditFlow {
  /** The steps t whose losses were measured, ascending: every step, or every n-th step counted back from the last. */
  readonly losses: readonly number[];
  /**
   * `[T]` by lag t − s: the mean of ln ‖∂L_t/∂h_s‖ over those of these losses for which it is not exactly zero; −∞ if
   * all are zero.
   */
  readonly lnNormByLag: Float64Array;
  /** Its least-squares line over the lag. */
  readonly decay: Decay | null;
  /** For a bidirectional network: `[T]` by lead s − t, the same mean for steps after t, and its least-squares line. */
  readonly lnNormByLead?: Float64Array;
  readonly leadDecay?: Decay | null;
  /** `[losses][T]`, a row for each t; −∞ for s > t, unless the network is bidirectional. */
  readonly matrix?: readonly Float64Array[];
}
