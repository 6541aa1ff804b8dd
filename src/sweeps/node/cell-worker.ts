/** The program of a worker thread: it measures the cells it is given, one after the other. */
import { measureCellAtOnce } from "../run-cell.ts";
import type { CellPlan, CellResult } from "../types.ts";
import { taskWithData } from "./data.ts";

export default function run(cell: CellPlan): CellResult {
  return measureCellAtOnce(cell, taskWithData(cell));
}
