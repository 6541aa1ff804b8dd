/** The program of a worker thread that measures the cells of a sweep. */
import { measureCellAtOnce } from "../run-cell.ts";
import type { CellPlan } from "../types.ts";
import { taskWithData } from "./data.ts";
import { program } from "../../parallel/node/program.ts";

export default program((cell: CellPlan) => measureCellAtOnce(cell, taskWithData(cell)));
