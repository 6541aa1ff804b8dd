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
  /** Milliseconds between two looks at jobs that have not been heard of; default 5,000. */
  readonly lookEvery?: number | undefined;
}

/** Jobs in the queue at once: enough for any number of workers, few enough to be looked through. */
const LANES = 1000;
const LOOK_EVERY_MS = 5000;
/** A worker that dies or stalls is one failed attempt; errors of the cell itself are not tried again. */
const ATTEMPTS = 3;
const BACK_OFF_MS = 1000;
/** Seconds that the queue remembers what has ended, so that a cell asked for twice runs once. */
const KEEP_S = 24 * 3600;

interface Asked {
  readonly cell: CellPlan;
  readonly resolve: (result: CellResult) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Hands cells to the workers of a queue. A job's id is its cell's hash: asked twice, it runs once. What the queue
 * forgets, because Redis was restarted, is added again.
 *
 * @throws EvanesceError where the queue's packages or its server are missing
 */
export async function queueRunner(
  hashes: ReadonlyMap<PlacedCell, string>,
  { url, priority = 0, signal, lookEvery = LOOK_EVERY_MS }: QueueOptions,
): Promise<CellRunner> {
  const { bullmq, Client } = await loadQueue();
  const [connection, listening] = [await connect(Client, url), await connect(Client, url)];
  const queue = new bullmq.Queue(QUEUE, { connection });
  const events = new bullmq.QueueEvents(QUEUE, { connection: listening });
  queue.on("error", () => undefined); // the client tries again; the looks below find what was lost
  events.on("error", () => undefined);
  await connection.set(VERSION_KEY, RESULTS_VERSION);
  await events.waitUntilReady();

  const asked = new Map<string, Asked>();
  const settle = (hash: string, how: (one: Asked) => void) => {
    const one = asked.get(hash);
    if (one === undefined) return; // another coordinator's, or settled already
    asked.delete(hash);
    how(one);
  };
  const completed = (hash: string, value: unknown) => {
    if (typeof value !== "string") return; // forgotten between two questions: the next look adds it again
    settle(hash, ({ resolve }) => resolve(decode(value) as CellResult));
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
      // the state first: a job that was read before it ended has no result in it
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
      .catch(() => undefined) // the server is away: the next look tries again
      .finally(() => {
        looking = false;
      });
  }, lookEvery);
  const stop = () => {
    // cells that no worker has begun leave the queue; those under way end there, and the next run finds their results
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
            // the id may be that of a job which ended before this one asked
            if (await job.isCompleted()) completed(hash, (await queue.getJob(hash))?.returnvalue);
          })
          .catch(() => undefined); // lost on its way: the next look adds it
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

/** A cell without its place on the axes: what its numbers depend on. */
const planOf = (cell: CellPlan): CellPlan => {
  const { id, seed, network, task, data, batch, plan, lyapunov, coordinates, profile } = cell;
  return {
    ...{ id, seed, network, task },
    ...(data === undefined ? {} : { data }),
    ...(batch === undefined ? {} : { batch }),
    ...(plan === undefined ? {} : { plan }),
    ...(lyapunov === undefined ? {} : { lyapunov }),
    ...(coordinates === undefined ? {} : { coordinates }),
    ...(profile === undefined ? {} : { profile }),
  };
};
