/** A worker that ends its thread on one cell. */
import run from "../../src/sweeps/node/cell-worker.ts";
import type { WorkerTask } from "../../src/sweeps/node/program.ts";
import type { CellPlan, CellResult } from "../../src/sweeps/types.ts";

export default function deadly(task: WorkerTask<CellPlan>): CellResult {
  if (task.cell.id === "depth 666") process.exit(3);
  return run(task);
}
