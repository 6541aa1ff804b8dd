import type { BatchState } from "../../tasks/batch.ts";
import type { Direction } from "../direction.ts";
import type { Decay } from "./profile.ts";

/** States `[N, B, H]` of a pass that began with a given one. */
export interface StateFlow {
  /** The state behind each sequence's last step: where the next part of a long sequence begins. */
  readonly final: BatchState;
  /** ∂L/∂ of the first state, `data · 2^exponent`: the gradient that is lost when only the state is carried over. */
  readonly gradient: { readonly h: ScaledNumbers; readonly c?: ScaledNumbers };
}

/** Where the path ends in a network that does not begin at zero. */
export interface InitialStateFlow {
  readonly kind: "learned" | "given";
  /**
   * One a layer and direction, bottom first: ln ‖∂L/∂h₀‖_F over batch and units; of a cell state also ln ‖∂L/∂c₀‖_F.
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

/** The profile of sequences of different lengths, counted from each one's own first step. */
export interface FromStartFlow {
  /** `[T]` √B times the root mean square of ‖∂L/∂h_k‖ over the samples that have step k, ln. */
  readonly lnGradientNorm: Float64Array;
  /** `[T]` samples that have each step. */
  readonly samples: Int32Array;
}

/** Sequences of different lengths. */
export interface PaddingFlow {
  /** The share of the given steps that are padding. */
  readonly share: number;
  readonly shortest: number;
  readonly longest: number;
  /** `[T]` samples that have each station. */
  readonly samples: Int32Array;
  /**
   * The same batch run with its padding, as if it were data: the loss, and the gradient from the last step of all back.
   * Where it was asked for.
   */
  readonly unmasked?: {
    readonly steps: number;
    readonly loss: number | null;
    readonly lnGradientNorm: Float64Array;
    readonly decay: Decay | null;
  };
}

/**
 * The gradient of truncated back-propagation beside the full one: after every k1 steps the losses of those steps are
 * sent back k2 steps. `angle` and `ratio` are of all parameters together, the readout's (which truncation leaves alone)
 * included.
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

/** ln ‖∂L_t/∂h_s‖ over batch and layers, L = Σ_t L_t: what step t's loss contributes to the gradient at step s. */
export interface CreditFlow {
  /** The steps t whose losses were taken, ascending: every step, or every so many back from the last. */
  readonly losses: readonly number[];
  /**
   * `[T]` by lag t − s: the mean over those losses of ln ‖∂L_t/∂h_s‖, over the ones that are not exactly zero; −∞ where
   * all are.
   */
  readonly lnNormByLag: Float64Array;
  /** Its least squares over the lag. */
  readonly decay: Decay | null;
  /** Of a bidirectional network: `[T]` by lead s − t, the same of the steps after t, and its least squares. */
  readonly lnNormByLead?: Float64Array;
  readonly leadDecay?: Decay | null;
  /** `[losses][T]`, a row for each t; −∞ for s > t but in a bidirectional network. */
  readonly matrix?: readonly Float64Array[];
}
