import type { Random } from "../base/random.ts";
import type { Batch } from "./batch.ts";
import type { BatchOutline } from "./outline.ts";
import { drawRows } from "./statistics.ts";

/**
 * A finite set of examples, from which batches are made. A training run splits it, shuffles it and repeats it in
 * epochs.
 */
export interface DataSet {
  /** N, the number of examples: rows, or positions at which a window may begin. */
  readonly size: number;
  /**
   * The number of neighbors that share content with an example, including itself: 1 for rows, T + 1 for windows of T
   * steps and one more.
   */
  readonly span: number;
  /** The data's name in messages. */
  readonly name: string;
  /**
   * For windows: the distance in examples to the window that continues this one, which begins at the step after its
   * last step. Absent if there is none.
   */
  readonly advance?: number;
  /** All examples as one batch, if the caller gave them as one. A run whose batch is not smaller uses it unchanged. */
  readonly whole?: Batch;
  /** Whether the examples are in order of time. Then a run trains on the first and is tested on the last. */
  readonly ordered?: boolean;
  /** The batch of these examples, in this order. @param indices whole numbers of 0 … N − 1 */
  readonly batch: (indices: ArrayLike<number>) => Batch;
  /** The sizes of that batch, before it is made. */
  readonly outline: (indices: ArrayLike<number>) => BatchOutline;
  /**
   * All examples, scaled by the mean and deviation of these alone. A run passes its training part, so no information of
   * the test part enters training. Measuring them takes long for many; it pauses. Absent if nothing is scaled.
   */
  readonly scaledBy?: (indices: Int32Array) => Generator<void, DataSet>;
}

/**
 * Draws B random examples. Rows are drawn without repetition; windows may repeat, because they overlap anyway.
 *
 * @throws EvanesceError if there are fewer rows than B
 */
export function drawExamples({ size, span, ordered, name }: DataSet, stream: Random, B: number): ArrayLike<number> {
  return span === 1 && ordered !== true
    ? drawRows(stream, size, B, name)
    : Int32Array.from({ length: B }, () => stream.below(size));
}
