import { EvanesceError } from "../base/errors.ts";
import { hostThreads, isNode } from "../parallel/thread.ts";
import { type CellRunner, inThread, runCells } from "./run-cells.ts";
import type { CellEnd, CellPlan, PlacedCell } from "./types.ts";

/** Options for running cells. They change no number. */
export interface RunnerOptions {
  /** Stops the sweep. Cells in progress on other threads are finished; finished cells are kept. */
  readonly signal?: AbortSignal | undefined;
  /** Worker threads; each runs one cell at a time. `auto` uses every core. Default 1: this thread. */
  readonly threads?: number | "auto" | undefined;
  /** Seconds after which a cell on a worker thread counts as failed; default 600. */
  readonly timeLimit?: number | undefined;
  /** A file with one line for each result. Cells in it are not run again. Node only. */
  readonly journal?: string | undefined;
  /** Whether failed cells are run again; default false. */
  readonly retry?: boolean | undefined;
  /** Run only part i of n of the cells, for machines without a common queue: `{ part: 1, of: 4 }`. */
  readonly shard?: { readonly part: number; readonly of: number } | undefined;
  /** Runs the cells instead of the threads of this machine. */
  readonly runner?: ((hashes: ReadonlyMap<PlacedCell, string>) => Promise<CellRunner>) | undefined;
}

/** A cell that has ended, now or in an earlier run. */
export interface SweptCell {
  readonly cell: PlacedCell;
  readonly end: CellEnd;
  /** Its number among all cells. */
  readonly index: number;
  readonly count: number;
  /** Whether it came from the journal. */
  readonly kept: boolean;
}

const TIME_LIMIT = 600;

/**
 * Runs cells and yields each when it ends: first those from the journal, then the others. Returns sentences about
 * repairs of the journal.
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
  const needsNode =
    path !== undefined ||
    options.runner !== undefined ||
    cells.some(({ data, weights }) => data !== undefined || weights !== undefined);
  const node = needsNode || (threads > 1 && isNode()) ? await nodeOnly() : undefined;
  const journal = path === undefined ? undefined : new node!.Journal(path);
  try {
    const hashes = new Map(needsNode ? own.map(({ cell }) => [cell, node!.cellHash(cell)]) : []);
    const waiting: typeof own = [];
    const notes = [...(journal?.contents.notes ?? [])];
    for (const one of own) {
      const kept = journal?.contents.lines.get(hashes.get(one.cell) ?? "");
      const line = node?.parseLine(kept);
      if (kept !== undefined && line === undefined) notes.push(damagedLine(one.cell));
      if (line === undefined || (line.failed !== undefined && retry)) waiting.push(one);
      else yield { ...one, end: line as CellEnd, count, kept: true };
    }
    if (waiting.length === 0) return notes;
    journal?.begin(count, plan);
    for (const { cell } of waiting) await node?.loadWeights(cell);
    const filesOf = (cell: CellPlan) =>
      node === undefined
        ? { task: cell.task, weights: undefined }
        : { task: node.taskWithData(cell), weights: node.weightsOf(cell) };
    const queued = waiting.map(({ cell }) => cell);
    const runner =
      (await options.runner?.(hashes)) ??
      (threads > 1 ? await poolOf(Math.min(threads, queued.length), timeLimit) : inThread(filesOf, signal));
    try {
      for await (const { index, end } of runCells(queued, runner, signal)) {
        const { cell, index: place } = waiting[index];
        journal?.add(hashes.get(cell) as string, cell, end);
        yield { cell, index: place, end, count, kept: false };
      }
    } finally {
      await runner.close();
    }
    return notes;
  } finally {
    journal?.close();
  }
}

const damagedLine = ({ id }: PlacedCell): string =>
  `the journal's line of the cell ${id} has no whole result: the cell runs again`;

/** Whether a cell belongs to a shard: every n-th cell does, so that all shards take about the same time. */
function isIn(shard: RunnerOptions["shard"], index: number): boolean {
  return shard === undefined || index % shard.of === shard.part - 1;
}

async function nodeOnly(): Promise<typeof import("./node/index.ts")> {
  if (!isNode()) {
    throw new EvanesceError("sweep", "Node for a journal, a queue or files", "a browser", "leave these options out");
  }
  return import("./node/index.ts");
}

/** The worker threads of this host. */
async function poolOf(threads: number, timeLimit: number): Promise<CellRunner> {
  if (isNode()) return (await nodeOnly()).cellPool(threads, timeLimit);
  return (await import("./web/pool.ts")).webPool({ threads, timeLimit });
}
