import type { Scaled } from "../flow/index.ts";

/**
 * The distribution of a tensor's entries over decades. Every entry is counted once: in a bin, or as zero, NaN or an
 * infinity.
 */
export interface MagnitudeHistogram {
  readonly count: number;
  /**
   * Bin k holds entries with 10^(firstDecade + k) ≤ |x| < 10^(firstDecade + k + 1); no bins if no entry is finite and
   * nonzero.
   */
  readonly firstDecade: number;
  readonly bins: readonly number[];
  readonly zero: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  /** Entries in bins that a float32 would hold with fewer digits: 2⁻¹⁴⁹ ≤ |x| < 2⁻¹²⁶. */
  readonly subnormal: number;
  /** Entries in bins that a float32 would round to zero: |x| < 2⁻¹⁴⁹. */
  readonly underflow: number;
  /** Entries in bins that are too large for a float32: |x| ≥ 2¹²⁸. */
  readonly overflow: number;
}

const LOG10_2 = Math.log10(2);

/** The histogram of log10 |x| over the entries of `data · 2^exponent`, with one bin for each decade. */
export function magnitudeHistogram({ data, exponent = 0 }: Scaled): MagnitudeHistogram {
  const decades = new Map<number, number>();
  const seen = { zero: 0, nan: 0, positiveInfinity: 0, negativeInfinity: 0, subnormal: 0, underflow: 0, overflow: 0 };
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value === 0) seen.zero++;
    else if (Number.isNaN(value)) seen.nan++;
    else if (value === Number.POSITIVE_INFINITY) seen.positiveInfinity++;
    else if (value === Number.NEGATIVE_INFINITY) seen.negativeInfinity++;
    else {
      const size = Math.abs(value);
      const decade = exponent === 0 ? decadeOf(size) : Math.floor(Math.log10(size) + exponent * LOG10_2);
      decades.set(decade, (decades.get(decade) ?? 0) + 1);
      const binary = Math.log2(size) + exponent;
      if (binary < -149) seen.underflow++;
      else if (binary < -126) seen.subnormal++;
      else if (binary >= 128) seen.overflow++;
    }
  }
  const keys = [...decades.keys()];
  const firstDecade = keys.length === 0 ? 0 : Math.min(...keys);
  const length = keys.length === 0 ? 0 : Math.max(...keys) - firstDecade + 1;
  const bins = Array.from({ length }, (_, k) => decades.get(firstDecade + k) ?? 0);
  return { count: data.length, firstDecade, bins, ...seen };
}

/** 10^k, k = −324 … 309, as float64 reads them: `10 ** k` is not always the nearest. */
const POWERS = Float64Array.from({ length: 634 }, (_, i) => Number(`1e${i - 324}`));

/** ⌊log10 size⌋, exact also near powers of ten, where the logarithm may round up to the next whole number. */
function decadeOf(size: number): number {
  const decade = Math.floor(Math.log10(size));
  return size < POWERS[decade + 324] ? decade - 1 : size >= POWERS[decade + 325] ? decade + 1 : decade;
}
