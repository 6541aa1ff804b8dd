/**
 * The program of the processes of a queue worker. It measures one cell at a time, while its parent renews the lock of
 * the job.
 */
import { EvanesceError } from "../../../base/errors.ts";
import { encode } from "../../encode.ts";
import { RESULTS_VERSION } from "../../results-version.ts";
import { measureCellAtOnce } from "../../run-cell.ts";
import type { CellPlan } from "../../types.ts";
import { taskWithData } from "../data.ts";
import { loadWeights, weightsOf } from "../weights.ts";
import { FOR_PARENT, type Reply } from "./replies.ts";

type JobData = { readonly results: number; readonly cell: CellPlan };

async function measure(data: JobData | null | undefined): Promise<string> {
  const { results, cell } = data ?? ({} as Partial<JobData>); // other programs can put any data into the queue
  if (results !== RESULTS_VERSION || cell === undefined) {
    throw new Error(`this worker gives results of version ${RESULTS_VERSION}, the sweep wants ${results}: update it`);
  }
  await loadWeights(cell);
  return encode(measureCellAtOnce(cell, taskWithData(cell), weightsOf(cell)));
}

async function replyTo(data: JobData | null | undefined): Promise<Reply> {
  try {
    return { result: await measure(data) };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return { failed, final: error instanceof EvanesceError }; // a cell that breaks a rule fails at every attempt
  }
}

for (const signal of FOR_PARENT) process.on(signal, () => undefined);
// if its parent was killed, nobody receives the result
process.once("disconnect", () => process.exit());
process.on("message", async ({ data }: { readonly data?: JobData | null }) => {
  const reply = await replyTo(data);
  process.send?.(reply, undefined, {}, (error) => {
    if (error !== null) process.exit();
  });
});
if (!process.connected) process.exit();
