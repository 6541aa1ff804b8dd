import { EvanesceError } from "../errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import { resolveThreads } from "../parallel/pool.ts";
import { startRun } from "../runs.ts";
import type { AsyncOptions } from "./types.ts";

/** Drives a pass in parts on this thread, the event loop taking turns with it. */
export async function inTurns(
  parts: Generator<number, GradientFlow>,
  { signal, onProgress }: AsyncOptions,
): Promise<GradientFlow> {
  function* work(): Generator<number, GradientFlow> {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = parts.next();
      if (done) return value;
      yield value;
    }
  }
  const run = startRun(work());
  if (onProgress === undefined) return run.result;
  for await (const share of run) onProgress(share);
  return run.result;
}

/** One asynchronous pass of a network at a time: a second would write over the first's memory. */
export class Turnstile {
  #busy = false;

  /** @throws EvanesceError while a pass is under way */
  requireFree(): void {
    if (!this.#busy) return;
    throw new EvanesceError("network", "one pass at a time", "another under way", "await propagateAsync first");
  }

  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    this.requireFree();
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}

/** How many workers a pass asks for, checked before it begins. */
export const threadsOf = ({ threads = 1 }: AsyncOptions): number => resolveThreads(threads);
