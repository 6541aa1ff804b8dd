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
 * Plans targets, class indices [P, S, 8] or numbers [P, S, Y, 8] of S steps, and weights [P, Y] where there are some.
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
 */
export function feedLossWeights(to: Float32Array, batch: Batch, Y: number, rows: number): void {
  const { posWeight, classWeights } = batch.lossOptions ?? {};
  const scale = classWeights === undefined ? 1 : rows / weightOf(batch, classWeights);
  for (let i = 0; i < to.length; i++) {
    const y = i % Y;
    to[i] = typeof posWeight === "number" ? posWeight : (posWeight?.[y] ?? (classWeights?.[y] ?? 1) * scale);
  }
}

/** Σ w of all targets that have a loss. */
function weightOf({ targets, lengths, batch: B }: Batch, weights: readonly number[]): number {
  let sum = 0;
  targets?.forEach((target, at) => {
    const isPadding = lengths !== undefined && targets.length > B && Math.floor(at / B) >= lengths[at % B];
    if (!isPadding && target >= 0) sum += weights[target];
  });
  return sum;
}

/** The share of right answers, from the hits of a pass over `rows` rows; null for a loss without right answers. */
export function shareOfHits({ loss }: LossShape, hits: Int32Array, rows: number, Y: number): number | null {
  const { counts } = lossFacts(loss);
  if (counts === undefined) return null;
  return hits.reduce((sum, panel) => sum + panel, 0) / (rows * (counts === "signs" ? Y : 1));
}
