import type { Batch } from "../tasks/batch.ts";

/** The loss an answer that ignores the inputs would have. */
export interface Baseline {
  readonly value: number;
  /** The task's own, or that of the constant that fits this batch best. */
  readonly source: "task" | "constant";
}

/** The trivial answer's loss on a batch: the task's where it is known; null where the batch has no loss. */
export function baselineOf(batch: Batch): Baseline | null {
  if (batch.baseline !== undefined) return { value: batch.baseline, source: "task" };
  const value = constantLoss(batch);
  return value === null ? null : { value, source: "constant" };
}

/**
 * The smallest loss a constant output can have on a batch: the targets' variance, the entropy of the classes'
 * frequencies, or of each output's for binary cross-entropy; of the hinge, 0 margins, (Y − 1)/Y.
 */
function constantLoss({ targets, outputSize, loss }: Batch): number | null {
  if (targets === undefined || loss === "none" || outputSize === undefined) return null;
  const Y = outputSize;
  if (loss === "hinge") return (Y - 1) / Y;
  if (loss === "cross_entropy") {
    const counts = new Float64Array(Y);
    for (const target of targets) counts[target]++;
    return counts.reduce((sum, count) => sum + entropyPart(count / targets.length), 0);
  }
  const rows = targets.length / Y;
  let total = 0;
  for (let y = 0; y < Y; y++) {
    let mean = 0;
    let square = 0;
    for (let r = 0; r < rows; r++) mean += targets[r * Y + y] / rows;
    for (let r = 0; r < rows; r++) square += (targets[r * Y + y] - mean) ** 2 / rows;
    total += loss === "mse" ? square : entropyPart(mean) + entropyPart(1 - mean);
  }
  return total / Y;
}

/** −p ln p. */
const entropyPart = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);
