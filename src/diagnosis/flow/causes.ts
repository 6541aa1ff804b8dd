import { type Accusation, givenNonfinite } from "./accusation.ts";
import { normalizesActivations } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { type Charge, chargeFactors, counterStretch, type Factors, type Stretch } from "../charges.ts";
import { causeSentence } from "../sentences.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { Cause, CauseName } from "../types.ts";
import type { Judgement } from "../verdict.ts";
import { type Culprit, culpritOf } from "./culprits.ts";
import { accusable } from "./factors.ts";
import { withoutSingleCause } from "./no-single-cause.ts";
import type { Path } from "./path.ts";
import { carefulLoss, slopeReference } from "./reference.ts";

/**
 * Who did it, in shares that add up to 1.
 *
 * Over the stretch between the loss and the worst station every factor that pushes the way of the verdict is charged,
 * as `chargeFactors` says; of its nats, what even a careful initialization loses (or gains) at so many stations is
 * charged to their number, `depth` or `length`. Where the gradient moves back behind the worst station by more than the
 * verdict's threshold, a second fault hides behind the first, and is charged for its own stretch.
 *
 * A gradient that became exactly zero was killed at one station, by the operation whose entry is −∞ there, or behind
 * the first layer that is off. What is not finite comes from a NaN or infinity that was given, or else from growth.
 * Where samples disagree the ledger, which is the whole batch's, describes only those that have the larger gradient: of
 * those with the smaller one the causes are found by exclusion.
 */
export function findCauses(flow: GradientFlow, path: Path, judgement: Judgement): Cause[] {
  const accusations = accuse(flow, path, judgement);
  const size = ({ charged }: Charge) => (Number.isFinite(charged) ? Math.abs(charged) : 1);
  const total = accusations.reduce((sum, one) => sum + size(one), 0);
  return accusations
    .map((one): Accusation => ({ ...one, share: size(one) / total }))
    .sort((a, b) => b.share - a.share)
    .map(({ factor, share, charged, nats, stations, culprit, ...rest }) => ({
      ...{ factor: culprit?.factor ?? factor, share, charged, nats, stations },
      sentence: causeSentence(flow, path, judgement, { factor, share, charged, nats, stations, culprit, ...rest }),
      ...(culprit?.tensor === undefined ? {} : { tensor: culprit.tensor }),
    }));
}

/** The gain a verdict was judged by: the worst station's, or where samples disagree that of the extreme ones. */
function judgedGain({ verdict, worst, samples }: Judgement): number {
  if (verdict !== "mixed" || samples === null) return worst.gain;
  return samples.q05 + samples.q95 < 0 ? samples.q05 : samples.q95;
}

type Charged = Omit<Accusation, "share">;

function accuse(flow: GradientFlow, path: Path, judgement: Judgement): Charged[] {
  const { verdict, worst } = judgement;
  const last = path.gains.length - 1;
  if (verdict === "healthy") return [];
  const judged = judgedGain(judgement);
  const stretch = { from: worst.station, to: last };
  const only = (factor: CauseName, nats: number, charged = judged): Charged[] => [
    { factor, charged, nats, stations: [stretch.from, stretch.to], stretch },
  ];
  if (verdict === "nonfinite") {
    const at = flow.nonfinite?.[flow.axis] ?? worst.station;
    return only(nonfiniteFactor(flow), Number.NaN).map((one) => ({ ...one, stations: [at, at] }));
  }
  const unattributed = only("unattributed", worst.gain);
  if (path.ledgers.length === 0 || last < 1) return unattributed;
  if (worst.gain === Number.NEGATIVE_INFINITY) return killer(flow, path, stretch) ?? unattributed;
  if (!Number.isFinite(worst.gain)) return unattributed;
  const direction = judged < 0 ? -1 : 1;
  if (verdict === "mixed" && direction < 0) {
    const factor = samplesDiffer(flow);
    if (factor === null) return unattributed;
    const culprit = factor === "dead-units" ? culpritIn(flow, [0, last]) : undefined;
    return only(factor, judgement.samples?.q05 ?? judged).map((one) => ({ ...one, culprit }));
  }
  if (!Number.isFinite(judged)) return unattributed;
  const first = { ...stretch, direction, gain: Math.abs(judged) } as const;
  const charges = charged(flow, path, first);
  if (charges.length === 0) return unattributed;
  const second = counterStretch(path.gains, first, THRESHOLDS.gain);
  return second === null ? charges : [...charges, ...charged(flow, path, second)];
}

/** The charges of one stretch, with the tensor that holds units off where they are. */
function charged(flow: GradientFlow, path: Path, stretch: Stretch): Charged[] {
  const factors = accusable(flow, path, stretch.direction);
  const careful = carefulLoss(flow, stretch.to - stretch.from);
  const name = flow.axis === "step" ? "length" : "depth";
  const charges = chargeFactors(factors, stretch, { name, ...careful });
  return withoutSingleCause(flow, charges, stretch).map((one) => ({
    ...one,
    stretch,
    ...(one.factor === "dead-units" ? { culprit: culpritIn(flow, one.stations) } : {}),
  }));
}

/** The first tensor among these stations' layers that holds units off. */
function culpritIn(flow: GradientFlow, [from, to]: readonly [number, number]): Culprit | undefined {
  for (let l = from; l <= to; l++) {
    const found = culpritOf(flow, l);
    if (found !== null) return found;
  }
  return undefined;
}

/**
 * What made a pass leave the numbers' range: a value that was given; or, where all that was given is finite and the
 * activation has no upper bound, growth by the weights. A sum of branch and skip path grows too, so that with one the
 * two cannot be told apart.
 */
function nonfiniteFactor(flow: GradientFlow): CauseName {
  if (givenNonfinite(flow) !== null) return "nonfinite-value";
  const reference = slopeReference(flow);
  const summed = flow.spec.kind === "feedforward" && flow.spec.residual !== "none";
  return flow.nonfinite?.tensor === "h" && reference !== null && !reference.bounded && !summed ? "weights" : "forward";
}

/**
 * Why some samples' gradients vanish beside others that do not. All samples meet the same weights, so without gates and
 * normalization only φ' can tell them apart (J = Π W D(x)), and with gates the gates. Null under a normalization, which
 * also divides by what the sample is.
 */
function samplesDiffer(flow: GradientFlow): CauseName | null {
  const reference = slopeReference(flow);
  if (normalizesActivations(flow.spec.norm)) return null;
  if (reference === null) return "closed-gate";
  return reference.bounded ? "saturation" : "dead-units";
}

/** The operation that made the gradient exactly zero, at the station nearest the loss where one did. */
function killer(flow: GradientFlow, path: Path, stretch: Charged["stretch"]): Charged[] | null {
  const zero = path.gains.lastIndexOf(Number.NEGATIVE_INFINITY);
  const factors: Factors = accusable(flow, path, -1);
  for (const [factor, series] of factors) {
    if (series[zero] !== Number.NEGATIVE_INFINITY) continue;
    const at = factor === "dead-units" ? firstDead(flow, zero + 1) : zero + 1;
    const culprit = factor === "dead-units" ? (culpritOf(flow, at) ?? undefined) : undefined;
    return [{ factor, charged: series[zero], nats: series[zero], stations: [at, at], stretch, culprit }];
  }
  return null;
}

/**
 * A layer that is off sends nothing on, so that all behind it are off too, and the gradient dies at the last of them:
 * the first on the way out is the one at fault.
 */
function firstDead({ statistics }: GradientFlow, last: number): number {
  let first = last;
  while (first > 0 && statistics?.dead[first - 1] === 1) first--;
  return first;
}
