import type { ScaledSingularValues } from "../../wasm/jacobian/chain.ts";
import type { SingularSpectrum } from "./types.ts";

/** A singular value below this share of the largest is rounding error. */
export const RESOLVED = 1e-12;

/** One Jacobian's spectrum, from the chain's values with their common power of two. */
export function singularSpectrum({ values, exponent }: ScaledSingularValues): SingularSpectrum {
  const n = values.length;
  const shift = exponent * Math.LN2;
  const top = values[0];
  const resolvedOrNull = (x: number) => (x >= RESOLVED * top && x > 0 && x < Number.POSITIVE_INFINITY ? x : null);
  const kept = Array.from(values, resolvedOrNull);
  const resolved = kept.filter((x) => x !== null);
  const whole = resolved.length === n;
  const meanSquare = values.reduce((sum, x) => sum + x * x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x * x - meanSquare) ** 2, 0) / n;
  return {
    values: kept.map((x) => x && plain(x, exponent)),
    lnValues: kept.map((x) => x && Math.log(x) + shift),
    unresolved: n - resolved.length,
    max: plain(top, exponent),
    min: whole ? plain(values[n - 1], exponent) : null,
    mean: plain(resolved.reduce((sum, x) => sum + x, 0) / n, exponent),
    condition: whole ? top / values[n - 1] : null,
    meanLn: resolved.length === 0 ? null : resolved.reduce((sum, x) => sum + Math.log(x), 0) / resolved.length + shift,
    meanSquare: plain(meanSquare, 2 * exponent),
    variance: plain(variance, 4 * exponent),
    lnMeanSquare: meanSquare > 0 && meanSquare < Number.POSITIVE_INFINITY ? Math.log(meanSquare) + 2 * shift : null,
  };
}

/** The average over samples: of logarithms for single values, of the moments themselves. */
export function averageSpectrum(spectra: readonly SingularSpectrum[]): SingularSpectrum {
  if (spectra.length === 1) return spectra[0];
  const lnValues = spectra[0].lnValues.map((_, i) => mean(spectra.map((s) => s.lnValues[i])));
  const of = (key: "mean" | "meanSquare" | "variance" | "meanLn") => mean(spectra.map((s) => s[key]));
  const ends = [lnValues[0], lnValues.at(-1) ?? null];
  return {
    values: lnValues.map(exponential),
    lnValues,
    unresolved: lnValues.filter((x) => x === null).length,
    max: exponential(ends[0]),
    min: exponential(ends[1]),
    mean: of("mean"),
    condition: ends[0] === null || ends[1] === null ? null : Math.exp(ends[0] - ends[1]),
    meanLn: of("meanLn"),
    meanSquare: of("meanSquare"),
    variance: of("variance"),
    lnMeanSquare: lnMean(spectra.map((s) => s.lnMeanSquare)),
  };
}

/** The mean; null if a value is null. */
export function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum / values.length;
}

/** ln of the mean of exponentials. */
function lnMean(values: readonly (number | null)[]): number | null {
  const known = values.filter((x) => x !== null);
  if (known.length < values.length) return null;
  const top = Math.max(...known);
  return top + Math.log(known.reduce((sum, x) => sum + Math.exp(x - top), 0) / known.length);
}

const exponential = (ln: number | null): number | null => (ln === null ? null : finite(Math.exp(ln)));

/** x · 2^exponent; null where float64 cannot hold it. An exact zero stays zero. */
function plain(x: number, exponent: number): number | null {
  if (x === 0) return 0;
  const half = Math.trunc(exponent / 2); // two factors: 2^exponent alone may lie outside float64 where the product does not
  return finite(x * 2 ** half * 2 ** (exponent - half));
}

/** The number, or null if it is zero, infinite or NaN. */
export const finite = (x: number): number | null => (Number.isFinite(x) && x !== 0 ? x : null);
