import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { inThread, type Runner } from "../runners.ts";
import type { RaceJob, RaceRun, RaceSetup } from "../training.ts";

/** Beside this file in the sources, where the bundle puts it when packed. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./race-worker.ts", import.meta.url)
  : new URL("../prescription/race-worker.js", import.meta.url);
/** From the sources, a worker reads TypeScript as its parent does. */
const LOADER = import.meta.url.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];

/**
 * Worker threads that each train one network at a time. What a worker that could not start or died has left undone is
 * done on this thread: who trains changes no number.
 */
export function threadPool(setup: RaceSetup, threads: number, signal: AbortSignal | undefined): Runner {
  const pool = new Piscina<RaceJob, RaceRun>({
    filename: fileURLToPath(WORKER),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    execArgv: LOADER,
    recordTiming: false,
    workerData: setup,
  });
  let here: Runner | undefined;
  return {
    lanes: threads,
    async run(job) {
      try {
        return await pool.run(job, signal === undefined ? {} : { signal });
      } catch {
        signal?.throwIfAborted();
        here ??= inThread(setup, signal);
        return here.run(job);
      }
    },
    close: () => pool.destroy(),
  };
}
