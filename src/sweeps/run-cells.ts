import type { TaskInput } from "../tasks/index.ts";
import { measureCell } from "./run-cell.ts";
import type { CellEnd, CellPlan, CellResult } from "./types.ts";

/**
 * Who computes cells: this thread, worker threads, or a queue's workers. A cell is any work that plain data describe:
 * a network of a sweep, a claim, a row of a study.
 */
export interface CellRunner<Cell = CellPlan, Result = CellResult> {
  /** Cells it works on at once. */
  readonly lanes: number;
  /** @throws an error whose message says why this cell has no result; Abandoned where it was left in the middle */
  run(cell: Cell): Promise<Result>;
  /** Ends its workers. */
  close(): Promise<void>;
}

/** A cell was left in the middle because the sweep is stopped: it has neither result nor failure. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}

/** Longest time in ms that a cell measured on this thread keeps the event loop waiting between two of its parts. */
const TURN_MS = 20;

/** Measures cells on this thread, one at a time; the event loop takes turns with a training. */
export function inThread(taskOf: (cell: CellPlan) => TaskInput, signal?: AbortSignal): CellRunner {
  return {
    lanes: 1,
    async run(cell) {
      const work = measureCell(cell, taskOf(cell));
      let turn = performance.now();
      for (;;) {
        const { done, value } = work.next();
        if (done) return value;
        if (performance.now() - turn < TURN_MS) continue;
        await new Promise((resume) => setTimeout(resume, 0));
        turn = performance.now();
        if (signal?.aborted) {
          work.return(undefined as never);
          throw new Abandoned();
        }
      }
    },
    close: async () => {},
  };
}

/** A cell that has ended. */
export interface EndedCell<Result = CellResult> {
  readonly index: number;
  readonly end: CellEnd<Result>;
}

/**
 * Runs cells, as many at once as the runner has lanes, and yields each as it ends. After the signal no cell is begun;
 * those under way are finished. A cell that fails does not touch the others.
 */
export async function* runCells<Cell, Result>(
  cells: readonly Cell[],
  runner: CellRunner<Cell, Result>,
  signal?: AbortSignal,
): AsyncGenerator<EndedCell<Result>, void> {
  const ended: EndedCell<Result>[] = [];
  let wake = () => {};
  let [next, running] = [0, 0];
  const start = (index: number) => {
    running++;
    const settle = (end: CellEnd<Result>) => {
      running--;
      ended.push({ index, end });
      wake();
    };
    runner.run(cells[index]).then(
      (result) => settle({ result }),
      (error: unknown) => {
        if (!(error instanceof Abandoned))
          return settle({ failed: error instanceof Error ? error.message : String(error) });
        running--;
        wake();
      },
    );
  };
  for (;;) {
    // a single lane waits until what has ended was read: its reader may stop the sweep there
    const mayStart = () => runner.lanes > 1 || ended.length === 0;
    while (!signal?.aborted && next < cells.length && running < runner.lanes && mayStart()) start(next++);
    const first = ended.shift();
    if (first !== undefined) {
      yield first;
      continue;
    }
    if (running === 0) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
