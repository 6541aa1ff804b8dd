import { threadPool } from "../../parallel/node/pool.ts";
import type { CellRunner } from "../run-cells.ts";
import { loadedWeights } from "./weights.ts";

/** The worker's program: beside this file in the sources, and where the bundle puts it in the package. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./cell-worker.ts", import.meta.url)
  : new URL("../sweeps/cell-worker.js", import.meta.url);

/** Worker threads that each measure one cell at a time. They get the weights that this thread has loaded. */
export const cellPool = (threads: number, timeLimit: number): CellRunner =>
  threadPool({ worker: WORKER, workerData: loadedWeights(), threads, timeLimit });
