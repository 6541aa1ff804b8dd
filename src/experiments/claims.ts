import { EvanesceError } from "../base/errors.ts";
import { requireObject, requireSeed, requireSignal } from "../base/options-check.ts";
import { type Run, startRun } from "../base/cooperative-work.ts";
import { resolveThreads } from "../parallel/pool.ts";
import { isNode } from "../parallel/thread.ts";
import type { ClaimEvent, ClaimsOptions, ClaimsReport } from "./types.ts";

export type { ClaimEvent, ClaimsOptions } from "./types.ts";

/**
 * Runs the experiments of claims about vanishing gradients and judges each claim by its numbers, with a criterion that
 * was fixed beforehand. The definitions are a tenth of the library; they are loaded when the run starts.
 *
 * @returns a run; it rejects with an EvanesceError if no claim has one of the ids
 * @throws EvanesceError for a seed or a number of threads that is not valid
 */
export function claims(options: ClaimsOptions = {}): Run<ClaimEvent, ClaimsReport> {
  requireObject("claims", options, "give { only } or leave it out");
  const { size = "reduced", seed = 0, only, signal, threads = 1 } = options;
  requireSeed("seed", options.seed);
  requireSignal(signal);
  if (only !== undefined && !(Array.isArray(only) && only.every((id) => typeof id === "string"))) {
    throw new EvanesceError("only", "a list of claims' ids", only, "leave it out for all claims");
  }
  const workers = Math.min(resolveThreads(threads), only?.length ?? Number.POSITIVE_INFINITY);
  if (workers > 1 && !isNode()) {
    throw new EvanesceError("threads", "1 in a browser", threads, "leave it out, or run the claims in Node");
  }
  const settings = { ...options, size, seed };
  return startRun(async () =>
    workers > 1
      ? (await import("./judging-on-threads.ts")).judgeOnThreads(settings, workers)
      : (await import("./judging.ts")).judgeAll(settings),
  );
}
