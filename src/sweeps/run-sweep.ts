import { EvanesceError } from "../base/errors.ts";
import { hostThreads } from "../parallel/thread.ts";
import { type CellRunner, inThread, runCells } from "./run-cells.ts";
import type { CellEnd, PlacedCell } from "./types.ts";

/** How cells are run. None of it changes a number. */
export interface RunnerOptions {
  /** Stops the sweep: cells under way on other threads are finished, what has ended is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Worker threads, one cell each at a time; `auto` for every core. Default 1: this thread. */
  readonly threads?: number | "auto" | undefined;
  /** Seconds a cell may take on a worker thread before it counts as failed; default 600. */
  readonly timeLimit?: number | undefined;
  /** A file of results, a line each: cells it holds are not run again. Node only. */
  readonly journal?: string | undefined;
  /** Whether cells that failed before are run again. Default false. */
  readonly retry?: boolean | undefined;
  /** Part i of n of the cells, for machines that share no queue: `{ part: 1, of: 4 }`. */
  readonly shard?: { readonly part: number; readonly of: number } | undefined;
  /** Who runs the cells, in place of this machine's threads. */
  readonly runner?: ((hashes: ReadonlyMap<PlacedCell, string>) => Promise<CellRunner>) | undefined;
}

/** A cell has ended, now or in an earlier run. */
export interface SweptCell {
  readonly cell: PlacedCell;
  readonly end: CellEnd;
  /** Its place among all cells. */
  readonly index: number;
  readonly count: number;
  /** Whether the journal held it. */
  readonly kept: boolean;
}

const TIME_LIMIT = 600;

/**
 * Runs cells and yields each as it ends: first those that the journal holds, then the rest. Returns sentences on what
 * was repaired in the journal.
 *
 * @throws EvanesceError for options that break a rule, or a journal that cannot be used
 */
export async function* runSweep(
  cells: readonly PlacedCell[],
  plan: unknown,
  options: RunnerOptions,
): AsyncGenerator<SweptCell, readonly string[]> {
  const { signal, journal: path, retry = false, timeLimit = TIME_LIMIT } = options;
  const threads = options.threads === "auto" ? hostThreads() : (options.threads ?? 1);
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024) {
    throw new EvanesceError(
      "sweep.threads",
      'a whole number from 1 to 1024, or "auto"',
      threads,
      "use auto for every core",
    );
  }
  if (!(timeLimit > 0)) {
    throw new EvanesceError("sweep.timeLimit", "seconds above 0", timeLimit, "leave it out for 600");
  }
  const count = cells.length;
  const own = cells.map((cell, index) => ({ cell, index })).filter(({ index }) => isIn(options.shard, index));
  const needsNode = path !== undefined || options.runner !== undefined || cells.some(({ data }) => data !== undefined);
  const node = needsNode || (threads > 1 && isNode()) ? await nodeOnly() : undefined;
  const journal = path === undefined ? undefined : new node!.Journal(path);
  try {
    const hashes = new Map(needsNode ? own.map(({ cell }) => [cell, node!.cellHash(cell)]) : []);
    const waiting: typeof own = [];
    for (const one of own) {
      const line = node?.parseLine(journal?.contents.lines.get(hashes.get(one.cell) ?? ""));
      if (line === undefined || (line.failed !== undefined && retry)) waiting.push(one);
      else yield { ...one, end: line as CellEnd, count, kept: true };
    }
    if (waiting.length === 0) return journal?.contents.notes ?? [];
    journal?.begin(count, plan);
    const queued = waiting.map(({ cell }) => cell);
    const runner =
      (await options.runner?.(hashes)) ??
      (threads > 1
        ? await poolOf(Math.min(threads, queued.length), timeLimit)
        : inThread(node?.taskWithData ?? (({ task }) => task), signal));
    try {
      for await (const { index, end } of runCells(queued, runner, signal)) {
        const { cell, index: place } = waiting[index];
        journal?.add(hashes.get(cell) as string, cell, end);
        yield { cell, index: place, end, count, kept: false };
      }
    } finally {
      await runner.close();
    }
    return journal?.contents.notes ?? [];
  } finally {
    journal?.close();
  }
}

/** Whether a shard holds the cell: every n-th, so that shards are equally hard. */
function isIn(shard: RunnerOptions["shard"], index: number): boolean {
  return shard === undefined || index % shard.of === shard.part - 1;
}

const isNode = () => typeof process !== "undefined" && process.versions?.node !== undefined;

async function nodeOnly(): Promise<typeof import("./node/index.ts")> {
  if (!isNode()) {
    throw new EvanesceError("sweep", "Node for a journal, a queue or files", "a browser", "leave these options out");
  }
  return import("./node/index.ts");
}

/** This host's worker threads. */
async function poolOf(threads: number, timeLimit: number): Promise<CellRunner> {
  if (isNode()) return (await nodeOnly()).cellPool(threads, timeLimit);
  return (await import("./web/pool.ts")).webPool({ threads, timeLimit });
}
