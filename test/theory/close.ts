import { expect } from "vitest";

/** |actual − expected| ≤ tolerance·|expected|; NaN and infinities only equal themselves. */
export function expectRelative(actual: number, expected: number, tolerance: number): void {
  if (!Number.isFinite(expected) || expected === 0) expect(actual).toBe(expected);
  else expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** Eight printed digits. */
export const expectPrinted = (actual: number, expected: number): void => expectRelative(actual, expected, 1e-7);

/** Mean and variance of a sample, and z of its mean against `mean` and of its variance against `variance`. */
export function sampleScores(
  sample: readonly number[],
  mean: number,
  variance: number,
): { mean: number; variance: number } {
  const n = sample.length;
  const average = sample.reduce((sum, x) => sum + x, 0) / n;
  const second = sample.reduce((sum, x) => sum + (x - average) ** 2, 0) / (n - 1);
  const fourth = sample.reduce((sum, x) => sum + (x - average) ** 4, 0) / n;
  return {
    mean: (average - mean) / Math.sqrt(second / n),
    variance: (second - variance) / Math.sqrt((fourth - second * second) / n),
  };
}
