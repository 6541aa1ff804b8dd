import { type CauseNumbers, isBackward, nonfiniteSource } from "./cause-numbers.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { normalizesPath } from "../../spec/norms.ts";
import { type Charge, chargeFactors, type Factors, stretchesOf, type Stretch } from "../charges.ts";
import { causeSentence } from "../cause-sentence.ts";
import { FLOAT32, THRESHOLDS } from "../thresholds.ts";
import type { Cause, CauseName } from "../types.ts";
import type { Judgement } from "../verdict.ts";
import { hiddenBy, shutCarry } from "./cell-output.ts";
import {
  type TensorAtFault,
  tensorAtFault,
  lowestBias,
  saturatorOf,
  singleSample,
  zeroMatrix,
} from "./tensors-at-fault.ts";
import { chargeableFactors } from "./factors.ts";
import { withoutSingleCause } from "./no-single-cause.ts";
import type { Path } from "./path.ts";
import { unscaledInputs } from "../parts/index.ts";
import { EXPLAINS, largestOdd, oddSizeAt, oddSizes } from "./odd-sizes.ts";
import { inputReading } from "./readings.ts";
import { lowRecurrentBias, recurrentTensorAtFault, recurrentSaturator } from "./recurrent-tensor-at-fault.ts";
import { carefulLoss, slopeReference } from "./reference.ts";

/**
 * Finds the causes of a verdict. Their shares add up to 1.
 *
 * The path between the loss and the worst station is one stretch. Every factor that moves the gradient in the direction
 * of the verdict is charged with its part of it (`chargeFactors`). Even a careful initialization loses (or gains) some
 * nats at every station; these are charged to the number of stations, `depth` or `length`. If the gradient turns by
 * more than the verdict's threshold, several faults hide each other; each is charged for its own stretch.
 *
 * If the gradient is exactly zero, the cause is the one operation whose ledger entry is −∞, or the first layer whose
 * units are all off. If it is not finite, the cause is a NaN or infinity among the inputs and parameters, or growth.
 * If the samples disagree, the ledger describes mainly the samples with the larger gradient, because it is the ledger
 * of the whole batch. The causes for the other samples are found by exclusion.
 */
export function findCauses(flow: GradientFlow, path: Path, judgement: Judgement): Cause[] {
  const charged = chargedCauses(flow, path, judgement);
  const size = ({ charged }: Charge) => (Number.isFinite(charged) ? Math.abs(charged) : 1);
  const total = charged.reduce((sum, one) => sum + size(one), 0);
  return charged
    .map((one): CauseNumbers => ({ ...one, share: size(one) / total }))
    .sort((a, b) => b.share - a.share)
    .map(({ factor, share, charged, nats, stations, atFault, ...rest }) => ({
      ...{ factor: atFault?.factor ?? factor, share, charged, nats, stations },
      sentence: causeSentence(flow, path, judgement, { factor, share, charged, nats, stations, atFault, ...rest }),
      ...(atFault?.tensor === undefined ? {} : { tensor: atFault.tensor }),
    }));
}

/**
 * The gain that decided the verdict: that of the worst station or, if samples disagree, that of the extreme samples.
 */
function judgedGain({ verdict, worst, samples }: Judgement): number {
  if (verdict !== "mixed" || samples === null) return worst.gain;
  return samples.q05 + samples.q95 < 0 ? samples.q05 : samples.q95;
}

type Charged = Omit<CauseNumbers, "share">;

