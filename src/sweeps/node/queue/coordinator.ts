import { decode } from "../../encode.ts";
import { RESULTS_VERSION } from "../../results-version.ts";
import { Abandoned } from "../../../parallel/runner.ts";
import type { CellRunner } from "../../run-cells.ts";
import type { CellPlan, CellResult, PlacedCell } from "../../types.ts";
import { connect, loadQueue, QUEUE, VERSION_KEY } from "./connection.ts";

export interface QueueOptions {
  readonly url: string;
  /** Lower numbers run first; default 0. */
  readonly priority?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two checks of jobs without news; default 5,000. */
  readonly lookEvery?: number | undefined;
}

/** Number of jobs in the queue at once: enough for all workers, and few enough to check them all. */
const LANES = 1000;
const LOOK_EVERY_MS = 5000;
/** Most attempts for a cell. A worker that dies or stalls is one attempt; an error of the cell itself is final. */
const ATTEMPTS = 3;
const BACK_OFF_MS = 1000;
/** Seconds for which the queue keeps finished jobs, so that a cell that is requested twice runs once. */
const KEEP_S = 24 * 3600;

interface Asked {
  readonly cell: CellPlan;
  readonly resolve: (result: CellResult) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Gives cells to the workers of a queue. The id of a job is the hash of its cell, so a cell that is requested twice
 * runs once. Jobs that the queue loses, for example when Redis restarts, are added again.
 *
 * @throws EvanesceError if the packages of the queue or its server are missing
 */
export async function queueRunner(
  hashes: ReadonlyMap<PlacedCell, string>,
  { url, priority = 0, signal, lookEvery = LOOK_EVERY_MS }: QueueOptions,
): Promise<CellRunner> {
  const { bullmq, Client } = await loadQueue();
  const [connection, listening] = [await connect(Client, url), await connect(Client, url)];
  const queue = new bullmq.Queue(QUEUE, { connection });
  const events = new bullmq.QueueEvents(QUEUE, { connection: listening });
  queue.on("error", () => undefined); // the client connects again; the checks below find lost jobs
  events.on("error", () => undefined);
  await connection.set(VERSION_KEY, RESULTS_VERSION);
  await events.waitUntilReady();

  const asked = new Map<string, Asked>();
  const settle = (hash: string, how: (one: Asked) => void) => {
    const one = asked.get(hash);
    if (one === undefined) return; // it belongs to another coordinator, or is already settled
    asked.delete(hash);
    how(one);
  };
  const completed = (hash: string, value: unknown) => {
    if (typeof value !== "string") return; // lost between two requests; the next check adds it again
    settle(hash, ({ resolve, reject }) => {
      try {
        resolve(decode(value) as CellResult);
      } catch {
        reject(new Error("the queue holds a result for this cell that is not JSON: empty the queue"));
      }
    });
  };
  const failed = (hash: string, reason: string) => settle(hash, ({ reject }) => reject(new Error(reason)));
  events.on("completed", ({ jobId, returnvalue }) => completed(jobId, returnvalue));
  events.on("failed", ({ jobId, failedReason }) => failed(jobId, failedReason));

  const add = (hash: string, cell: CellPlan) =>
    queue.add(
      "cell",
      { results: RESULTS_VERSION, cell },
      {
        jobId: hash,
        ...(priority > 0 ? { priority } : {}),
        attempts: ATTEMPTS,
        backoff: { type: "exponential", delay: BACK_OFF_MS },
        removeOnComplete: { age: KEEP_S },
        removeOnFail: true,
      },
    );
  const look = async () => {
    for (const [hash, { cell }] of asked) {
      // ask for the state first: a job that was read before it ended has no result
      const state = await queue.getJobState(hash);
      if (state === "unknown") await add(hash, cell);
      else if (state === "completed") completed(hash, (await queue.getJob(hash))?.returnvalue);
      else if (state === "failed") failed(hash, (await queue.getJob(hash))?.failedReason ?? "failed");
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch(() => undefined) // the server is not reachable; the next check tries again
      .finally(() => {
        looking = false;
      });
  }, lookEvery);
  const stop = () => {
    // cells that no worker has begun are removed from the queue; cells in progress end there, and the next run finds
    // them
    for (const [hash, { reject }] of asked) {
      asked.delete(hash);
      reject(new Abandoned());
      queue.remove(hash).catch(() => undefined);
    }
  };
  signal?.addEventListener("abort", stop);

  return {
    lanes: LANES,
    run: (cell) =>
      new Promise((resolve, reject) => {
        const hash = hashes.get(cell as PlacedCell) as string;
        asked.set(hash, { cell: planOf(cell), resolve, reject });
        add(hash, planOf(cell))
          .then(async (job) => {
            // a job with this id may have ended before
            if (await job.isCompleted()) completed(hash, (await queue.getJob(hash))?.returnvalue);
          })
          .catch(() => undefined); // the request was lost; the next check adds the job
      }),
    async close() {
      clearInterval(timer);
      signal?.removeEventListener("abort", stop);
      await events.close().catch(() => undefined);
      await queue.close().catch(() => undefined);
      connection.disconnect();
      listening.disconnect();
    },
  };
}

/** A cell without its place on the axes: only the data on which its numbers depend. */
const planOf = (cell: CellPlan): CellPlan => {
  const { id, seed, network, task, data, weights, batch, plan, lyapunov, coordinates, profile } = cell;
  return {
    ...{ id, seed, network, task },
    ...(data === undefined ? {} : { data }),
    ...(weights === undefined ? {} : { weights }),
    ...(batch === undefined ? {} : { batch }),
    ...(plan === undefined ? {} : { plan }),
    ...(lyapunov === undefined ? {} : { lyapunov }),
    ...(coordinates === undefined ? {} : { coordinates }),
    ...(profile === undefined ? {} : { profile }),
  };
};
