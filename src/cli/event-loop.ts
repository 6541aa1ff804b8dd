import { type Host, Interrupted } from "./host.ts";

/** The event loop, where Ctrl-C arrives, gets a turn this often. */
const TURN_MS = 20;

/** A function that lets the event loop turn where it has not for a while. @throws Interrupted after Ctrl-C */
export function createTurns(host: Host): () => Promise<void> {
  let turnAt = performance.now();
  return async () => {
    if (performance.now() - turnAt >= TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turnAt = performance.now();
    }
    if (host.signal.aborted) throw new Interrupted();
  };
}

/**
 * Runs work that cannot pause, and has nothing to keep. @throws Interrupted after a Ctrl-C that came before it; a later
 * one ends the process
 */
export function inOneGo<Result>(work: () => Result, { signal, inOneGo: run = (it) => it() }: Host): Result {
  if (signal.aborted) throw new Interrupted();
  return run(work);
}

/**
 * Runs work that pauses, turn by turn; `update` hears of what it yields, no more often than that.
 * @throws Interrupted after Ctrl-C
 */
export async function inTurns<Share, Result>(
  work: Generator<Share, Result>,
  host: Host,
  update: (share: Share) => Promise<void> = async () => {},
): Promise<Result> {
  const turn = createTurns(host);
  let updatedAt = performance.now();
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (performance.now() - updatedAt >= TURN_MS) {
        await update(value);
        updatedAt = performance.now();
      }
      await turn();
    }
  } finally {
    work.return(undefined as never); // what it holds is freed where it was stopped
  }
}
