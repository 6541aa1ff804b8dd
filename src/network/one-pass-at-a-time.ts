import { EvanesceError } from "../base/errors.ts";
import { resolveThreads } from "../parallel/pool.ts";
import type { AsyncOptions } from "./types.ts";

/**
 * One asynchronous pass of a network at a time: a second would write over the first's memory, and parameters it is
 * measured with stay as they are.
 */
export class Turnstile {
  /** Whose turn it is. */
  #current: object | undefined;

  /** @throws EvanesceError while a pass is under way */
  requireFree(where = "network", rule = "one pass at a time", got = "another under way"): void {
    if (this.#current === undefined) return;
    throw new EvanesceError(where, rule, got, "await propagateAsync first");
  }

  /** @throws EvanesceError while a pass is under way, which is not to be told two things of the parameters */
  requireUnread(where: string): void {
    this.requireFree(where, "parameters that stay as they are while a pass is under way", "a change of them");
  }

  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    this.requireFree();
    const own = {};
    this.#current = own;
    try {
      return await work();
    } finally {
      if (this.#current === own) this.#current = undefined;
    }
  }

  /** The pass has all it needs: whoever is told of it may change parameters, or start the next. */
  open(): void {
    this.#current = undefined;
  }
}

/** How many workers a pass asks for, checked before it begins. */
export const threadsOf = ({ threads = 1 }: AsyncOptions): number => resolveThreads(threads);
