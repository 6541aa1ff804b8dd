/** A worker that ends its thread on one cell. */
import { program } from "../../src/parallel/node/program.ts";
import { measureCellAtOnce } from "../../src/sweeps/run-cell.ts";
import type { CellPlan } from "../../src/sweeps/types.ts";

export default program((cell: CellPlan) => {
  if (cell.id === "depth 666") process.exit(3);
  return measureCellAtOnce(cell);
});
