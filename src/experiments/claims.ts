import { EvanesceError } from "../base/errors.ts";
import { type Run, startRun } from "../base/cooperative-work.ts";
import type { ClaimEvent, ClaimsOptions, ClaimsReport } from "./types.ts";

export type { ClaimEvent, ClaimsOptions } from "./types.ts";

/**
 * Executes claims and judges each by its numbers against a criterion fixed beforehand. Their definitions, a tenth of
 * the library, are loaded when the run starts.
 *
 * @returns a run that rejects with an EvanesceError for an id no claim has
 * @throws EvanesceError for a seed that is none
 */
export function claims(options: ClaimsOptions = {}): Run<ClaimEvent, ClaimsReport> {
  const { size = "reduced", seed = 0 } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new EvanesceError("seed", "a whole number from 0 to 2^53 − 1", seed, "use any such number, e.g. 1");
  }
  return startRun(async () => (await import("./judging.ts")).judgeAll({ ...options, size, seed }));
}
