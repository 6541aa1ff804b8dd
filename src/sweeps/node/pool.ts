import { MessageChannel } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { Abandoned, type CellRunner } from "../run-cells.ts";
import type { CellPlan, CellResult } from "../types.ts";
import type { WorkerTask } from "./program.ts";

/** Beside this file in the sources, where the bundle puts it when packed. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./cell-worker.ts", import.meta.url)
  : new URL("../sweeps/cell-worker.js", import.meta.url);
/** From the sources, a worker reads TypeScript as its parent does. */
const LOADER = import.meta.url.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];

export interface PoolOptions {
  readonly threads: number;
  /** Seconds a cell may take; any time where left out. */
  readonly timeLimit?: number;
  /** The worker's program, a module whose default export `program` made; left out, it measures cells of a sweep. */
  readonly worker?: URL;
  /** Leaves the cells under way in the middle. */
  readonly abandon?: AbortSignal | undefined;
}

/**
 * Worker threads that each compute one cell at a time. A worker that dies, or a cell that takes longer than its time
 * limit, fails that cell alone; another worker takes its place.
 */
export function threadPool<Cell = CellPlan, Result = CellResult>({
  threads,
  timeLimit,
  worker = WORKER,
  abandon,
}: PoolOptions): CellRunner<Cell, Result> {
  const pool = new Piscina<WorkerTask<Cell>, Result>({
    filename: fileURLToPath(worker),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    execArgv: LOADER,
    recordTiming: false,
  });
  return {
    lanes: threads,
    async run(cell) {
      const limit = new AbortController();
      const stop = () => limit.abort();
      let timer: NodeJS.Timeout | undefined;
      const { port1: heard, port2: begun } = new MessageChannel();
      heard.once("message", () => {
        if (timeLimit !== undefined) timer = setTimeout(stop, timeLimit * 1000);
      });
      abandon?.addEventListener("abort", stop);
      try {
        return await pool.run({ cell, begun }, { signal: limit.signal, transferList: [begun] });
      } catch (error) {
        if (abandon?.aborted) throw new Abandoned();
        if (limit.signal.aborted) throw new Error(`took longer than its limit of ${timeLimit} s`);
        throw error;
      } finally {
        clearTimeout(timer);
        abandon?.removeEventListener("abort", stop);
        heard.close();
      }
    },
    close: () => pool.destroy(),
  };
}
