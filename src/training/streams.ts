import { EvanesceError } from "../base/errors.ts";

/*
 * A long text or series as B streams that are read side by side: every batch goes on where the last one ended, so that
 * its sequences may begin with the state that the last batch left.
 */

/** Windows that follow each other, in streams. */
export interface Streams {
  /** Windows of every stream: updates until all begin again. */
  readonly windows: number;
  /** The windows k = 0, 1, … of all streams, as numbers of examples. */
  at(k: number): Int32Array;
}

/**
 * Cuts a run of windows into B streams of equal length; windows left over at the end are left out.
 *
 * @param windows  numbers of examples, each the one that continues the example before it
 * @param where    what messages call the data
 * @throws EvanesceError where a stream would be shorter than two windows
 */
export function streamsOf(windows: ArrayLike<number>, B: number, where: string): Streams {
  const count = Math.floor(windows.length / B);
  if (count < 2) {
    const rule = `at least two windows for each of ${B} streams`;
    throw new EvanesceError(where, rule, windows.length, "use a smaller batch, fewer steps or longer data");
  }
  return { windows: count, at: (k) => Int32Array.from({ length: B }, (_, b) => windows[b * count + k]) };
}