function chargedCauses(flow: GradientFlow, path: Path, judgement: Judgement): Charged[] {
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
    // a number that is too large in the first layer already comes from the inputs, if these are not scaled
    const isByNumbers = nonfiniteSource(flow) !== null;
    const scale = at === 0 && !isByNumbers ? unscaledInputs(inputReading(flow)) : null;
    const odd = oddSizes(flow).filter(({ nats }) => nats > EXPLAINS * FLOAT32.overflow);
    const atFault = scale ?? (isByNumbers ? undefined : largestOdd(odd));
    const factor = atFault?.factor ?? backwardFactor(flow, path, worst.gain) ?? nonfiniteFactor(flow);
    return only(factor, Number.NaN).map((one) => ({ ...one, stations: [at, at], atFault }));
  }
  const unattributed = only("unattributed", worst.gain);
  if (path.ledgers.length === 0 || last < 1) return unattributed;
  if (worst.gain === Number.NEGATIVE_INFINITY) return causeOfZero(flow, path, stretch) ?? unattributed;
  if (!Number.isFinite(worst.gain)) return unattributed;
  const direction = judged < 0 ? -1 : 1;
  if (verdict === "mixed" && direction < 0) {
    const odd = largestOdd(oddSizes(flow).filter(({ nats }) => nats > 0));
    const factor = samplesDiffer(flow) ?? odd?.factor ?? null;
    if (factor === null) return unattributed;
    const atFault =
      factor === "dead-units"
        ? (sharedTensorAtFault(flow, [0, last]) ?? lowestBias(flow) ?? lowRecurrentBias(flow))
        : (recurrentSaturator(flow) ?? odd);
    const layer = flow.axis === "layer" ? atFault?.layer : undefined;
    const place = layer === undefined ? {} : { stations: [layer, layer] as const };
    return only(factor, judgement.samples?.q05 ?? judged).map((one) => ({ ...one, atFault, ...place }));
  }
  if (!Number.isFinite(judged)) return unattributed;
  const all = verdict === "mixed" ? [] : stretchesOf(path.gains, THRESHOLDS.gain);
  if (all.length < 2) {
    const charges = charged(flow, path, { ...stretch, direction, gain: Math.abs(judged) });
    return charges.length === 0 ? unattributed : charges;
  }
  return all.flatMap((one) => largestOf(charged(flow, path, one)));
}

/** Of several stretches, charges below this share of their stretch are not told apart from the largest one. */
const TOLD = 0.05;

/** The large charges of one stretch; the largest one takes over the small ones. */
function largestOf(charges: readonly Charged[]): Charged[] {
  const size = ({ charged }: Charge) => Math.abs(charged);
  const total = charges.reduce((sum, one) => sum + size(one), 0);
  const [first, ...others] = [...charges].sort((a, b) => size(b) - size(a));
  if (first === undefined) return [];
  const told = others.filter((one) => size(one) >= TOLD * total);
  const taken = others.filter((one) => !told.includes(one)).reduce((sum, { charged }) => sum + charged, 0);
  return [{ ...first, charged: first.charged + taken }, ...told];
}

/** The charges of one stretch, each with the tensor that does it, if one does. */
function charged(flow: GradientFlow, path: Path, stretch: Stretch): Charged[] {
  const factors = chargeableFactors(flow, path, stretch.direction);
  const careful = carefulLoss(flow, stretch.to - stretch.from);
  const name = flow.axis === "step" ? "length" : "depth";
  const charges = chargeFactors(factors, stretch, { name, ...careful });
  return withoutSingleCause(flow, charges, stretch).map((one) => ({
    ...one,
    stretch,
    atFault: tensorOfCharge(flow, path, one) ?? oddSizeAt(flow, one, stretch),
  }));
}

/** The tensor that turns units off, saturates them, or closes a gate, if the charge is for this. */
function tensorOfCharge(flow: GradientFlow, path: Path, { factor, stations }: Charge): TensorAtFault | undefined {
  switch (factor) {
    case "dead-units":
      return firstTensorAtFault(flow, stations) ?? lowRecurrentBias(flow);
    case "saturation":
      return saturatorAt(flow, stations) ?? recurrentSaturator(flow);
    case "closed-gate":
      return shutCarry(flow) ?? recurrentSaturator(flow);
    case "cell-output":
      return hiddenBy(flow, path.entry ?? 0);
    default:
      return undefined;
  }
}

/** The tensors, among the layers of these stations, that turn units off. */
function* tensorsAtFault(flow: GradientFlow, [from, to]: readonly [number, number]): Generator<TensorAtFault> {
  for (let l = from; l <= to; l++) {
    const found = tensorAtFault(flow, l);
    if (found !== null) yield { ...found, layer: l };
  }
}

/** The first of them. */
const firstTensorAtFault = (flow: GradientFlow, stations: readonly [number, number]): TensorAtFault | undefined =>
  tensorsAtFault(flow, stations).next().value ?? undefined;

