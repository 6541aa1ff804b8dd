import { MessageChannel, type MessagePort } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { CellRunner } from "../run-cells.ts";
import type { CellPlan, CellResult } from "../types.ts";

/** Beside this file in the sources, where the bundle puts it when packed. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./cell-worker.ts", import.meta.url)
  : new URL("../sweeps/cell-worker.js", import.meta.url);
/** From the sources, a worker reads TypeScript as its parent does. */
const LOADER = import.meta.url.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];

/** What a worker is handed. */
export interface WorkerTask {
  readonly cell: CellPlan;
  /** The worker says here that it begins: starting a worker does not count against the cell's time. */
  readonly begun: MessagePort;
}

export interface PoolOptions {
  readonly threads: number;
  /** Seconds a cell may take. */
  readonly timeLimit: number;
  /** The worker's program, in place of the one that measures cells. */
  readonly worker?: URL;
}

/**
 * Worker threads that each measure one cell at a time. A worker that dies, or a cell that takes longer than its time
 * limit, fails that cell alone; another worker takes its place.
 */
export function threadPool({ threads, timeLimit, worker = WORKER }: PoolOptions): CellRunner {
  const pool = new Piscina<WorkerTask, CellResult>({
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
      let timer: NodeJS.Timeout | undefined;
      const { port1: heard, port2: begun } = new MessageChannel();
      heard.once("message", () => {
        timer = setTimeout(() => limit.abort(), timeLimit * 1000);
      });
      try {
        return await pool.run({ cell, begun }, { signal: limit.signal, transferList: [begun] });
      } catch (error) {
        if (limit.signal.aborted) throw new Error(`took longer than its limit of ${timeLimit} s`);
        throw error;
      } finally {
        clearTimeout(timer);
        heard.close();
      }
    },
    close: () => pool.destroy(),
  };
}
