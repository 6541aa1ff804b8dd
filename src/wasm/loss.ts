import { isClassLoss, type LossName, type LossOptions, lossFacts } from "../catalogue/index.ts";
import type { Batch } from "../tasks/batch.ts";
import type { PlanBuilder } from "./plan.ts";

/** The parts of a pass's shape that describe its loss. */
export interface LossShape {
  readonly loss: LossName;
  readonly lossOptions?: LossOptions | undefined;
}

const isWeighted = ({ lossOptions }: LossShape): boolean =>
  lossOptions?.posWeight !== undefined || lossOptions?.classWeights !== undefined;

/**
 * Plans targets, class indices [P, S, 8] or numbers [P, S, Y, 8] of S steps, and weights [P, Y] if the loss has
 * weights.
 */
export function planLoss(plan: PlanBuilder, shape: LossShape, P: number, S: number, Y: number): void {
  if (shape.loss === "none") return;
  if (isClassLoss(shape.loss)) plan.add("targets", "batch", [P, S, 8], "i32");
  else plan.add("targets", "batch", [P, S, Y, 8]);
  if (isWeighted(shape)) plan.add("lossWeights", "batch", [P, Y]);
}

/** δ of Huber's loss, or ε of label smoothing: the one number of the record. */
export const lossNumber = ({ loss, lossOptions: { delta = 1, labelSmoothing = 0 } = {} }: LossShape): number =>
  lossFacts(loss).options.includes("delta") ? delta : labelSmoothing;

/**
 * Writes the weights of a batch's loss, once for each of P panels. Class weights are brought to a mean of 1 over the
 * samples, so that Σ w ℓ / Σ w is a plain mean over them.
 *
 * @param to   [P, Y]
 * @param rows the samples, or steps of them, that have a loss
 * @param most only the last `most` steps of each sample have one
 */
export function feedLossWeights(
  to: Float32Array,
  batch: Batch,
  Y: number,
  rows: number,
  most = Number.POSITIVE_INFINITY,
): void {
  const { posWeight, classWeights } = batch.lossOptions ?? {};
  const scale = classWeights === undefined ? 1 : rows / weightOf(batch, classWeights, most);
  for (let i = 0; i < to.length; i++) {
    const y = i % Y;
    to[i] = typeof posWeight === "number" ? posWeight : (posWeight?.[y] ?? (classWeights?.[y] ?? 1) * scale);
  }
}

/** Σ w of all targets that have a loss. */
function weightOf({ targets, lengths, batch: B }: Batch, weights: readonly number[], most: number): number {
  if (targets === undefined) return 0;
  const steps = targets.length / B;
  let sum = 0;
  targets.forEach((target, at) => {
    if (target < 0) return;
    const n = steps === 1 ? 1 : (lengths?.[at % B] ?? steps);
    const t = Math.floor(at / B);
    if (t < n && t >= n - most) sum += weights[target];
  });
  return sum;
}

/** The share of right answers, from the hits of a pass over `rows` rows; null for a loss without right answers. */
export function shareOfHits({ loss }: LossShape, hits: Int32Array, rows: number, Y: number): number | null {
  const { counts } = lossFacts(loss);
  if (counts === undefined) return null;
  return hits.reduce((sum, panel) => sum + panel, 0) / (rows * (counts === "signs" ? Y : 1));
}
