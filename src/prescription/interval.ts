/** A mean over seeds with its 95 % interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /**
   * `t`: Student's interval of the mean over independent seeds; differences are paired by seed. `range`: some values
   * are infinite, so `mean` is the median, and `low` and `high` are the least and the largest value.
   */
  readonly law: "t" | "range";
}

/** Student's 95 % interval of the mean: mean ± t_{0.975, n−1} s/√n (Student 1908). @param values n ≥ 2, no NaN */
export function interval(values: readonly number[]): Interval {
  const n = values.length;
  if (values.some((value) => !Number.isFinite(value))) {
    const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return { mean: sorted[Math.floor((n - 1) / 2)], low: sorted[0], high: sorted[n - 1], law: "range" };
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, law: "t" };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = tQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half, law: "t" };
}

/**
 * The quantile of Student's t for the probability `p` > ½ and `nu` degrees of freedom, by bisection on θ = arctan(t/√ν)
 * of the closed form (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 */
export function tQuantile(p: number, nu: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const theta = (low + high) / 2;
    if ((1 + within(theta, nu)) / 2 < p) low = theta;
    else high = theta;
  }
  return Math.sqrt(nu) * Math.tan((low + high) / 2);
}

/** P(|T| < √ν tan θ). */
function within(theta: number, nu: number): number {
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const odd = nu % 2 === 1;
  // Σ cos^k θ with the coefficients 1, 2/3, (2·4)/(3·5) … for odd ν and 1, 1/2, (1·3)/(2·4) … for even ν
  let term = odd ? cos : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= nu - 2; k += 2) {
    sum += term;
    term *= (cos * cos * (k + 1)) / (k + 2);
  }
  return odd ? (2 / Math.PI) * (theta + sin * sum) : sin * sum;
}
