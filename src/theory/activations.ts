import { EvanesceError } from "../base/errors.ts";
import {
  ACTIVATION_TABLE,
  activationFacts,
  ACTIVATIONS,
  type ActivationName,
  type ActivationShape,
} from "../catalogue/index.ts";

/** φ in float64 in the form that mean-field theory needs, with its name. */
export interface Activation extends ActivationShape {
  readonly name: ActivationName;
}

/**
 * The activation of this canonical name.
 *
 * @throws EvanesceError for a name that is not in the catalogue
 */
export function activation(name: ActivationName): Activation {
  const shape: ActivationShape | undefined = ACTIVATION_TABLE[name];
  if (shape === undefined) {
    throw new EvanesceError("activation", `one of ${ACTIVATIONS.join(", ")}`, name, "choose one of these");
  }
  return { name, ...shape };
}

/**
 * γ = sup |φ'|, the constant of Pascanu's bound: the largest |φ'| on a grid over [−20, 20], refined to 1e-12 by golden
 * sections around it. Beyond ±20 every φ' is constant, or (sine) periodic, or decaying, to float64's precision. If φ is
 * steepest at 0 or beyond ±20, the catalogue has the number, and no search is needed.
 */
export function steepestSlope({ name, slope }: Activation): number {
  const { largestSlope } = activationFacts(name);
  const size = (u: number) => Math.abs(slope(u));
  if (largestSlope === Number.POSITIVE_INFINITY || [0, -20, 20].some((u) => size(u) === largestSlope)) {
    return largestSlope;
  }
  const step = 1 / 64;
  let best = 0;
  let most = size(0);
  for (let u = -20; u <= 20; u += step) {
    const here = size(u);
    if (here > most) [best, most] = [u, here];
  }
  let low = best - step;
  let high = best + step;
  const ratio = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-9) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (size(left) > size(right)) high = right;
    else low = left;
  }
  return Math.max(size(best), size((low + high) / 2));
}
