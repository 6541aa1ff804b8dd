import { fileURLToPath } from "node:url";
import { EvanesceError } from "../../../base/errors.ts";
import { RESULTS_VERSION } from "../../results-version.ts";
import { connect, loadQueue, QUEUE, VERSION_KEY, withoutCredentials } from "./connection.ts";

/** Beside this file in the sources, where the bundle puts it when packed. */
const PROCESSOR = import.meta.url.endsWith(".ts")
  ? new URL("./processor.ts", import.meta.url)
  : new URL("../sweeps/queue-processor.js", import.meta.url);
const LOADER = import.meta.url.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];

export interface WorkOptions {
  readonly url: string;
  /** Cells at once, each in a process of its own. */
  readonly threads: number;
  /** Stops taking cells; those under way are finished. */
  readonly signal: AbortSignal;
  /** Ends when the queue has been empty for so many milliseconds; for ever without it. */
  readonly idleMs?: number | undefined;
  /** Milliseconds a lock is held without being renewed; default 30,000. */
  readonly lockMs?: number | undefined;
  readonly onCell?: ((id: string, failed: string | undefined) => void) | undefined;
}

const LOCK_MS = 30_000;
/** How often an idle worker looks whether the queue is still empty. */
const LOOK_MS = 200;

/**
 * Measures the cells of a queue until it is stopped. Returns how many it measured.
 *
 * @throws EvanesceError where the queue holds cells of another version of the results, or no server answers
 */
export async function work({ url, threads, signal, idleMs, lockMs = LOCK_MS, onCell }: WorkOptions): Promise<number> {
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
    const worker = new bullmq.Worker(QUEUE, fileURLToPath(PROCESSOR), {
      connection,
      concurrency: threads,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: 3,
      workerForkOptions: { execArgv: LOADER },
    });
    worker.on("error", () => undefined); // a lost connection is made again
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
      onCell?.(job.data.cell.id, undefined);
    });
    worker.on("failed", (job, error) => {
      ended();
      onCell?.(job?.data.cell.id ?? "a cell", error.message);
    });
    try {
      while (!signal.aborted && !(busy <= 0 && idleMs !== undefined && performance.now() - idleSince > idleMs)) {
        await new Promise((resume) => setTimeout(resume, LOOK_MS));
        if (looking.status === "ready") await requireVersion();
      }
    } finally {
      await worker.close(); // waits for the cells under way
    }
    return finished;
  } finally {
    connection.disconnect();
    looking.disconnect();
  }
}

/** Stops, or starts again, the whole queue: workers finish what they have and take nothing new. */
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
