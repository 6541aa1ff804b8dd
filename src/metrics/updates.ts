import { EvanesceError } from "../base/errors.ts";
import type { ParameterFlow } from "../flow/index.ts";

/** How far one step of plain gradient descent moves a parameter, relative to its own size. */
export interface UpdateRatio {
  readonly name: string;
  /**
   * log10 of lr·‖g‖/‖w‖: about −3 is usual, −4 to −1 the range in which training works. −∞ if there is no gradient;
   * null if all weights are zero.
   */
  readonly log10: number | null;
}

/**
 * lr·‖∂L/∂w‖/‖w‖ of every parameter.
 *
 * @throws EvanesceError for a learning rate that is not a finite number > 0
 */
export function updateRatios(
  parameters: readonly Pick<ParameterFlow, "name" | "lnGradientNorm" | "lnNorm">[],
  learningRate: number,
): UpdateRatio[] {
  if (!(Number.isFinite(learningRate) && learningRate > 0)) {
    throw new EvanesceError("learningRate", "a finite number > 0", learningRate, "give the step size of the optimizer");
  }
  return parameters.map(({ name, lnGradientNorm, lnNorm }) => ({
    name,
    log10: lnNorm === Number.NEGATIVE_INFINITY ? null : (Math.log(learningRate) + lnGradientNorm - lnNorm) / Math.LN10,
  }));
}
