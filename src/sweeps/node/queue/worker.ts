import { setTimeout as sleep } from "node:timers/promises";
import { withoutCredentials } from "../../../base/addresses.ts";
import { EvanesceError } from "../../../base/errors.ts";
import { RESULTS_VERSION } from "../../results-version.ts";
import { connect, loadQueue, QUEUE, VERSION_KEY } from "./connection.ts";
import { cellProcesses, FinalFailure } from "./processes.ts";

export interface WorkOptions {
  readonly url: string;
  /** Number of cells at once, each in a process of its own. */
  readonly threads: number;
  /** Seconds that a cell may take, with the start of its process; default 600. */
  readonly timeLimit?: number | undefined;
  /** Stops the worker; cells in progress are finished. */
  readonly signal: AbortSignal;
  /** The worker ends when the queue has been empty for this many milliseconds; without it, never. */
  readonly idleMs?: number | undefined;
  /** Milliseconds after which a lock that is not renewed ends; default 30,000. */
  readonly lockMs?: number | undefined;
  readonly onCell?: ((id: string, failed: string | undefined) => void) | undefined;
}

const TIME_LIMIT = 600;
const LOCK_MS = 30_000;
/** Milliseconds between two checks of an idle worker whether the queue is still empty. */
const LOOK_MS = 200;

/**
 * Measures the cells of a queue until it is stopped. Returns the number of measured cells.
 *
 * @throws EvanesceError if the queue holds cells of another version of the results, or if no server answers
 */
export async function work(options: WorkOptions): Promise<number> {
  const { url, threads, timeLimit = TIME_LIMIT, signal, idleMs, lockMs = LOCK_MS, onCell } = options;
  const { bullmq, Client } = await loadQueue();
  const [connection, looking] = [await connect(Client, url), await connect(Client, url)];
  let finished = 0;
  const requireVersion = async () => {
    const wanted = await looking.get(VERSION_KEY);
    if (wanted !== null && Number(wanted) !== RESULTS_VERSION) {
      const remedy = "install the same version of evanesce on every machine";
      throw new EvanesceError(withoutCredentials(url), `results of version ${wanted}`, RESULTS_VERSION, remedy);
    }
  };
  try {
    await requireVersion();
    const processes = cellProcesses(timeLimit);
    const measure = async ({ data }: { readonly data: unknown }) => {
      try {
        return await processes.run(data);
      } catch (error) {
        throw error instanceof FinalFailure ? new bullmq.UnrecoverableError(error.message) : error;
      }
    };
    const worker = new bullmq.Worker(QUEUE, measure, {
      connection,
      concurrency: threads,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: 3,
    });
    worker.on("error", () => undefined); // a lost connection is restored
    let busy = 0;
    let idleSince = performance.now();
    const ended = () => {
      busy--;
      idleSince = performance.now();
    };
    worker.on("active", () => busy++);
    worker.on("completed", (job) => {
      finished++;
      ended();
      onCell?.(idOf(job), undefined);
    });
    worker.on("failed", (job, error) => {
      ended();
      onCell?.(idOf(job), error.message);
    });
    try {
      while (!signal.aborted && !(busy <= 0 && idleMs !== undefined && performance.now() - idleSince > idleMs)) {
        await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
        if (!signal.aborted && looking.status === "ready") await requireVersion();
      }
    } finally {
      await worker.close(); // waits for the cells in progress
      processes.close();
    }
    return finished;
  } finally {
    connection.disconnect();
    looking.disconnect();
  }
}

/** The cell of a job. A job that another program put into the queue may have none. */
const idOf = (job: { readonly data: unknown } | undefined): string =>
  (job?.data as { readonly cell?: { readonly id?: string } } | null | undefined)?.cell?.id ?? "a cell";

/** Stops the whole queue or starts it again. Workers finish their cells and take no new ones. */
export async function pauseQueue(url: string, paused: boolean): Promise<void> {
  const { bullmq, Client } = await loadQueue();
  const connection = await connect(Client, url);
  const queue = new bullmq.Queue(QUEUE, { connection });
  try {
    await (paused ? queue.pause() : queue.resume());
  } finally {
    await queue.close();
    connection.disconnect();
  }
}
