import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { finish } from "../base/time-slicing.ts";
import { TASKS } from "../tasks/index.ts";
import { type ManyFlows, type ManyInput, propagateManyIn } from "./given-tasks/propagate-many.ts";

export type { ManyFlows, ManyInput } from "./given-tasks/propagate-many.ts";

/**
 * Runs one forward and backward pass of each of many new networks and returns their profiles. The numbers are those of
 * `propagate`, bit for bit, for each spec and seed. A network takes about half the time, because specs, tasks and plans
 * are shared, and only the profile is measured.
 *
 * @throws EvanesceError naming the field that breaks a rule, the value got and the remedy
 */
export function propagateMany(input: ManyInput): ManyFlows {
  return finish(propagateManyInParts(input));
}

/**
 * `propagateMany` without blocking the event loop.
 *
 * @param options `signal` stops it between two networks, `onProgress` gets the share done
 * @throws EvanesceError as `propagateMany` does; the signal's reason where it aborts
 */
export async function propagateManyAsync(input: ManyInput, options: TurnOptions = {}): Promise<ManyFlows> {
  return inTurns(propagateManyInParts(input), options);
}

/**
 * `propagateMany` in parts, for hosts that report progress or stop the work: yields the share done, returns the
 * profiles.
 */
export const propagateManyInParts = (input: ManyInput): Generator<number, ManyFlows> => propagateManyIn(TASKS, input);
