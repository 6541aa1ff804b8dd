import type { GradientFlow } from "../flow/index.ts";
import type { ClipRecord } from "./clip.ts";
import type { LossScalerRecord } from "./loss-scaler.ts";

/** What one update did to one parameter. Norms are natural logarithms, −∞ for an exact zero. */
export interface ParameterStep {
  readonly name: string;
  /** ln ‖∂L/∂θ‖, right beyond float32's range too. */
  readonly lnGradientNorm: number;
  /**
   * ln of the norm of the gradient the optimizer was given: as float32 holds it, clipped. −∞ where all of it
   * underflowed.
   */
  readonly lnSeenNorm: number;
  /** ln ‖θ_t − θ_{t−1}‖ as float32 took it: −∞ where every change was lost to rounding. */
  readonly lnUpdateNorm: number;
  /** ln ‖θ_t‖. */
  readonly lnNorm: number;
  /** ln ‖θ_t − θ_0‖, θ_0 as it was before the first update. */
  readonly lnDistance: number;
}

/** Where the first number that is not finite stood: the update, and the place in the network. */
export interface TrainingNonfinite extends NonNullable<GradientFlow["nonfinite"]> {
  /** The update in which it was met, from 1. */
  readonly update: number;
  /** The parameter whose gradient left float32's range, where the pass itself was sound. */
  readonly parameter?: string;
}

/** One update. Plain data. */
export interface StepRecord {
  /** Its number, from 1. */
  readonly update: number;
  /** The batch's mean loss before it. */
  readonly loss: number;
  /** The share of right answers before it, where the loss has classes; else null. */
  readonly accuracy: number | null;
  readonly learningRate: number;
  /** `nonfinite`: loss or gradient is no finite float32; no parameter was changed. */
  readonly outcome: "finite" | "nonfinite";
  readonly nonfinite?: TrainingNonfinite;
  /** ln of the norm of the gradient of all trained parameters as one vector. */
  readonly lnGradientNorm: number;
  /** What clipping did, method by method; empty where none was asked for. */
  readonly clips: readonly ClipRecord[];
  /** What a loss scaler saw, where one watches. */
  readonly scaler?: LossScalerRecord;
  /** Trained parameters, in the network's order. */
  readonly parameters: readonly ParameterStep[];
}
