import { EvanesceError } from "../base/errors.ts";
import { resolveThreads } from "../parallel/pool.ts";
import type { AsyncOptions } from "./types.ts";

/**
 * Lets one asynchronous pass of a network run at a time: a second one would write over the first one's memory. While
 * the pass runs, the parameters must not change.
 */
export class PassLock {
  /** The pass that runs; undefined where none does. */
  #current: object | undefined;

  /** @throws EvanesceError while a pass is under way */
  requireFree(where = "network", rule = "one pass at a time", got = "another under way"): void {
    if (this.#current === undefined) return;
    throw new EvanesceError(where, rule, got, "await propagateAsync first");
  }

  /** @throws EvanesceError while a pass runs: its parameters must not change */
  requireNoPassRunning(where: string): void {
    this.requireFree(where, "parameters that stay as they are while a pass is under way", "a change of them");
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.requireFree();
    const own = {};
    this.#current = own;
    try {
      return await work();
    } finally {
      if (this.#current === own) this.#current = undefined;
    }
  }

  /** Ends the lock early, when the pass has been read: listeners may then change parameters or start the next pass. */
  release(): void {
    this.#current = undefined;
  }
}

/** The number of workers of a pass, checked before it begins. */
export const threadsOf = ({ threads = 1 }: AsyncOptions): number => resolveThreads(threads);
