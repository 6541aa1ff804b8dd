import { inTurns } from "../base/cooperative-work.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { CommandContext } from "./context.ts";
import { createProgress } from "./progress.ts";
import { fileOf } from "./table-file.ts";

/** A table is read once for the kinds of its columns and once for its numbers. */
const READINGS = 2;

/**
 * Does work that first reads the data of a task, and shows how much of its file is read.
 *
 * @throws the signal's reason after Ctrl-C
 */
export async function whileReading<Result>(
  work: Generator<unknown, Result>,
  task: TaskInput,
  quiet: boolean | undefined,
  { signal, stderr }: CommandContext,
): Promise<Result> {
  const file = fileOf(task);
  if (file === undefined) return inTurns(work, { signal });
  const total = READINGS * file.size;
  const progress = createProgress(stderr, { total: total / 1e6, noun: "MB", quiet });
  const onProgress = (share: number) => progress.update(share, share < 1 ? "reading" : "measuring the columns");
  try {
    return await inTurns(
      sharing(work, () => Math.min(1, file.read / total)),
      { signal, onProgress },
    );
  } finally {
    await progress.clear();
  }
}

/** The work, which yields the share that is done at each of its pauses. */
function* sharing<Result>(work: Generator<unknown, Result>, share: () => number): Generator<number, Result> {
  let ended = false;
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) {
        ended = true;
        return value;
      }
      yield share();
    }
  } finally {
    if (!ended) work.return(undefined as never);
  }
}
