import { EvanesceError } from "../base/errors.ts";
import type { Coefficients } from "../catalogue/optimizers/coefficients.ts";
import type { Optimizer } from "../catalogue/optimizers/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { ParameterShape } from "../spec/parameters.ts";
import { rateFactors } from "../spec/parametrization.ts";

/* The learning rate of each parameter: under a spec's parametrization, a factor on the optimizer's. */

/**
 * The factors on the learning rate that the spec's parametrization asks for, by name; parameters whose factor is 1 are
 * left out.
 *
 * @throws EvanesceError for an optimizer for which the parametrization has no rule
 */
export function factorsFor(
  spec: NetworkSpec,
  tensors: readonly ParameterShape[],
  { name, updateSize }: Optimizer,
): ReadonlyMap<string, number> {
  if (updateSize !== undefined) return rateFactors(spec, tensors, updateSize);
  if (spec.kind !== "feedforward" || spec.parametrization !== "mup") return new Map();
  const rule = "one that the parametrization mup has learning rates for";
  throw new EvanesceError("optimizer", rule, name, "use sgd, momentum, adam or adamw");
}

/**
 * The coefficients of an update by parameter: one set for each factor.
 *
 * @param carried the optimizer's numbers from update to update; this changes them
 */
export function coefficientsBy(
  factors: ReadonlyMap<string, number>,
  optimizer: Optimizer,
  update: number,
  learningRate: number,
  carried: Record<string, number>,
): (name: string) => Coefficients {
  const before = { ...carried };
  const sets = new Map([[1, optimizer.coefficients(update, learningRate, carried)]]);
  return (name) => {
    const factor = factors.get(name) ?? 1;
    const known = sets.get(factor);
    if (known !== undefined) return known;
    const own = optimizer.coefficients(update, learningRate, { ...before }, factor);
    sets.set(factor, own);
    return own;
  };
}
