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

/** A tick of a log axis: its place in decades, and its label. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** First digits of the round numbers in a decade, from few to many. */
const ROUND = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]];
/** An axis needs at least this many labels. */
const ENOUGH = 3;

/**
 * Ticks of a log axis: powers of ten, or round numbers if there are fewer than three powers.
 */
export function logTicks(low: number, high: number, most: number): Tick[] {
  if (high - low >= ENOUGH - 1) return ticks(low, high, most).map((at) => ({ at, label: `1e${at}` }));
  let found: Tick[] = [];
  for (const digits of ROUND) {
    found = roundNumbers(low, high, digits);
    if (found.length >= ENOUGH) break;
  }
  return found;
}

function roundNumbers(low: number, high: number, digits: readonly number[]): Tick[] {
  const first = Math.floor(low);
  const decade = Array.from({ length: Math.floor(high) - first + 1 }, (_, i) => first + i);
  return decade
    .flatMap((power) => digits.map((digit) => ({ at: power + Math.log10(digit), label: written(digit, power) })))
    .filter(({ at }) => at >= low && at <= high);
}

/** A round number, without an exponent if it is short: `0.7`, `2500`, `1.5e-5`. */
const written = (digit: number, power: number): string =>
  power >= -3 && power <= 4 ? String(Number((digit * 10 ** power).toPrecision(2))) : `${digit}e${power}`;

/**
 * The ends of a log axis in decades, around the values of some profiles (natural logarithms).
 *
 * @param least decades it has at least
 */
export function decades(
  profiles: readonly ArrayLike<number>[],
  least: number,
): { low: number; high: number } | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const profile of profiles) {
    for (let i = 0; i < profile.length; i++) {
      const ln = profile[i];
      if (!Number.isFinite(ln)) continue;
      if (ln < low) low = ln;
      if (ln > high) high = ln;
    }
  }
  if (low > high) return undefined;
  const middle = (low + high) / 2 / Math.LN10;
  const half = Math.max(least / 2, (high - low) / 2 / Math.LN10);
  return { low: middle - half, high: middle + half };
}
