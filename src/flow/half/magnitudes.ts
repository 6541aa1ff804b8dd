import { BINADE_PARTS, BINADES, LEAST_BINADE } from "../../wasm/generated/constants.ts";
import { binadeOf, type HalfFormat } from "./formats.ts";

/** How many numbers a count has: one for each part of each binade, as `assembly/probes/halves.ts` defines them. */
export const COUNTS = BINADES * BINADE_PARTS;

/** Shares (from 0 to 1) of the entries that are not exactly zero; all shares are 0 where every entry is zero. */
export interface HalfShares {
  /** Too small for the format: they become zero. */
  readonly lost: number;
  /** Below its normal range: they keep fewer digits. */
  readonly subnormal: number;
  /** Beyond its largest number: they become infinite. */
  readonly overflow: number;
}

/**
 * counts[COUNTS] += the entries of `data · 2^exponent`, rounded to a float32's digits, by magnitude; zeros left out.
 */
export function countEntries(counts: Int32Array | Float64Array, data: ArrayLike<number>, exponent: number): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value !== 0) counts[binOf(value, exponent)]++;
  }
}

function binOf(value: number, exponent: number): number {
  if (!Number.isFinite(value)) return (BINADES - 1) * BINADE_PARTS;
  let e = binadeOf(value);
  let digits = Math.fround(Math.abs(value) * 2 ** -Math.max(e, -1022)); // 1 ≤ digits ≤ 2, except for a subnormal float64
  if (e < -1022) digits = Math.fround(Math.abs(value) * 2 ** 1022 * 2 ** (-1022 - e));
  if (digits === 2) {
    digits = 1;
    e++;
  }
  const part = digits === 1 ? 0 : digits >= 2 - 2 ** -11 ? 3 : digits >= 2 - 2 ** -8 ? 2 : 1;
  const binade = Math.min(BINADES - 1, Math.max(0, e + exponent - LEAST_BINADE));
  return binade * BINADE_PARTS + part;
}

/** The shares of counted entries that a format would lose or store badly, each entry times 2^scale. */
export function sharesOf(
  counts: Int32Array | Float64Array,
  first: number,
  { smallest, normal, largest, fraction }: HalfFormat,
  scale: number,
): HalfShares {
  const rising = fraction === 10 ? 3 : 2; // the first part that rounds up to the next binade
  const at = (exponent: number, part: number) => (exponent - scale - LEAST_BINADE) * BINADE_PARTS + part;
  const [zero, low, high] = [at(smallest - 1, 1), at(normal, 0), at(largest, rising)];
  let [lost, subnormal, overflow, all] = [0, 0, 0, 0];
  for (let bin = 0; bin < COUNTS; bin++) {
    const count = counts[first + bin];
    if (count === 0) continue;
    all += count;
    // the last binade also holds numbers that are not finite
    if (bin >= high || bin >= COUNTS - BINADE_PARTS) overflow += count;
    else if (bin < zero) lost += count;
    else if (bin < low) subnormal += count;
  }
  return all === 0
    ? { lost: 0, subnormal: 0, overflow: 0 }
    : { lost: lost / all, subnormal: subnormal / all, overflow: overflow / all };
}

/** Loss scales are powers of two, from 2⁻²⁴ to float32's largest. */
const LEAST_SCALE = -24;
const MOST_SCALE = 127;

/** The loss scales that keep the most of the entries. */
export interface BestScales {
  /** log2 of the scale nearest to 1, of the smallest and of the largest of them. */
  readonly best: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The loss scales 2^k with which nothing overflows and the fewest entries are lost; among these, those with the fewest
 * subnormal entries. A single infinite entry spoils an update, so a scale with which one overflows is out of the
 * question; if every scale overflows, the smallest scale.
 */
export function bestScales(counts: Int32Array | Float64Array, format: HalfFormat): BestScales {
  const shares = (k: number) => sharesOf(counts, 0, format, k);
  let most = MOST_SCALE;
  while (most > LEAST_SCALE && shares(most).overflow > 0) most--;
  const kept = shares(most);
  let least = most;
  while (least > LEAST_SCALE) {
    const { lost, subnormal } = shares(least - 1);
    if (lost > kept.lost || subnormal > kept.subnormal) break;
    least--;
  }
  return { best: Math.min(Math.max(0, least), most), least, most };
}
