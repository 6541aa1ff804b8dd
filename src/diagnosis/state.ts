import type { GradientFlow } from "../flow/index.ts";
import { THRESHOLDS } from "./thresholds.ts";
import type { LossState } from "./types.ts";

/** What the loss side says, and the numbers it rests on. */
export interface StateReport {
  readonly state: LossState;
  /** The trivial answer's loss: the task's, or ln Y of a cross-entropy over Y classes; null where neither is known. */
  readonly baseline: number | null;
  /** ln ‖∂L/∂h_last‖_F. */
  readonly lnGradientNorm: number;
  /**
   * The part of the output errors' square that their mean over the batch explains, 0 … 1; null where it cannot be
   * known.
   */
  readonly aligned: number | null;
}

/** The mean loss over some updates, and how many samples it is the mean of. */
export interface RecentLoss {
  readonly loss: number;
  readonly samples: number;
}

/**
 * Reads the loss beside the path. It never sees the path, as the verdict never sees the loss.
 *
 * @param recent what a plateau is told by, where a run has more to say than this batch
 */
export function lossState(flow: GradientFlow, recent?: RecentLoss): StateReport {
  const baseline = baselineOf(flow);
  const lnGradientNorm = flow.lnGradientNorm[flow.lnGradientNorm.length - 1] ?? Number.NEGATIVE_INFINITY;
  const aligned = alignment(flow);
  return { state: stateOf(flow, recent, baseline, lnGradientNorm, aligned), baseline, lnGradientNorm, aligned };
}

function stateOf(
  flow: GradientFlow,
  recent: RecentLoss | undefined,
  baseline: number | null,
  lnNorm: number,
  aligned: number | null,
): LossState {
  const { loss, task } = flow;
  if (task.loss === "none" || loss === null) return "unlabelled";
  if (!Number.isFinite(loss)) return "nonfinite";
  if (baseline === 0) return "constant-labels";
  if (baseline === null ? lnNorm <= THRESHOLDS.tinyGradient : loss <= THRESHOLDS.converged * baseline) {
    return lnNorm === Number.NEGATIVE_INFINITY && loss > 0 && baseline === null ? "no-gradient" : "converged";
  }
  if (lnNorm === Number.NEGATIVE_INFINITY) return "no-gradient";
  if (baseline !== null) {
    const level = recent ?? { loss, samples: task.batch };
    const error = 2 * Math.sqrt(2 / level.samples);
    const band = Math.min(Math.max(THRESHOLDS.plateau, error), THRESHOLDS.plateauMost);
    const cancels = aligned === null || aligned <= Math.max(THRESHOLDS.aligned, 4 / task.batch);
    if (Math.abs(level.loss / baseline - 1) <= band && cancels) return "plateau";
  }
  return "training";
}

function baselineOf({ task }: GradientFlow): number | null {
  if (task.baseline !== null) return task.baseline;
  if (task.loss === "cross_entropy" && task.outputs !== null && task.outputs > 1) return Math.log(task.outputs);
  return task.loss === "binary_cross_entropy" ? Math.LN2 : null;
}

/**
 * ‖Σ_b e_b‖²/(B Σ_b ‖e_b‖²) of the output errors e = ∂L/∂y: 1 where every sample errs alike, 1/B where they err at
 * random, as on a plateau. Σ_b e_b is the readout bias's gradient, and Σ ‖e_b‖² is what the readout's gain leads back
 * to. With a loss at the last station only.
 */
function alignment(flow: GradientFlow): number | null {
  const bias = flow.parameters.find(({ name }) => name === "readout.bias");
  if (bias === undefined || flow.readoutGain === null || flow.task.lossAt === "every") return null;
  const top = flow.layers[flow.layers.length - 1]?.lnGradientNorm ?? flow.lnGradientNorm;
  const lnErrors = top[top.length - 1] - flow.readoutGain;
  const aligned = Math.exp(2 * (bias.lnGradientNorm - lnErrors)) / flow.task.batch;
  return Number.isFinite(aligned) ? Math.min(aligned, 1) : null;
}
