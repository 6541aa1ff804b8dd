import { lossFacts } from "../catalogue/index.ts";
import type { GradientFlow, TargetNumbers } from "../flow/index.ts";
import { THRESHOLDS } from "./thresholds.ts";
import type { LossState } from "./types.ts";

/** The state of the loss, and the numbers from which it follows. */
export interface StateReport {
  readonly state: LossState;
  /** The trivial answer's loss: that of the task, or ln Y for a cross-entropy over Y classes; null if not known. */
  readonly baseline: number | null;
  /** ln ‖∂L/∂h_last‖_F. */
  readonly lnGradientNorm: number;
  /**
   * The part of the squared output errors that their mean over the batch explains, 0 … 1; null if it cannot be known.
   */
  readonly aligned: number | null;
}

/** The mean loss over some updates, and the number of samples behind this mean. */
export interface RecentLoss {
  readonly loss: number;
  readonly samples: number;
}

/**
 * Judges the loss. It does not use the path, and the verdict on the path does not use the loss.
 *
 * @param recent mean loss of a run's last updates, if known: it shows a plateau better than a single batch
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

function baselineOf({ task, data }: GradientFlow): number | null {
  if (task.baseline !== null) return task.baseline;
  if (areEqual(data?.targets, task.batch)) return 0;
  return lossFacts(task.loss).undecided?.(task.outputs) ?? null;
}

/** The fewest samples whose equal targets say that all targets are equal. */
const ENOUGH = 8;

const areEqual = (targets: TargetNumbers | undefined, samples: number): boolean =>
  targets !== undefined &&
  samples >= ENOUGH &&
  (targets.kind === "values" ? targets.deviation === 0 : targets.counts.filter((count) => count > 0).length === 1);

/**
 * ‖Σ_b e_b‖²/(B Σ_b ‖e_b‖²) of the output errors e = ∂L/∂y. It is 1 if all samples have the same error and 1/B if the
 * errors are random, as on a plateau. Σ_b e_b is the gradient of the readout's bias; Σ ‖e_b‖² follows from the gain of
 * the readout. Only for a loss at the last station.
 */
function alignment(flow: GradientFlow): number | null {
  const bias = flow.parameters.find(({ name }) => name === "readout.bias");
  if (bias === undefined || flow.readoutGain === null || flow.task.lossAt === "every") return null;
  const top = flow.layers[flow.layers.length - 1]?.lnGradientNorm ?? flow.lnGradientNorm;
  const lnErrors = top[top.length - 1] - flow.readoutGain;
  const aligned = Math.exp(2 * (bias.lnGradientNorm - lnErrors)) / flow.task.batch;
  return Number.isFinite(aligned) ? Math.min(aligned, 1) : null;
}
