import type { GradientFlow } from "../flow/index.ts";
import type { ClipRecord } from "./clip.ts";
import type { LossScalerRecord } from "./loss-scaler.ts";

/** The effect of one update on one parameter. Norms are natural logarithms, −∞ for an exact zero. */
export interface ParameterStep {
  readonly name: string;
  /** ln ‖∂L/∂θ‖, also correct outside the range of float32. */
  readonly lnGradientNorm: number;
  /** ln of the norm of the gradient that the optimizer got: in float32 and clipped. −∞ if all of it underflowed. */
  readonly lnSeenNorm: number;
  /** ln ‖θ_t − θ_{t−1}‖ in float32; −∞ if every change was lost to rounding. */
  readonly lnUpdateNorm: number;
  /** ln ‖θ_t‖. */
  readonly lnNorm: number;
  /** ln ‖θ_t − θ_0‖, where θ_0 is the value before the first update. */
  readonly lnDistance: number;
}

/** The place of the first number that is not finite: the update, and the place in the network. */
export interface TrainingNonfinite extends NonNullable<GradientFlow["nonfinite"]> {
  /** The update in which it occurred; the first is 1. */
  readonly update: number;
  /** The parameter whose gradient left the range of float32, if the pass itself was finite. */
  readonly parameter?: string;
}

/** One update. Plain data. */
export interface StepRecord {
  /** Its number, from 1. */
  readonly update: number;
  /** The mean loss of the batch before the update. */
  readonly loss: number;
  /** The share of right answers before the update; null if the loss has no classes. */
  readonly accuracy: number | null;
  readonly learningRate: number;
  /** `nonfinite`: loss or gradient is no finite float32; no parameter was changed. */
  readonly outcome: "finite" | "nonfinite";
  readonly nonfinite?: TrainingNonfinite;
  /** ln of the norm of the gradient of all trained parameters as one vector. */
  readonly lnGradientNorm: number;
  /** The effect of each method of clipping; empty if none was requested, or measured. */
  readonly clips: readonly ClipRecord[];
  /** The record of the loss scaler, if there is one. */
  readonly scaler?: LossScalerRecord;
  /** Trained parameters, in the network's order; empty if nothing is measured. */
  readonly parameters: readonly ParameterStep[];
}
