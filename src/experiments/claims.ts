import { EvanesceError } from "../base/errors.ts";
import { type Run, type RunOptions, startRun } from "../base/cooperative-work.ts";
import type { Labeled } from "./glyphs.ts";
import type { Claim, ClaimsReport, Size } from "./types.ts";

/** Which claims are run, how large, on what. */
export interface ClaimsOptions extends RunOptions {
  /** Ids of the claims to run; all of them without it. */
  readonly only?: readonly string[] | undefined;
  /** `reduced` takes minutes, `full` hours; default reduced. */
  readonly size?: Size | undefined;
  /** Real labeled images, for the claims on generalization; without them drawn digits. */
  readonly digits?: Labeled | undefined;
  /** Root of every seed; a whole number, default 0. */
  readonly seed?: number | undefined;
}

/** A claim begins, or is judged. */
export type ClaimEvent =
  | { readonly event: "begin"; readonly id: string; readonly index: number; readonly count: number }
  | { readonly event: "judged"; readonly claim: Claim; readonly index: number; readonly count: number };

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
