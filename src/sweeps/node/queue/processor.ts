/**
 * The program of the processes of a queue worker. It measures one cell, while its parent renews the lock of the job.
 */
import type { SandboxedJob } from "bullmq";
import { EvanesceError } from "../../../base/errors.ts";
import { encode } from "../../encode.ts";
import { RESULTS_VERSION } from "../../results-version.ts";
import { measureCellAtOnce } from "../../run-cell.ts";
import type { CellPlan } from "../../types.ts";
import { taskWithData } from "../data.ts";
import { loadWeights, weightsOf } from "../weights.ts";

/*
 * If its parent was killed, nobody receives the result. A process that was computing then learns of it from the failed
 * message, and BullMQ would answer that error with a message again, for ever.
 */
process.once("disconnect", () => process.exit());
process.prependListener("uncaughtException", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE" || !process.connected) process.exit(1);
});

export default async function processCell(job: SandboxedJob<{ results: number; cell: CellPlan }>): Promise<string> {
  const { results, cell } = job.data ?? {}; // another program may have put anything into the queue
  if (results !== RESULTS_VERSION) {
    throw new Error(`this worker gives results of version ${RESULTS_VERSION}, the sweep wants ${results}: update it`);
  }
  try {
    await loadWeights(cell);
    return encode(measureCellAtOnce(cell, taskWithData(cell), weightsOf(cell)));
  } catch (error) {
    // a cell that breaks a rule fails at every attempt
    if (error instanceof EvanesceError) throw Object.assign(new Error(error.message), { name: "UnrecoverableError" });
    throw error;
  }
}
