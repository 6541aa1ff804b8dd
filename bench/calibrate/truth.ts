import type { Verdict } from "../../src/diagnosis/index.ts";
import type { Measured } from "./measure.ts";

/**
 * The truth about a plant, from `Measured` (which is independent of the diagnosis) and limits that were fixed before the
 * study.
 */
export const TRUTH = {
  /** A path is sick if |gain| exceeds this number of nats: a factor of a thousand, the limit of our verdicts. */
  gain: Math.log(1000),
  /** A network within a factor of 3 of the border is borderline. It counts too, but clear ones are also shown separately. */
  threshold: Math.log(3),
  /** Samples disagree if at least a tenth of them are this many times beyond the border, or get exactly nothing … */
  beyond: 2,
  /** … and at least a tenth within it, so many borders away from those, or beyond it on the other side. */
  apart: 1.5,
  part: 0.1,
} as const;

export interface Truth {
  readonly verdict: Verdict;
  /** The gain of the station farthest from 0 nats. */
  readonly gain: number;
  readonly station: number;
  /** Whether it is farther than `border` from a gain with another verdict. */
  readonly clear: boolean;
}

export function truthOf({ gains, samples, overflow }: Measured): Truth {
  const sure = (verdict: Verdict, gain: number, station: number): Truth => ({ verdict, gain, station, clear: true });
  if (overflow !== null) return sure("nonfinite", Number.NaN, overflow);
  const zero = gains.lastIndexOf(Number.NEGATIVE_INFINITY);
  if (zero >= 0) return sure("dead", Number.NEGATIVE_INFINITY, zero);
  const station = gains.reduce((worst, gain, s) => (Math.abs(gain) > Math.abs(gains[worst]) ? s : worst), 0);
  const gain = gains[station];
  if ([station, 0].some((s) => disagree(samples.map((sample) => sample[s])))) {
    return sure("mixed", gain, station);
  }
  const distance = Math.abs(gain) - TRUTH.gain;
  const verdict = distance <= 0 ? "healthy" : gain < 0 ? "vanishing" : "exploding";
  return { verdict, gain, station, clear: Math.abs(distance) > TRUTH.threshold };
}

/** Two quantiles of the samples: a tenth have a gain below the first, a tenth above the second. */
function disagree(gains: readonly number[]): boolean {
  const sorted = [...gains].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const tenth = Math.ceil(TRUTH.part * sorted.length) - 1;
  const [low, high] = [sorted[tenth], sorted[sorted.length - 1 - tenth]];
  const { gain: threshold, beyond, apart } = TRUTH;
  if (low < -threshold && high > threshold) return true;
  if (!(high - low >= apart * threshold)) return false;
  return (low < -beyond * threshold && high > -threshold) || (high > beyond * threshold && low < threshold);
}
