import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { Abandoned, type Runner, WorkerLost } from "../runner.ts";
import type { WorkerReply, WorkerTask } from "./program.ts";

/** From the sources, a worker reads TypeScript as its parent does. */
const LOADER = import.meta.url.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];

/**
 * Room for short-lived objects of each worker. All isolates of a process share the threads that collect garbage; with
 * this room they collect less often: `npm run bench:sweeps` measured 4 % more cells a second on two threads.
 */
const YOUNG_MB = 64;

export interface PoolOptions {
  readonly threads: number;
  /** The worker's module; its default export is made by `program`. */
  readonly worker: URL;
  /** Data that every worker gets once, as `workerData`. */
  readonly workerData?: unknown;
  /** Seconds that a job may take; no limit if left out. */
  readonly timeLimit?: number;
  /** Abandons the jobs that are running. */
  readonly abandon?: AbortSignal | undefined;
}

/**
 * Worker threads that each do one job at a time. A worker that dies, or a job that takes longer than its time limit,
 * fails that job alone; another worker takes its place. `run` throws WorkerLost for a worker that died or did not
 * start.
 */
export function threadPool<Job, Result>({
  threads,
  worker,
  workerData,
  timeLimit,
  abandon,
}: PoolOptions): Runner<Job, Result> {
  const pool = new Piscina<WorkerTask<Job>, WorkerReply<Result>>({
    filename: fileURLToPath(worker),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    execArgv: LOADER,
    recordTiming: false,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    workerData,
  });
  return {
    lanes: threads,
    async run(job) {
      if (abandon?.aborted) throw new Abandoned();
      const limit = new AbortController();
      const stop = () => limit.abort();
      let timer: NodeJS.Timeout | undefined;
      const begun = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
      const watch = (milliseconds: number) => {
        timer = setTimeout(() => {
          const start = Number(Atomics.load(begun, 0));
          const left = start === 0 ? milliseconds : start + milliseconds - Date.now();
          if (left <= 0) stop();
          else watch(left);
        }, milliseconds);
      };
      if (timeLimit !== undefined) watch(timeLimit * 1000);
      abandon?.addEventListener("abort", stop);
      let reply: WorkerReply<Result>;
      try {
        reply = await pool.run({ job, begun }, { signal: limit.signal });
      } catch (error) {
        if (abandon?.aborted) throw new Abandoned();
        if (limit.signal.aborted) throw new Error(`took longer than its limit of ${timeLimit} s`);
        throw new WorkerLost(error instanceof Error ? error.message : String(error), { cause: error });
      } finally {
        clearTimeout(timer);
        abandon?.removeEventListener("abort", stop);
      }
      if ("thrown" in reply) throw reply.thrown;
      return reply.result;
    },
    close: () => pool.destroy(),
  };
}
