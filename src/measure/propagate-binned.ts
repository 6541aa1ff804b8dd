import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { finish } from "../base/time-slicing.ts";
import { TASKS } from "../tasks/index.ts";
import { type BinnedFlow, type BinnedInput, propagateBinnedIn } from "./given-tasks/propagate-binned.ts";

export type { BinnedFlow, BinnedInput } from "./given-tasks/propagate-binned.ts";

/**
 * Runs one forward and backward pass of a fresh network, as `propagate` does, and returns its profile in bins. It
 * measures the profile and the parameters' gradients only, so that a long sequence needs little memory: 10 bytes a step
 * of one sample with two inputs at H = 64, where states that do not fit into `memoryLimit` are computed again from
 * checkpoints. The decay is fitted to every station, not to the bins.
 *
 * @throws EvanesceError naming the field that breaks a rule, the value got and the remedy
 */
export function propagateBinned(input: BinnedInput): BinnedFlow {
  return finish(propagateBinnedIn(TASKS, input));
}

/**
 * `propagateBinned` without blocking the event loop.
 *
 * @param options `signal` stops it between two parts, `onProgress` gets the share done
 * @throws EvanesceError as `propagateBinned` does; the signal's reason where it aborts
 */
export async function propagateBinnedAsync(input: BinnedInput, options: TurnOptions = {}): Promise<BinnedFlow> {
  return inTurns(propagateBinnedIn(TASKS, input), options);
}
