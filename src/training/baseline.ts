import { constantLoss } from "../catalogue/index.ts";
import type { Batch } from "../tasks/batch.ts";

/** The loss an answer that ignores the inputs would have. */
export interface Baseline {
  readonly value: number;
  /** The task's own, or that of the constant that fits this batch best. */
  readonly source: "task" | "constant";
}

/** Samples a constant answer is fitted to, and batches they are drawn from at most: √(2/256) is 9 % of a variance. */
const ENOUGH = 256;
const MOST_BATCHES = 64;
/** Fewer samples than this have no constant worth comparing with. */
const LEAST = 8;

/**
 * The trivial answer's loss of a run: the task's where it is known, else that of the constant that fits the first
 * batches best, of 256 samples or more where the batches hold them; null where the run has no loss, or too few samples.
 */
export function baselineOfRun(next: (update: number) => Batch): Baseline | null {
  const first = next(1);
  if (first.baseline !== undefined || first.targets === undefined) return baselineOf(first);
  const batches = [first];
  let samples = first.batch;
  while (samples < ENOUGH && batches.length < MOST_BATCHES) {
    const batch = next(batches.length + 1);
    batches.push(batch);
    samples += batch.batch;
  }
  if (samples < LEAST) return null;
  const parts = batches.map(({ targets }) => targets as Float32Array | Int32Array);
  const targets =
    first.targets instanceof Int32Array ? Int32Array.from(joined(parts)) : Float32Array.from(joined(parts));
  return baselineOf({ ...first, batch: samples, targets });
}

function joined(parts: readonly ArrayLike<number>[]): number[] {
  return parts.flatMap((part) => Array.from(part));
}

/** The trivial answer's loss on a batch: the task's where it is known; null where the batch has no loss. */
export function baselineOf(batch: Batch): Baseline | null {
  const { baseline, targets, outputSize, loss, lossOptions } = batch;
  if (baseline !== undefined) return { value: baseline, source: "task" };
  if (targets === undefined || outputSize === undefined) return null;
  const value = constantLoss(loss, targets, outputSize, lossOptions);
  return value === null ? null : { value, source: "constant" };
}
