import { onThisThread, type Runner } from "../../parallel/runner.ts";
import { hostThreads, isNode } from "../../parallel/thread.ts";
import { portableTask, type TaskInput } from "../../tasks/index.ts";
import type { PassBench, PassJob, PassResult } from "./bench.ts";

/** Runs the passes of a prescription. */
export type PassRunner = Runner<PassJob, PassResult>;

/** Runs passes on this thread, one at a time. */
export function inThread(bench: PassBench, signal: AbortSignal | undefined): PassRunner {
  return { ...onThisThread((job: PassJob) => bench.run(job), signal), close: async () => bench.dispose() };
}

/**
 * Operations that one thread does before other threads have started. No clock is read: the same request always runs on
 * the same threads.
 */
const SHORT = 1e10;
/** Most threads: there are rarely more equal pieces of work at a time. */
const MOST_THREADS = 16;

/** The setup that worker threads need, and their options. */
export interface Helpers {
  readonly threads: number | "auto";
  /** Operations of the work that is planned. */
  readonly operations: number;
}

/** The task for worker threads, and their number; undefined where this thread does the work alone. */
export function helpersFor(
  task: TaskInput,
  { threads: asked, operations }: Helpers,
): { readonly task: TaskInput; readonly threads: number } | undefined {
  const threads = Math.min(asked === "auto" ? hostThreads() : asked, MOST_THREADS);
  if (threads < 2 || operations < SHORT || !isNode()) return undefined;
  const portable = portableTask(task);
  return portable === undefined ? undefined : { task: portable, threads };
}
