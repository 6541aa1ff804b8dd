import { EvanesceError } from "../errors.ts";
import { resolveThreads } from "../parallel/pool.ts";
import type { AsyncOptions } from "./types.ts";

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
