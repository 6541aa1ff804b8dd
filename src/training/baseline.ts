import { constantLoss } from "../catalogue/index.ts";
import type { Batch } from "../tasks/batch.ts";

/** The loss of the best answer that ignores the inputs. */
export interface Baseline {
  readonly value: number;
  /**
   * Where the loss comes from: the task states it, or it is the loss of the constant answer that fits the batches best.
   */
  readonly source: "task" | "constant";
}

/** A constant answer is fitted to this many samples; √(2/256) is 9 % of a variance. */
const ENOUGH = 256;
const MOST_BATCHES = 64;
/** With fewer samples, a constant answer is no fair comparison. */
const LEAST = 8;

/**
 * The trivial answer's loss for a run: that of the task if it is known, otherwise that of the constant that best fits
 * the first 256 samples. Null if the run has no loss or too few samples.
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

/** The trivial answer's loss on a batch: that of the task if it is known; null if the batch has no loss. */
export function baselineOf(batch: Batch): Baseline | null {
  const { baseline, targets, outputSize, loss, lossOptions } = batch;
  if (baseline !== undefined) return { value: baseline, source: "task" };
  if (targets === undefined || outputSize === undefined) return null;
  const value = constantLoss(loss, targets, outputSize, lossOptions);
  return value === null ? null : { value, source: "constant" };
}
