import { EvanesceError } from "../base/errors.ts";

/*
 * Cuts a long text or series into B streams. Every batch continues the streams where the batch before ended, so its
 * sequences can start from the last state of that batch.
 */

/** Windows that follow each other, in streams. */
export interface Streams {
  /** Number of windows of every stream. After so many updates the streams start again. */
  readonly windows: number;
  /** The windows k = 0, 1, … of all streams, as numbers of examples. */
  at(k: number): Int32Array;
}

/**
 * Cuts a run of windows into B streams of equal length; windows left over at the end are left out.
 *
 * @param windows  numbers of examples; each example continues the one before it
 * @param where    the name of the data in messages
 * @throws EvanesceError if a stream would be shorter than two windows
 */
export function streamsOf(windows: ArrayLike<number>, B: number, where: string): Streams {
  const count = Math.floor(windows.length / B);
  if (count < 2) {
    const rule = `at least two windows for each of ${B} streams`;
    throw new EvanesceError(where, rule, windows.length, "use a smaller batch, fewer steps or longer data");
  }
  return { windows: count, at: (k) => Int32Array.from({ length: B }, (_, b) => windows[b * count + k]) };
}
