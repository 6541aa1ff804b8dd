/** The program of a worker thread that measures the cells of a sweep. */
import { workerData } from "node:worker_threads";
import { program } from "../../parallel/node/program.ts";
import { measureCellAtOnce } from "../run-cell.ts";
import type { CellPlan } from "../types.ts";
import { taskWithData } from "./data.ts";
import { takeWeights, type Weights, weightsOf } from "./weights.ts";

takeWeights(workerData as ReadonlyMap<string, Weights>);

export default program((cell: CellPlan) => measureCellAtOnce(cell, taskWithData(cell), weightsOf(cell)));
