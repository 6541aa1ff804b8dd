import { EvanesceError } from "../../base/errors.ts";
import { runJobs } from "../../parallel/runner.ts";
import { Stopped, type Work } from "../findings.ts";
import type { PrescriptionEvent } from "../types.ts";
import type { PassJob, PassResult } from "./bench.ts";

/**
 * The expected number of passes with each seed if a network's path is not healthy: remedies, knock-outs, combinations,
 * controls.
 */
const EXPECTED_PASSES = 25;

/** A pass that has ended: its result, or why the network could not be measured. */
export type PassEnd = PassResult | { readonly refused: EvanesceError };

/**
 * Runs passes on the threads of a prescription.
 *
 * @param ends receives each pass's end at the place of its job, also if the work is stopped
 * @param told the event of a pass that has ended
 * @param passes how many passes the work that begins here may take
 * @throws Stopped if the signal has aborted; an error that is not a caller's mistake
 */
export async function* runPasses(
  work: Work,
  jobs: readonly PassJob[],
  ends: PassEnd[],
  told: (index: number) => PrescriptionEvent,
  passes: number = EXPECTED_PASSES * work.settings.seeds.length,
): AsyncGenerator<PrescriptionEvent, void> {
  work.check();
  const runner = await work.runner(passes);
  for await (const { index, outcome } of runJobs(jobs, runner, work.settings.signal)) {
    if ("result" in outcome) ends[index] = outcome.result;
    else if (outcome.error instanceof EvanesceError) ends[index] = { refused: outcome.error };
    else throw outcome.error;
    yield told(index);
  }
  if (jobs.some((_, i) => ends[i] === undefined)) throw new Stopped();
}

/**
 * The results of passes that ended.
 *
 * @throws the error of the first that was refused
 */
export function resultsOf(ends: readonly PassEnd[]): readonly PassResult[] {
  return ends.map((end) => {
    if ("refused" in end) throw end.refused;
    return end;
  });
}
