/** The smallest of 1, 2 and 5 times a power of ten that is at least `least`, and at least 1. */
export function niceStep(least: number): number {
  if (!(least > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9)) as number;
}

/** Multiples of a nice step from `low` to `high`, at most `most`. */
export function ticks(low: number, high: number, most: number): number[] {
  const step = niceStep((high - low) / Math.max(1, most - 1));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** A log axis's ends in decades around the values of some profiles (natural logarithms); two decades at least. */
export function decades(profiles: readonly Float64Array[]): { low: number; high: number } | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const profile of profiles) {
    for (const ln of profile) {
      if (!Number.isFinite(ln)) continue;
      if (ln < low) low = ln;
      if (ln > high) high = ln;
    }
  }
  if (low > high) return undefined;
  const middle = (low + high) / 2 / Math.LN10;
  const half = Math.max(1, (high - low) / 2 / Math.LN10);
  return { low: middle - half, high: middle + half };
}
