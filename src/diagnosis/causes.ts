import { normalizesActivations } from "../catalogue/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import { concentration } from "../metrics/index.ts";
import { accusable, type Factors } from "./flow/factors.ts";
import type { Path } from "./flow/path.ts";
import { carefulLoss, slopeReference } from "./flow/reference.ts";
import { causeSentence } from "./sentences.ts";
import type { Cause, CauseName } from "./types.ts";
import type { Judgement } from "./verdict.ts";

/** Pushes below this part of all are rounding. */
const NEGLIGIBLE = 1e-3;

/** A cause before it is put into words. */
export interface Accusation {
  readonly factor: CauseName;
  readonly share: number;
  readonly charged: number;
  readonly nats: number;
  readonly stations: readonly [number, number];
}

/**
 * Who did it, in shares that add up to 1.
 *
 * Over the stretch between the loss and the worst station, every factor's nats are summed with their signs, so that
 * what a factor loses here and wins back there is no fault of it. Factors whose sum pushes the way of the verdict are
 * accused in proportion to it; those that pushed against it are not. Of their nats, what even a careful initialization
 * loses (or gains) at so many stations is charged to their number, `depth` or `length`.
 *
 * A gradient that became exactly zero was killed at one station, by the operation whose entry is −∞ there, or behind
 * the first layer that is off. What is not finite comes from a NaN or infinity that was given, or else from growth.
 * Where samples disagree the ledger, which is the whole batch's, describes only those that have the larger gradient: of
 * those with the smaller one the causes are found by exclusion.
 */
export function findCauses(flow: GradientFlow, path: Path, judgement: Judgement): Cause[] {
  return accuse(flow, path, judgement)
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .map((accused): Accusation => ({ ...accused, charged: charge(accused, judgedGain(judgement)) }))
    .map((accusation) => ({ ...accusation, sentence: causeSentence(flow, path, judgement, accusation) }));
}

/** The gain a verdict was judged by: the worst station's, or where samples disagree that of the extreme ones. */
function judgedGain({ verdict, worst, samples }: Judgement): number {
  if (verdict !== "mixed" || samples === null) return worst.gain;
  return samples.q05 + samples.q95 < 0 ? samples.q05 : samples.q95;
}

const charge = ({ share, nats }: Uncharged, gain: number): number =>
  Number.isFinite(gain) ? share * gain : Number.isFinite(nats) ? gain : nats;

type Uncharged = Omit<Accusation, "charged">;

function accuse(flow: GradientFlow, path: Path, judgement: Judgement): Uncharged[] {
  const { verdict, worst, samples } = judgement;
  const last = path.gains.length - 1;
  if (verdict === "healthy") return [];
  if (verdict === "nonfinite") {
    const at = flow.nonfinite?.[flow.axis] ?? worst.station;
    return [{ factor: nonfiniteFactor(flow), share: 1, nats: Number.NaN, stations: [at, at] }];
  }
  const whole = [worst.station, last] as const;
  const unattributed: Uncharged[] = [{ factor: "unattributed", share: 1, nats: worst.gain, stations: whole }];
  if (path.ledgers.length === 0 || last < 1) return unattributed;
  if (worst.gain === Number.NEGATIVE_INFINITY) return killer(flow, path) ?? unattributed;
  if (!Number.isFinite(worst.gain)) return unattributed;

  const judged = judgedGain(judgement);
  const direction = judged < 0 ? -1 : 1;
  const gain = Math.abs(judged);
  if (verdict === "mixed" && direction < 0) {
    const factor = samplesDiffer(flow);
    return factor === null ? unattributed : [{ factor, share: 1, nats: samples?.q05 ?? judged, stations: whole }];
  }
  const factors = accusable(flow, path, direction);
  const pushes = new Map<CauseName, number>();
  for (const [name, series] of factors) pushes.set(name, Math.max(0, direction * sum(series, worst.station)));
  // what a layer above brings was lost in that layer, by factors of its own
  for (const brought of ["above", "injected"]) {
    if ([...pushes].some(([name, push]) => name !== brought && push > 0)) pushes.delete(brought);
  }
  const everything = [...pushes.values()].reduce((a, b) => a + b, 0);
  if (!(everything > 0)) return unattributed;
  // rounding is nobody's fault
  for (const [name, push] of pushes) if (push < NEGLIGIBLE * everything) pushes.delete(name);
  const total = [...pushes.values()].reduce((a, b) => a + b, 0);
  const careful = carefulLoss(flow, last - worst.station);
  const bearer = careful.bearer === null ? total : (pushes.get(careful.bearer) ?? 0);
  // in nats of the gain: what pushed against it takes from all in proportion
  const scale = gain === Number.POSITIVE_INFINITY ? 1 : gain / total;
  const charged = gain === Number.POSITIVE_INFINITY ? 0 : Math.min(careful.nats, bearer * scale);
  const accusations: Uncharged[] = [
    {
      factor: flow.axis === "step" ? "length" : "depth",
      share: charged / gain,
      nats: direction * charged,
      stations: whole,
    },
  ];
  for (const [factor, push] of pushes) {
    const series = factors.get(factor) as Float64Array;
    const bears = careful.bearer === null || careful.bearer === factor;
    const left = push - (bears && bearer > 0 ? (charged / scale) * (push / bearer) : 0);
    const share = left / total;
    accusations.push({ factor, share, nats: direction * push, stations: where(series, direction, worst.station) });
  }
  return accusations;
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

/** The name of the inputs, or of the first parameter, that holds a NaN or infinity; null where none does. */
export function givenNonfinite({ nonfinite, parameters }: GradientFlow): string | null {
  if (nonfinite === undefined) return null;
  const { tensor } = nonfinite;
  if (tensor === "inputs" || tensor === "targets") return tensor;
  if (parameters.some(({ name }) => name === tensor)) return tensor;
  return parameters.find(({ lnNorm }) => !(lnNorm < Number.POSITIVE_INFINITY))?.name ?? null;
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

function sum(series: Float64Array, from: number): number {
  let total = 0;
  for (let s = from; s < series.length; s++) total += series[s];
  return total;
}

/** Interval s holds the operations of station s + 1, which lead back from it. */
function where(series: Float64Array, direction: number, from: number): readonly [number, number] {
  const run = concentration(series.subarray(from).map((value) => direction * value));
  return run === null ? [from, series.length] : [from + run.from + 1, from + run.to + 1];
}

/** The operation that made the gradient exactly zero, at the station nearest the loss where one did. */
function killer(flow: GradientFlow, path: Path): Uncharged[] | null {
  const zero = path.gains.lastIndexOf(Number.NEGATIVE_INFINITY);
  const factors: Factors = accusable(flow, path, -1);
  for (const [factor, series] of factors) {
    if (series[zero] !== Number.NEGATIVE_INFINITY) continue;
    const at = factor === "dead-units" ? firstDead(flow, zero + 1) : zero + 1;
    return [{ factor, share: 1, nats: series[zero], stations: [at, at] }];
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
