/** The program of a queue worker's processes: it measures one cell. Its parent renews the job's lock meanwhile. */
import type { SandboxedJob } from "bullmq";
import { EvanesceError } from "../../../base/errors.ts";
import { encode } from "../../encode.ts";
import { RESULTS_VERSION } from "../../results-version.ts";
import { measureCellAtOnce } from "../../run-cell.ts";
import type { CellPlan } from "../../types.ts";
import { taskWithData } from "../data.ts";

// whoever would hear of the result was killed
process.once("disconnect", () => process.exit());

export default async function processCell(job: SandboxedJob<{ results: number; cell: CellPlan }>): Promise<string> {
  const { results, cell } = job.data;
  if (results !== RESULTS_VERSION) {
    throw new Error(`this worker gives results of version ${RESULTS_VERSION}, the sweep wants ${results}: update it`);
  }
  try {
    return encode(measureCellAtOnce(cell, taskWithData(cell)));
  } catch (error) {
    // a cell that breaks a rule breaks it on every try
    if (error instanceof EvanesceError) throw Object.assign(new Error(error.message), { name: "UnrecoverableError" });
    throw error;
  }
}