/** The first of them; its layer is left out if other layers are at fault too. */
function sharedTensorAtFault(flow: GradientFlow, stations: readonly [number, number]): TensorAtFault | undefined {
  const [first, second] = tensorsAtFault(flow, stations);
  if (first === undefined || second === undefined) return first;
  const { layer: _, ...rest } = first;
  return rest;
}

/** The tensor that saturates layer `from` alone; undefined if others are saturated too. */
function saturatorAt(flow: GradientFlow, [from, to]: readonly [number, number]): TensorAtFault | undefined {
  const depth = flow.lnGradientNorm.length;
  if (from !== to || depth < 3) return undefined;
  const others = Array.from({ length: depth }, (_, l) => l).filter((l) => l !== from);
  return others.some((l) => saturatorOf(flow, l) !== null) ? undefined : (saturatorOf(flow, from) ?? undefined);
}

/**
 * The factor that made a pass leave the range of numbers: a NaN or infinity among the inputs and parameters. If these
 * are finite and the activation has no upper bound, it is growth by the weights. In a residual network the sum of
 * branch and skip path grows too, so the two cannot be told apart.
 */
function nonfiniteFactor(flow: GradientFlow): CauseName {
  if (nonfiniteSource(flow) !== null) return "nonfinite-value";
  const reference = slopeReference(flow);
  const summed = flow.spec.kind === "feedforward" && flow.spec.residual !== "none";
  return flow.nonfinite?.tensor === "h" && reference !== null && !reference.bounded && !summed ? "weights" : "forward";
}

/**
 * The factor that made a gradient overflow although every state is finite: the largest one along the path. Null if a
 * state overflowed, or if the path does not explode.
 */
function backwardFactor(flow: GradientFlow, path: Path, gain: number): CauseName | null {
  if (!isBackward(flow) || nonfiniteSource(flow) !== null || path.ledgers.length === 0) return null;
  if (!(gain > THRESHOLDS.gain && gain < Number.POSITIVE_INFINITY)) return null;
  const stretch: Stretch = { from: path.gains.indexOf(gain), to: path.gains.length - 1, direction: 1, gain };
  return largestOf(charged(flow, path, stretch))[0]?.factor ?? null;
}

/**
 * Why the gradients of some samples vanish and those of others do not. All samples meet the same weights (J = Π W
 * D(x)), so only φ' differs between them or, in a gated cell, the gates. Null for a network with a normalization, which
 * also depends on the sample.
 */
function samplesDiffer(flow: GradientFlow): CauseName | null {
  const reference = slopeReference(flow);
  if (normalizesPath(flow.spec)) return null;
  if (reference === null) return "closed-gate";
  return reference.bounded ? "saturation" : "dead-units";
}

/** The operation that made the gradient exactly zero. If there are several, the one nearest the loss. */
function causeOfZero(flow: GradientFlow, path: Path, stretch: Charged["stretch"]): Charged[] | null {
  const zero = path.gains.lastIndexOf(Number.NEGATIVE_INFINITY);
  const factors: Factors = chargeableFactors(flow, path, -1);
  for (const [factor, series] of factors) {
    if (series[zero] !== Number.NEGATIVE_INFINITY) continue;
    const at = factor === "dead-units" ? firstDead(flow, zero + 1) : zero + 1;
    const charge = { factor, charged: series[zero], nats: series[zero], stations: [at, at] as const };
    return [{ ...charge, stretch, atFault: tensorOfZero(flow, factor, at) ?? oddSizeAt(flow, charge, stretch) }];
  }
  return null;
}

function tensorOfZero(flow: GradientFlow, factor: CauseName, at: number): TensorAtFault | null {
  switch (factor) {
    case "dead-units":
      return flow.axis === "step" ? recurrentTensorAtFault(flow) : tensorAtFault(flow, at);
    case "saturation":
      return saturatorAt(flow, [at, at]) ?? recurrentSaturator(flow) ?? null;
    case "weights":
      return zeroMatrix(flow, at);
    case "normalisation":
      return singleSample(flow, at);
    default:
      return recurrentSaturator(flow) ?? null;
  }
}

/**
 * A layer whose units are all off passes nothing on, so all layers after it are off too. The gradient dies at the last
 * of them, but the first one is at fault.
 */
function firstDead({ statistics }: GradientFlow, last: number): number {
  let first = last;
  while (first > 0 && statistics?.dead[first - 1] === 1) first--;
  return first;
}
