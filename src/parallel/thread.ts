import type { Reply, Request } from "./job.ts";
import { PROGRAM } from "./program.ts";

/** A worker of any host, as the pool uses it. */
export interface Thread {
  post(request: Request, transfer: readonly ArrayBuffer[]): void;
  /** While held, it keeps Node's process alive. */
  hold(held: boolean): void;
  terminate(): void;
}

/** @param onDeath called once, if the worker ends unexpectedly */
export type Spawn = (onReply: (reply: Reply) => void, onDeath: (reason: string) => void) => Thread;

interface NodeWorker {
  postMessage(request: Request, transfer: readonly ArrayBuffer[]): void;
  on(event: string, heard: (value: never) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** Whether this is Node or behaves like it, with files and worker threads. */
export const isNode = (): boolean => typeof process !== "undefined" && process.versions?.node !== undefined;

interface NodeHost {
  process?: { getBuiltinModule?: (id: string) => unknown };
}

/** A worker of Node's, or a browser's. */
export const spawnThread: Spawn = (onReply, onDeath) => {
  const threads = (globalThis as NodeHost).process?.getBuiltinModule?.("node:worker_threads");
  if (threads === undefined) return spawnInBrowser(onReply, onDeath);
  const { Worker } = threads as { Worker: new (program: string, options: object) => NodeWorker };
  // without this process's flags: a loader from --import would have nothing to load
  const worker = new Worker(PROGRAM, { eval: true, execArgv: [] });
  worker.on("message", onReply);
  worker.on("error", (error: Error) => onDeath(error.message));
  worker.on("exit", (code: number) => onDeath(`exit code ${code}`));
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
};

const spawnInBrowser: Spawn = (onReply, onDeath) => {
  const url = URL.createObjectURL(new Blob([PROGRAM], { type: "text/javascript" }));
  const worker = startWorker(url);
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(url);
    onReply(data);
  };
  worker.onerror = ({ message }) => onDeath(message);
  return {
    post: (request, transfer) => worker.postMessage(request, [...transfer]),
    hold: () => {},
    terminate: () => worker.terminate(),
  };
};

function startWorker(url: string): Worker {
  try {
    return new Worker(url);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

/** How many workers the host can run at once. */
export function hostThreads(): number {
  const os = (globalThis as NodeHost).process?.getBuiltinModule?.("node:os") as
    | { availableParallelism(): number }
    | undefined;
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
