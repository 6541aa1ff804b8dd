import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { finish } from "../base/time-slicing.ts";
import type { Jacobians, JacobiansInput } from "../network/jacobians/index.ts";
import { TASKS } from "../tasks/index.ts";
import { jacobiansIn } from "./given-tasks/jacobians.ts";

export type * from "../network/jacobians/types.ts";

/**
 * Computes singular values of ∂h_T/∂h_t or ∂h_L/∂h_0, Lyapunov exponents, and numbers of W_hh that bound its powers,
 * along the trajectory of one sample or several.
 *
 * @throws EvanesceError naming the option that breaks a rule, the value got and the remedy
 */
export function jacobians(input: JacobiansInput): Jacobians {
  return finish(jacobiansInParts(input));
}

/**
 * `jacobians` without blocking the event loop: hundreds of directions in float64 over a thousand steps take seconds.
 *
 * @param options `signal` stops it between two steps, `onProgress` gets the share done
 * @throws EvanesceError as `jacobians` does; the signal's reason where it aborts
 */
export async function jacobiansAsync(input: JacobiansInput, options: TurnOptions = {}): Promise<Jacobians> {
  return inTurns(jacobiansInParts(input), options);
}

/** `jacobians` in parts, for hosts that report progress or stop the work: yields the share done, returns the result. */
export const jacobiansInParts = (input: JacobiansInput): Generator<number, Jacobians> => jacobiansIn(TASKS, input);
