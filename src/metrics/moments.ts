import type { Scaled } from "../flow/index.ts";

/**
 * Mean and sum of squared deviations, entry by entry, of tensors that are added one after the other (Welford 1962). The
 * unit is 2^exponent, about the largest entry so far. So the moments are accurate for entries of any size, even if the
 * sizes of the tensors differ much.
 */
export interface Moments {
  count: number;
  /** Null until a tensor was added that is not all zeros. */
  exponent: number | null;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  finite: boolean;
}

export const createMoments = (length: number): Moments => ({
  count: 0,
  exponent: null,
  mean: new Float64Array(length),
  squares: new Float64Array(length),
  finite: true,
});

/** Adds one more tensor of the same length; one that is not finite makes the result not finite. */
export function addSample(moments: Moments, { data, exponent = 0 }: Scaled): void {
  const { mean, squares } = moments;
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]);
    if (!(size < Number.POSITIVE_INFINITY)) moments.finite = false; // NaN too
    if (size > largest) largest = size;
  }
  const n = ++moments.count;
  if (!moments.finite) return;
  if (largest > 0) {
    const own = exponent + Math.ceil(Math.log2(largest));
    if (moments.exponent === null) moments.exponent = own;
    else if (own > moments.exponent) {
      const lower = 2 ** (moments.exponent - own);
      for (let i = 0; i < mean.length; i++) {
        mean[i] *= lower;
        squares[i] *= lower * lower;
      }
      moments.exponent = own;
    }
  }
  const shift = exponent - (moments.exponent ?? 0);
  // two factors: 2^shift alone may leave float64's range where the product does not
  const [first, second] = [2 ** Math.trunc(shift / 2), 2 ** (shift - Math.trunc(shift / 2))];
  for (let i = 0; i < mean.length; i++) {
    const value = data[i] === 0 ? 0 : data[i] * first * second;
    const away = value - mean[i];
    mean[i] += away / n;
    squares[i] += away * (value - mean[i]);
  }
}
