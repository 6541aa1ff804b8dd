import { type Run, startRun } from "../base/cooperative-work.ts";
import { settingsOf } from "./settings.ts";
import type { PrescribeOptions, Prescription, PrescriptionEvent } from "./types.ts";

/**
 * Measures a network over several seeds, tests the factors its ledger names by taking it out, tries every remedy that
 * fits on the same seeds and batches, and races those that the path does not rule out by short trainings: they are
 * ranked by the loss they reach on held-out samples. With `fast` nothing is trained, and the gradient's path and the
 * cost decide. Of a network whose path is sound nothing is tried.
 *
 * It runs a few hundred passes and some thousand updates. Stopped by its signal it returns what was done by then.
 *
 * @throws EvanesceError naming the option that breaks a rule
 */
export function prescribe(options: PrescribeOptions): Run<PrescriptionEvent, Prescription> {
  const settings = settingsOf(options);
  return startRun(async () => (await import("./trials.ts")).tryAll(settings));
}
