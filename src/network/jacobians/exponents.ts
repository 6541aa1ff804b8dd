import type { LyapunovSpectrum } from "./types.ts";

/**
 * Into how many batches the steps of one sample are divided: enough for a variance, and each batch longer than the
 * correlations of a chaotic network.
 */
const BATCHES = 20;
/** Steps of the shortest batch. */
const SHORTEST = 5;

/** ln |R_ii| of the measured steps of one sample. */
export class ExponentSums {
  /** [k] sums; −∞ where one factor was zero. */
  readonly sums: Float64Array;
  /** ln |R_11| step by step. */
  readonly first: number[] = [];

  constructor(exponents: number) {
    this.sums = new Float64Array(exponents);
  }

  add(diagonal: Float64Array): void {
    for (let i = 0; i < this.sums.length; i++) this.sums[i] += Math.log(diagonal[i]);
    this.first.push(Math.log(diagonal[0]));
  }

  get steps(): number {
    return this.first.length;
  }

  /** λ_1 of this sample. */
  get largest(): number | null {
    return known(this.sums[0] / this.steps);
  }
}

/**
 * λ_i = mean ln |R_ii| over steps and samples (Benettin et al. 1980). For λ_1 also a 95 % interval by batch means:
 * means over runs of consecutive steps, long enough to be nearly independent, and Student's t of their spread (Law and
 * Kelton 2000, section 9.5.3).
 */
export function lyapunovSpectrum(samples: readonly ExponentSums[], transient: number): LyapunovSpectrum {
  const { steps } = samples[0];
  const exponents = Array.from(samples[0].sums, (_, i) =>
    known(samples.reduce((sum, { sums }) => sum + sums[i], 0) / (samples.length * steps)),
  );
  const value = exponents[0];
  const count = Math.min(BATCHES, Math.floor(steps / SHORTEST));
  const means = samples.flatMap(({ first }) => batchMeans(first, count));
  const half = value === null ? null : halfWidth(means);
  return {
    exponents,
    largest: {
      value,
      low: half === null ? null : (value as number) - half,
      high: half === null ? null : (value as number) + half,
      batches: means.length,
      meanSquareRate: known(meanSquareRate(samples)),
    },
    steps,
    transient,
  };
}

/** ½ ln ⟨R_11²⟩ over steps and samples. */
function meanSquareRate(samples: readonly ExponentSums[]): number {
  const all = samples.flatMap(({ first }) => first);
  const top = all.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  return top + 0.5 * Math.log(all.reduce((sum, x) => sum + Math.exp(2 * (x - top)), 0) / all.length);
}

function batchMeans(series: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, b) => {
    const from = Math.floor((b * series.length) / count);
    const to = Math.floor(((b + 1) * series.length) / count);
    return series.slice(from, to).reduce((sum, x) => sum + x, 0) / (to - from);
  });
}

/** Half the 95 % interval of the mean of independent values; null with fewer than two. */
function halfWidth(values: readonly number[]): number | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  return known(studentQuantile(n - 1) * Math.sqrt(variance / n));
}

/** Quantiles for one to four degrees of freedom, where the expansion below is off by more than .2 %. */
const EXACT = [12.7062047, 4.3026527, 3.1824463, 2.7764451];

/**
 * The 97.5 % quantile of Student's t: Cornish and Fisher's expansion about the normal's (Abramowitz and Stegun 26.7.5).
 */
export function studentQuantile(freedom: number): number {
  if (freedom <= EXACT.length) return EXACT[freedom - 1];
  const z = 1.959963985;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3;
}

const known = (x: number): number | null => (Number.isFinite(x) ? x : null);
