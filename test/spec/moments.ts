/**
 * z-scores of a sample's mean, variance and kurtosis against a law that is symmetric about 0.
 *
 * With standardized moments m_k and N draws: Var mean = σ²/N, Var s² = σ⁴ (m₄ − 1)/N, and for the kurtosis b = M₄/M₂²
 * by the delta method Var b = (m₈ − 4 m₄ m₆ + 4 m₄³ − m₄²)/N: 24/N for the normal law.
 */
export interface Law {
  readonly m4: number;
  readonly m6: number;
  readonly m8: number;
}
export const NORMAL: Law = { m4: 3, m6: 15, m8: 105 };
export const UNIFORM: Law = { m4: 9 / 5, m6: 27 / 7, m8: 9 }; // m_2k = 3^k/(2k + 1)
/** The normal law within two standard deviations: m_2k = (2k − 1) m_2k−2 − 2^2k φ(2)/(2Φ(2) − 1), then standardized. */
export const TRUNCATED: Law = { m4: 2.3655367171, m6: 7.4711933006, m8: 27.1895911655 };

export function momentScores(values: ArrayLike<number>, std: number, { m4, m6, m8 }: Law) {
  const N = values.length;
  let first = 0;
  let second = 0;
  let fourth = 0;
  for (let i = 0; i < N; i++) {
    const x = values[i]! / std;
    first += x;
    second += x * x;
    fourth += x ** 4;
  }
  return {
    mean: first / N / Math.sqrt(1 / N),
    variance: (second / N - 1) / Math.sqrt((m4 - 1) / N),
    kurtosis: (fourth / N / (second / N) ** 2 - m4) / Math.sqrt((m8 - 4 * m4 * m6 + 4 * m4 ** 3 - m4 ** 2) / N),
  };
}

/** z of the correlation of two samples of zero mean: √N r. */
export function correlationScore(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return (ab / Math.sqrt(aa * bb)) * Math.sqrt(a.length);
}

/** z of Pearson's χ² over equally likely bins, by Wilson and Hilferty's cube root (1931). */
export function chiSquareScore(counts: ArrayLike<number>): number {
  const bins = counts.length;
  let total = 0;
  for (let k = 0; k < bins; k++) total += counts[k]!;
  let chi2 = 0;
  for (let k = 0; k < bins; k++) chi2 += (counts[k]! - total / bins) ** 2 / (total / bins);
  const df = bins - 1;
  return (Math.cbrt(chi2 / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
}
