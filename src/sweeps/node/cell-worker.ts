/** The program of a worker thread: it measures the cells it is given, one after the other. */
import { measureCellAtOnce } from "../run-cell.ts";
import type { CellResult } from "../types.ts";
import { taskWithData } from "./data.ts";
import type { WorkerTask } from "./pool.ts";

export default function run({ cell, begun }: WorkerTask): CellResult {
  begun.postMessage(null);
  begun.close();
  return measureCellAtOnce(cell, taskWithData(cell));
}
