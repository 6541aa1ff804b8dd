import type { TheoryComparison } from "./theory-comparison.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { gainsFromLast } from "../../metrics/index.ts";
import { decayPerStation } from "../../theory/prediction.ts";
import { type Band, type Prediction, predict } from "../../theory/index.ts";
import { expectation } from "./theory-profile.ts";
import { changedWeights, remarks, theorySentence } from "./theory-words.ts";

/** Standard deviations beyond which a network does not agree with theory. By chance this happens in 1 of 370. */
const FAR = 3;
/** Error of theory, found by simulation at width 48, for networks whose fluctuations follow no known law. */
const NATS = 0.3;
const SHARE = 0.1;
/** Error of a whole profile by float32's rounding: this many nats, and this share of the value. */
const EXACT = 1e-3;
/** Longer profiles are predicted for their two ends only: between them every station is at the fixed point. */
const LONGEST = 20_000;

/**
 * Compares a flow with theory. The measured profile is that of the transport probe, because theory assumes random
 * cotangents; the median of its samples is used, because the law of finite width describes a single sample. Without a
 * probe it is the profile of the loss, whose direction is not random.
 */
export function compareWithTheory(flow: GradientFlow): TheoryComparison {
  const { spec, task } = flow;
  const S = flow.lnGradientNorm.length;
  const steps = flow.axis === "step" ? Math.min(S, LONGEST) : undefined;
  const prediction = predict(spec, {
    inputs: task.inputs,
    critical: false,
    ...(steps === undefined ? {} : { steps }),
    ...(task.inputSquare === undefined ? {} : { inputSquare: task.inputSquare }),
  });
  const measured = measuredGains(flow);
  if (!prediction.applies || prediction.lnGradientNorm === null) return absent(prediction, prediction.why);
  if (measured === null) {
    return absent(
      prediction,
      "Every step has a loss of its own, and no probe was measured, so there is no profile to compare.",
    );
  }
  if (flow.outcome === "nonfinite") return absent(prediction, "The pass left the range of numbers.");
  if (Number.isNaN(measured.gains[S - 1])) return absent(prediction, "The last station's gradient is exactly zero.");
  const { expected, band } = expectation(spec, prediction, S);
  return compared(flow, prediction, measured, expected, band);
}

function compared(
  flow: GradientFlow,
  prediction: Prediction,
  { source, gains }: Measured,
  expected: Float64Array,
  band: Band | null,
): TheoryComparison {
  const S = gains.length;
  let worst = { station: S - 1, nats: 0, z: band === null ? null : 0, far: 0 };
  for (let s = S - 1; s >= 0; s--) {
    const { nats, z } = apart(gains[s], expected[s], band, s);
    const far = z === null ? Math.abs(nats) / (NATS + SHARE * Math.abs(expected[s])) : Math.abs(z) / FAR;
    if (far > worst.far) worst = { station: s, nats, z, far };
  }
  const end = apart(gains[0], expected[0], band, 0);
  const start = flow.lnGradientNorm[S - 1];
  const changed = changedWeights(flow, prediction);
  const inUnits = (profile: Float64Array) => profile.map((value) => value + start);
  const comparison = {
    ...basics(prediction),
    applies: true,
    source,
    lnExpected: inUnits(expected),
    band: band && { low: inUnits(band.low), high: inUnits(band.high) },
    perStation: { expected: decayPerStation(expected), measured: decayPerStation(gains) },
    totalGain: { expected: expected[0], measured: gains[0], deviation: band && (band.high[0] - band.low[0]) / 4 },
    z: end.z,
    worst: { station: worst.station, nats: worst.nats, z: worst.z },
    agreement: worst.far <= 1 ? ("within" as const) : ("outside" as const),
    notes: remarks(flow, prediction, source, changed),
  };
  return { ...comparison, sentence: theorySentence(flow, comparison, changed) };
}

/** The difference between a measured gain and the expected one, in nats and in standard deviations of the band. */
function apart(
  gain: number,
  expected: number,
  band: Band | null,
  s: number,
): { readonly nats: number; readonly z: number | null } {
  const nats = gain === expected ? 0 : gain - expected; // −∞ too
  if (band === null) return { nats, z: null };
  const deviation = (band.high[s] - band.low[s]) / 4;
  if (deviation > EXACT) return { nats, z: nats / deviation };
  // an exact law has no spread, so differences by rounding are ignored
  const rounding = Math.abs(nats) <= EXACT * (1 + Math.abs(expected));
  return { nats, z: rounding ? 0 : nats * Number.POSITIVE_INFINITY };
}

interface Measured {
  readonly source: "probe" | "lastStep" | "loss";
  /** [S] relative to the last station. */
  readonly gains: Float64Array;
}

function measuredGains(flow: GradientFlow): Measured | null {
  const every = flow.task.lossAt === "every" && flow.task.loss !== "none";
  const source =
    flow.probe !== undefined ? "probe" : every && flow.lastStep !== undefined ? "lastStep" : every ? null : "loss";
  if (source === null) return null;
  const { lnGradientNorm, quantiles } = source === "loss" ? flow : flow[source]!;
  const median = quantiles?.q50;
  const sound = median?.every((value) => !Number.isNaN(value));
  return { source, gains: gainsFromLast(sound === true ? median! : lnGradientNorm) };
}

const basics = ({ why, phase, chi1, citations }: Prediction) => ({ why, phase, chi1, citations });

function absent(prediction: Prediction, why: string): TheoryComparison {
  return {
    ...basics(prediction),
    applies: false,
    why,
    source: null,
    lnExpected: null,
    band: null,
    perStation: { expected: prediction.perStation, measured: null },
    totalGain: null,
    z: null,
    worst: null,
    agreement: null,
    notes: prediction.notes,
    sentence: why,
  };
}
