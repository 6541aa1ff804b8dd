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

// the parent that would receive the result was killed
process.once("disconnect", () => process.exit());

export default async function processCell(job: SandboxedJob<{ results: number; cell: CellPlan }>): Promise<string> {
  const { results, cell } = job.data;
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
