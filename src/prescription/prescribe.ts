import { type Run, startRun } from "../base/cooperative-work.ts";
import { settingsOf } from "./settings.ts";
import type { PrescribeOptions, Prescription, PrescriptionEvent } from "./types.ts";

/**
 * Measures a network over several seeds, tests the factors its ledger names by taking it out, tries every remedy that
 * fits on the same seeds and batches, and ranks them by what they did to the gradient's path and by what they cost. Of
 * a network whose path is sound nothing is tried.
 *
 * It runs a few hundred passes. Stopped by its signal it returns what was done by then.
 *
 * @throws EvanesceError naming the option that breaks a rule
 */
export function prescribe(options: PrescribeOptions): Run<PrescriptionEvent, Prescription> {
  const settings = settingsOf(options);
  return startRun(async () => (await import("./trials.ts")).tryAll(settings));
}
