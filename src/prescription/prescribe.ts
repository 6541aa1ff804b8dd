import { type Run, startRun } from "../base/cooperative-work.ts";
import { settingsOf } from "./settings.ts";
import type { PrescribeOptions, Prescription, PrescriptionEvent } from "./types.ts";

/**
 * Finds remedies for a network. It measures the network with several seeds, tests the causes by knock-outs, and tries
 * every remedy that fits with the same seeds and batches. Then it trains the network and its remedies for a short while
 * (the race) and ranks them by the loss that they reach on held-out samples. With `fast` it trains nothing and ranks by
 * the gradient's path and the cost. For a network whose path is sound it tries nothing.
 *
 * It runs a few hundred passes and some thousand updates. If its signal aborts, it returns the results so far.
 *
 * @throws EvanesceError that names the option that breaks a rule
 */
export function prescribe(options: PrescribeOptions): Run<PrescriptionEvent, Prescription> {
  const settings = settingsOf(options);
  return startRun(async () => (await import("./trials.ts")).tryAll(settings));
}
