import { threadPool } from "../../../parallel/node/pool.ts";
import { WorkerLost } from "../../../parallel/runner.ts";
import { inThread, type RaceRunner } from "../runners.ts";
import type { RaceJob, RaceRun, RaceSetup } from "../training.ts";

/** Beside this file in the sources, where the bundle puts it when packed. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./race-worker.ts", import.meta.url)
  : new URL("../prescription/race-worker.js", import.meta.url);

interface RacePoolOptions {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the reason each time a worker is lost and this thread does its training. */
  readonly onLost: (reason: string) => void;
  /** The program of the workers, in place of the race's own. */
  readonly worker?: URL;
}

/**
 * Worker threads that each train one network at a time. This thread does the training of a worker that died or did not
 * start: the numbers are the same.
 */
export function racePool(setup: RaceSetup, { threads, signal, onLost, worker = WORKER }: RacePoolOptions): RaceRunner {
  const pool = threadPool<RaceJob, RaceRun>({ threads, worker, workerData: setup, abandon: signal });
  let here: RaceRunner | undefined;
  return {
    ...pool,
    async run(job) {
      try {
        return await pool.run(job);
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        onLost(error.message);
        here ??= inThread(setup, signal);
        return here.run(job);
      }
    },
  };
}
