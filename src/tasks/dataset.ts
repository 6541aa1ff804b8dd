import type { Random } from "../base/random.ts";
import type { Batch } from "./batch.ts";
import { drawRows } from "./statistics.ts";

/**
 * A finite set of examples, any of which make a batch: what a training run splits, shuffles and goes through in epochs.
 */
export interface DataSet {
  /** N, how many examples there are: rows, or positions where a window may begin. */
  readonly size: number;
  /**
   * How many neighbors share content with an example, itself counted: 1 for rows, T + 1 for windows of T steps and one
   * more.
   */
  readonly span: number;
  /** The data's name in messages. */
  readonly name: string;
  /**
   * Of windows: how many examples on the window begins that continues this one, with the step behind its last. Absent
   * where none does.
   */
  readonly advance?: number;
  /** All examples as one batch, where they are few and came as one: a run of no smaller batch takes it as it is. */
  readonly whole?: Batch;
  /** Whether the examples follow each other in time: a run then trains on the first and is judged on the last. */
  readonly ordered?: boolean;
  /** The batch of these examples, in this order. @param indices whole numbers of 0 … N − 1 */
  readonly batch: (indices: ArrayLike<number>) => Batch;
  /**
   * The same examples, scaled by what is known of these alone: a run's training part, so that nothing of what it is
   * judged by enters what it is trained on. Absent where nothing is scaled.
   */
  readonly scaledBy?: (indices: ArrayLike<number>) => DataSet;
}

/**
 * B examples at random: different ones where they are rows, any where they are windows, which overlap anyway.
 *
 * @throws EvanesceError for more rows than there are
 */
export function drawExamples({ size, span, ordered, name }: DataSet, stream: Random, B: number): ArrayLike<number> {
  return span === 1 && ordered !== true
    ? drawRows(stream, size, B, name)
    : Int32Array.from({ length: B }, () => stream.below(size));
}
