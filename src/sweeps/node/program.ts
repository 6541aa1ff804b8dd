import type { MessagePort } from "node:worker_threads";

/** What a worker is handed. */
export interface WorkerTask<Cell> {
  readonly cell: Cell;
  /** The worker says here that it begins: starting a worker does not count against the cell's time. */
  readonly begun: MessagePort;
}

/** The program of a worker thread, to be its module's default export: it computes the cells it is given, one by one. */
export const program =
  <Cell, Result>(compute: (cell: Cell) => Result) =>
  ({ cell, begun }: WorkerTask<Cell>): Result => {
    begun.postMessage(null);
    begun.close();
    return compute(cell);
  };
