import { lnTensorNorm, lnTogether } from "./log-norm.ts";

/** A tensor whose true value is `data · 2^exponent`. */
export interface Scaled {
  readonly data: ArrayLike<number>;
  readonly exponent?: number;
}

/** The angle between two gradients, and the ratio of their norms. */
export interface Direction {
  /** Radians, 0 … π; null where one of the two is exactly zero or not finite. */
  readonly angle: number | null;
  /** ‖other‖/‖gradient‖; null where ‖gradient‖ is exactly zero or not finite. */
  readonly ratio: number | null;
}

/**
 * The direction of `others` relative to `gradients`. Each list of tensors counts as one vector.
 *
 *     angle = 2 atan2(‖û − v̂‖, ‖û + v̂‖),  û = u/‖u‖, v̂ = v/‖v‖
 *
 * (Kahan 2006): as exact for tiny angles as for right angles, while the arc cosine of a product loses half of the
 * digits at tiny angles; exactly 0 for equal vectors. No number leaves float64's range, whatever the norms are.
 */
export function direction(gradients: readonly Scaled[], others: readonly Scaled[]): Direction {
  const u = gradients.map(lnNormOf);
  const v = others.map(lnNormOf);
  const lnU = lnTogether(u);
  const lnV = lnTogether(v);
  if (!Number.isFinite(lnU)) return { angle: null, ratio: null };
  const ratio = Math.exp(lnV - lnU);
  if (!Number.isFinite(lnV)) return { angle: null, ratio: lnV === Number.NEGATIVE_INFINITY ? 0 : null };
  let difference = 0;
  let sum = 0;
  gradients.forEach((gradient, k) => {
    const a = unitsOf(gradient, lnU);
    const b = unitsOf(others[k], lnV);
    for (let i = 0; i < a.length; i++) {
      difference += (a[i] - b[i]) ** 2;
      sum += (a[i] + b[i]) ** 2;
    }
  });
  return { angle: 2 * Math.atan2(Math.sqrt(difference), Math.sqrt(sum)), ratio };
}

const lnNormOf = ({ data, exponent }: Scaled): number => lnTensorNorm(data, exponent);

/**
 * tensor/e^lnNorm, computed in two steps by its largest entry: no factor leaves float64's range unless the result does.
 */
function unitsOf({ data, exponent = 0 }: Scaled, lnNorm: number): Float64Array {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  const units = new Float64Array(data.length);
  if (largest === 0) return units;
  const share = Math.exp(Math.log(largest) + exponent * Math.LN2 - lnNorm);
  for (let i = 0; i < data.length; i++) units[i] = (data[i] / largest) * share;
  return units;
}
