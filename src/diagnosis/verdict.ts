import type { GradientFlow } from "../flow/index.ts";
import { type WorstGain, worstGain } from "../metrics/index.ts";
import type { Path } from "./flow/path.ts";
import { restingShare } from "./flow/rest.ts";
import { THRESHOLDS } from "./thresholds.ts";
import type { Evidence, Verdict } from "./types.ts";

export interface Judgement {
  readonly verdict: Verdict;
  readonly severity: number;
  readonly worst: WorstGain;
  readonly samples: Evidence["samples"];
}

/**
 * The verdict on a path. It follows from the gains alone: how far that of the worst station is from 0 nats, and whether
 * the samples of the batch agree.
 */
export function judge(flow: GradientFlow, path: Path): Judgement {
  const { gains } = path;
  const last = gains.length - 1;
  if (flow.outcome === "nonfinite") return fatal("nonfinite", path, { station: 0, gain: gains[0] ?? Number.NaN });
  if (last < 1)
    return { verdict: "healthy", severity: 0, worst: { station: Math.max(last, 0), gain: 0 }, samples: null };
  // if the last station is exactly zero, no gain is defined; without a probe, the whole gradient is dead
  if (Number.isNaN(gains[last])) {
    const zero = (path.source === "loss" ? flow : flow[path.source])?.lnGradientNorm[last] === Number.NEGATIVE_INFINITY;
    return fatal(zero ? "dead" : "nonfinite", path, { station: last, gain: Number.NaN });
  }
  const broken = gains.findLastIndex((gain) => Number.isNaN(gain) || gain === Number.POSITIVE_INFINITY);
  if (broken >= 0) return fatal("nonfinite", path, { station: broken, gain: gains[broken] });
  const worst = worstGain(gains);
  if (worst.gain === Number.NEGATIVE_INFINITY) {
    return fatal(flow.underflow === undefined ? "dead" : "vanishing", path, worst);
  }
  for (const station of new Set([worst.station, 0])) {
    const samples = samplesAt(path, station);
    if (samples === null) continue;
    const high = highest(samples, gains[station]);
    if (!disagree(lowest(flow, samples, Math.min(gains[station], high)), high)) continue;
    const most = Math.max(Math.abs(samples.q05), Math.abs(samples.q95));
    return { verdict: "mixed", severity: severityOf(most), worst: { station, gain: gains[station] }, samples };
  }
  const verdict = worst.gain < -THRESHOLDS.gain ? "vanishing" : worst.gain > THRESHOLDS.gain ? "exploding" : "healthy";
  return { verdict, severity: severityOf(worst.gain), worst, samples: samplesAt(path, worst.station) };
}

function fatal(verdict: Verdict, path: Path, worst: WorstGain): Judgement {
  return { verdict, severity: 1, worst, samples: samplesAt(path, worst.station) };
}

/** |g|/(|g| + threshold): 0 if the gradient keeps its size, ½ on the threshold, toward 1 beyond it. */
export function severityOf(gain: number): number {
  const size = Math.abs(gain);
  return size === Number.POSITIVE_INFINITY ? 1 : size / (size + THRESHOLDS.gain);
}

function samplesAt({ samples }: Path, station: number): Evidence["samples"] {
  if (samples === undefined) return null;
  const { q05, q50, q95, silent } = samples;
  return {
    q05: q05[station],
    q50: q50[station],
    q95: q95[station],
    ...(silent === undefined ? {} : { silent: silent[station] }),
  };
}

/**
 * The 95 % quantile of the samples' gains. If it is −∞ too, hardly any sample gets a gradient. Then the gain of the
 * batch, which comes from these few samples alone, replaces the quantile.
 */
const highest = ({ q95 }: NonNullable<Evidence["samples"]>, gain: number): number =>
  q95 === Number.NEGATIVE_INFINITY ? gain : q95;

/**
 * The 5 % quantile of the samples' gains. If the samples without a gradient are those whose inputs are zero, they are
 * left out, and the gain of the other samples replaces the quantile.
 */
const lowest = (flow: GradientFlow, { q05, silent }: NonNullable<Evidence["samples"]>, ofOthers: number): number =>
  silent !== undefined && silent > 0 && silent <= restingShare(flow) ? ofOthers : q05;

/**
 * Whether two quantiles disagree: they are on opposite sides of the healthy range, or one is far outside it and the
 * other inside, and both are far apart. Samples with a gradient of exactly zero disagree with all samples inside the
 * range.
 */
function disagree(low: number, high: number): boolean {
  const { gain, mixedOutside, mixedApart } = THRESHOLDS;
  const apart = high - low >= mixedApart * gain;
  return (
    (low < -gain && high > gain) ||
    (apart && low < -mixedOutside * gain && high > -gain) ||
    (apart && high > mixedOutside * gain && low < gain)
  );
}
