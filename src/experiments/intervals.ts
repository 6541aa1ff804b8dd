import type { Measured } from "./types.ts";

/** 97.5 % points of Student's t for 1 … 30 degrees of freedom. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/** 97.5 % point of the normal distribution. */
const Z = 1.959964;

/**
 * For more degrees of freedom than the table has, the first term of the expansion in 1/ν is used: z + (z³ + z)/4ν
 * (Abramowitz and Stegun 26.7.5). From ν = 31 its error is below 0.001.
 */
const student = (freedom: number): number => STUDENT[freedom - 1] ?? Z + (Z ** 3 + Z) / (4 * freedom);

/** The arithmetic mean; NaN for an empty list. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The mean over seeds with Student's interval, mean ± t s/√n. The result is NaN if a value is NaN. A single value has
 * no interval: its ends are NaN.
 */
export function overSeeds(name: string, values: readonly number[], unit: string): Measured {
  const n = values.length;
  const value = mean(values);
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1);
  const half = student(n - 1) * Math.sqrt(variance / n);
  return { name, value, low: value - half, high: value + half, unit, n, interval: "student" };
}

/** The share `hits`/n with Wilson's interval (1927), which stays inside [0, 1]. */
export function share(name: string, hits: number, n: number): Measured {
  const p = hits / n;
  const spread = 1 + Z ** 2 / n;
  const center = (p + Z ** 2 / (2 * n)) / spread;
  const half = (Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2))) / spread;
  return { name, value: p, low: center - half, high: center + half, unit: "", n, interval: "wilson" };
}

/** A number without an interval: it has no randomness, or it is the worst of many. */
export function exact(name: string, value: number, unit: string, n = 1): Measured {
  return { name, value, low: value, high: value, unit, n, interval: "exact" };
}

/**
 * Spearman's rank correlation of n pairs with Fisher's interval, tanh(atanh r ± z √((1 + r²/2)/(n − 3))) (Bonett and
 * Wright 2000). Equal values share their mean rank.
 */
export function rankCorrelation(name: string, x: readonly number[], y: readonly number[]): Measured {
  const n = x.length;
  const r = correlation(ranks(x), ranks(y));
  const half = Z * Math.sqrt((1 + r ** 2 / 2) / (n - 3));
  const at = (shift: number) => Math.tanh(Math.atanh(r) + shift);
  const [low, high] = Math.abs(r) < 1 ? [at(-half), at(half)] : [r, r];
  return { name, value: r, low, high, unit: "", n, interval: "fisher" };
}

/** Pearson's correlation. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  x.forEach((value, i) => {
    xx += (value - mx) ** 2;
    xy += (value - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  });
  return xy / Math.sqrt(xx * yy);
}

/** Ranks that begin at 1; equal values share their mean rank. NaN ranks above every number. */
export function ranks(values: readonly number[]): number[] {
  const key = (i: number) => (Number.isNaN(values[i]) ? Number.POSITIVE_INFINITY : values[i]);
  const order = values.map((_, i) => i).sort((a, b) => (key(a) === key(b) ? 0 : key(a) < key(b) ? -1 : 1));
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && key(order[to]) === key(order[from])) to++;
    for (let i = from; i < to; i++) result[order[i]] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}

/** Least squares of y on x. */
export function line(
  x: readonly number[],
  y: readonly number[],
): { readonly slope: number; readonly intercept: number; readonly rSquared: number } {
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy] = [0, 0];
  x.forEach((value, i) => {
    xx += (value - mx) ** 2;
    xy += (value - mx) * (y[i] - my);
  });
  const slope = xy / xx;
  return { slope, intercept: my - slope * mx, rSquared: correlation(x, y) ** 2 };
}
