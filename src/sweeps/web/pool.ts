import { EvanesceError } from "../../base/errors.ts";
import type { CellRunner } from "../run-cells.ts";
import type { CellPlan, CellResult } from "../types.ts";
import { loadProgram } from "./program.ts";
import type { Reply } from "./cell-worker.ts";

export interface WebPoolOptions {
  readonly threads: number;
  /** Seconds that a cell may take. */
  readonly timeLimit: number;
}

/** The cell that a worker measures, with the functions that settle it. */
interface Waiting {
  begun(): void;
  resolve(result: CellResult): void;
  reject(reason: Error): void;
}

interface Thread {
  readonly worker: Worker;
  /** Whether it ever sent a message. The policy of a page may allow a worker to be made but not to start. */
  started: boolean;
  waiting: Waiting | undefined;
}

/**
 * Workers of a browser that each measure one cell at a time. If a worker dies or a cell exceeds its time limit, only
 * this cell fails, and a new worker replaces the old one.
 *
 * @throws EvanesceError if the page cannot start workers
 */
export async function webPool({ threads, timeLimit }: WebPoolOptions): Promise<CellRunner> {
  const url = URL.createObjectURL(new Blob([await loadProgram()], { type: "text/javascript" }));
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const end = (thread: Thread) => {
    all.delete(thread);
    thread.worker.terminate();
  };
  const start = (): Thread => {
    const thread: Thread = { worker: startWorker(url), started: false, waiting: undefined };
    thread.worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      thread.started = true;
      if ("begun" in data) thread.waiting?.begun();
      else if ("result" in data) thread.waiting?.resolve(data.result);
      else thread.waiting?.reject(new Error(data.failed));
    };
    thread.worker.onerror = (event) => {
      event.preventDefault();
      end(thread);
      const reason = event.message ?? "no reason given";
      thread.waiting?.reject(thread.started ? new Error(`its worker ended: ${reason}`) : noWorkers(reason));
    };
    all.add(thread);
    return thread;
  };
  idle.push(start()); // so a page that cannot start workers gets the error before its first cell
  return {
    lanes: threads,
    async run(cell: CellPlan) {
      const thread = idle.pop() ?? start();
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        return await new Promise<CellResult>((resolve, reject) => {
          const begun = () => {
            timer = setTimeout(() => {
              end(thread);
              reject(new Error(`took longer than its limit of ${timeLimit} s`));
            }, timeLimit * 1000);
          };
          thread.waiting = { begun, resolve, reject };
          thread.worker.postMessage(cell);
        });
      } finally {
        clearTimeout(timer);
        thread.waiting = undefined;
        if (all.has(thread)) idle.push(thread);
      }
    },
    async close() {
      for (const thread of all) end(thread);
      URL.revokeObjectURL(url);
    },
  };
}

function startWorker(url: string): Worker {
  try {
    return new Worker(url);
  } catch (error) {
    throw noWorkers(String(error));
  }
}

const noWorkers = (reason: string) =>
  new EvanesceError("sweep.threads", "a host that starts workers", reason, "use threads: 1");
