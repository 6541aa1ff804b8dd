import type { Verdict } from "../../src/diagnosis/index.ts";
import type { Measured } from "./measure.ts";

/**
 * What is true of a plant, by numbers fixed before the study, from `Measured`, which the diagnosis has no part in.
 */
export const TRUTH = {
  /** |gain| in nats beyond which a path is sick: a thousandfold, what the verdicts promise to tell. */
  gain: Math.log(1000),
  /** Within a factor of 3 of the border a network is borderline: it counts all the same, and the clear ones are shown apart. */
  border: Math.log(3),
  /** Samples disagree where at least a tenth of them lie this many times beyond the border, or get exactly nothing … */
  beyond: 2,
  /** … and at least a tenth within it, so many borders away from those, or beyond it on the other side. */
  apart: 1.5,
  part: 0.1,
} as const;

export interface Truth {
  readonly verdict: Verdict;
  /** Of the station farthest from 0 nats. */
  readonly gain: number;
  readonly station: number;
  /** Farther than `border` from where the verdict would be another. */
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
  return { verdict, gain, station, clear: Math.abs(distance) > TRUTH.border };
}

/** A count of samples: the gains that a tenth of them lie below, and a tenth above. */
function disagree(gains: readonly number[]): boolean {
  const sorted = [...gains].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const tenth = Math.ceil(TRUTH.part * sorted.length) - 1;
  const [low, high] = [sorted[tenth], sorted[sorted.length - 1 - tenth]];
  const { gain: border, beyond, apart } = TRUTH;
  if (low < -border && high > border) return true;
  if (!(high - low >= apart * border)) return false;
  return (low < -beyond * border && high > -border) || (high > beyond * border && low < border);
}
