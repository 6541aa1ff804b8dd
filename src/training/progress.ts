import {
  type Cause,
  type Diagnosis,
  type UpdateReading,
  judgeUpdate,
  readLosses,
  runaway,
  rateRange,
  THRESHOLDS,
} from "../diagnosis/index.ts";
import { nats, percent, power, ratio, significant } from "../words/numbers.ts";
import type { Baseline } from "./baseline.ts";
import type { Death } from "./death.ts";
import { because, type Look, nextOf, repairOf } from "./next-step.ts";

/**
 * The phase of a run, from its loss, its updates and the last diagnosis of its gradient:
 * - `too-early`: fewer than 100 updates, in which the loss has not changed by more than its noise;
 * - `learning`: the loss still changes;
 * - `converged`: the loss is at most 1 % of that of the trivial answer;
 * - `diverging`: the loss has grown to ten times its least value or more, and has stayed there;
 * - `rate-too-small`, `rate-too-large`: flat at the trivial baseline, or above it, and an update moves the weights by
 * less than 1e-5 of their norm, or by more than a tenth; also too large if such an update made the gradient zero and it
 * stayed zero;
 * - `dead`: flat, and the gradient along the path or of the loss is exactly zero;
 * - `vanishing`: flat at the trivial baseline, or above it, and the path shrinks the gradient beyond the diagnosis'
 * threshold, or beyond half of it if the weights far from the loss hardly move while the near ones move;
 * - `exploding`: the same, and the path amplifies it;
 * - `above-trivial`: flat above the trivial answer's loss, with a healthy path;
 * - `trivial-baseline`: flat at the trivial answer's loss, with a healthy path: there is nothing to learn, or the
 * network
 *   has not found it yet;
 * - `plateau`: flat below it: the run is stuck, or this learning rate does not get further;
 * - `nonfinite`: the loss or a gradient left the range of float32.
 */
export type PhaseName =
  | "too-early"
  | "learning"
  | "converged"
  | "diverging"
  | "rate-too-small"
  | "rate-too-large"
  | "dead"
  | "vanishing"
  | "exploding"
  | "above-trivial"
  | "trivial-baseline"
  | "plateau"
  | "nonfinite";

/** A phase with its reason. */
export interface Phase {
  readonly name: PhaseName;
  /** The update since which the loss has been flat or has diverged; null if the phase follows from its size. */
  readonly since: number | null;
  readonly sentence: string;
  /** What to do next; absent if the run goes well. */
  readonly next?: string;
}

/** A diagnosis of the gradient during a run. */
export interface LiveDiagnosis {
  /** Updates done before it. */
  readonly update: number;
  readonly verdict: Diagnosis["verdict"];
  readonly state: Diagnosis["state"];
  readonly severity: number;
  /** ln ‖δ_first‖ − ln ‖δ_last‖ of the transport probe, which decides the verdict; NaN for a single station. */
  readonly totalGain: number;
  readonly axis: "layer" | "step";
  readonly summary: string;
  /** The first part other than the path that is at fault, with its evidence; absent if there is none. */
  readonly obstacle?: { readonly part: string; readonly state: string; readonly evidence: string };
  /** The causes of the diagnosis, the largest share first. */
  readonly causes: readonly Pick<Cause, "factor" | "share" | "sentence" | "tensor">[];
  readonly advice: Diagnosis["advice"];
  readonly phase: Phase;
}

/** A loss is at the baseline if it differs by at most 5 %, as in the thresholds of the diagnosis. */
const NEAR = 0.05;
const CONVERGED = 0.01;
/**
 * ln ‖Δθ‖/‖θ‖ above which updates are too large for a run that does not learn: a tenth, the end of the range in which
 * training works.
 */
const LARGE_UPDATE = Math.log(0.1);

/**
 * Judges the phase of a run.
 *
 * @param losses  the losses of updates 1, 2, …, all of them
 * @param look    the last diagnosis of the gradient, if there was one
 * @param updates ‖Δθ‖/‖θ‖ of the last updates, if they were traced
 * @param death how the first weights lost their gradient, if they had one
 */
export function judgeProgress(
  losses: ArrayLike<number>,
  baseline: Baseline | null,
  look: Look | null,
  updates: UpdateReading | null = null,
  death: Death | null = null,
): Phase {
  const series = readLosses(losses, baseline?.value ?? null);
  const away = runaway(losses);
  if (away !== null) return diverging(away, look, updates);
  if (series.state === "none") return { name: "too-early", since: null, sentence: "too few updates for a judgement" };
  const loss = significant(series.last);
  if (!Number.isFinite(series.last)) return { name: "nonfinite", since: null, sentence: `loss ${loss}` };
  if (baseline !== null && baseline.value > 0 && series.last <= CONVERGED * baseline.value) {
    const sentence = `loss ${loss}: ${percent(series.last / baseline.value)} of the trivial answer's ${significant(baseline.value)}`;
    return { name: "converged", since: null, sentence };
  }
  const above = baseline !== null && series.level >= (1 - NEAR) * baseline.value;
  const rate = rateName(above || baseline === null, updates);
  if (series.state === "unclear") {
    if (rate === "rate-too-small") return rated(rate, null, `loss ${loss}`, updates, look);
    const name = pathName(true, look) === "dead" ? "dead" : "too-early";
    if (name === "dead" && isByRate(death)) return killed(death, null, `loss ${loss}`);
    const reason = name === "dead" ? because(name, look) : ", too few updates to tell whether it changes";
    return { name, since: null, sentence: `loss ${loss}${reason}` };
  }
  const worse = baseline !== null && series.last > (1 + NEAR) * Math.max(baseline.value, losses[0]);
  if (series.state === "moving" && worse && rate === "rate-too-large") {
    return rated(rate, null, `loss ${placeOf(series.last, baseline)}, and not below its first`, updates, look);
  }
  if (series.state === "moving") {
    const sentence = movingAt(series.last, baseline);
    const repair = baseline !== null && series.last > (1 + NEAR) * baseline.value ? repairOf(look) : null;
    if (repair === null) return { name: "learning", since: null, sentence };
    return { name: "learning", since: null, sentence: `${sentence}${because("learning", look)}`, next: repair };
  }
  const { since } = series;
  const stands = `loss flat ${placeOf(series.level, baseline)} since update ${since}`;
  const name = pathName(above || baseline === null, look);
  if (name === "dead" && isByRate(death)) return killed(death, since, stands);
  if (name === "dead") return { name, since, sentence: `${stands}${because(name, look)}`, next: nextOf(name, look) };
  if (rate !== null) return rated(rate, since, stands, updates, look);
  const behind = name === "trivial-baseline" ? leftBehind(look, updates) : null;
  if (behind !== null)
    return { name: "vanishing", since, sentence: `${stands}; ${behind}`, next: nextOf("vanishing", look) };
  const high = baseline !== null && series.level > (1 + NEAR) * baseline.value;
  const whole = name === "trivial-baseline" && high ? "above-trivial" : name;
  return { name: whole, since, sentence: `${stands}${because(whole, look)}`, next: nextOf(whole, look) };
}

/** The phase of a loss that has diverged: the updates are too large, or the path amplifies the gradient. */
function diverging(
  { since, from, to }: { readonly since: number; readonly from: number; readonly to: number },
  look: Look | null,
  updates: UpdateReading | null,
): Phase {
  const most = largest(updates);
  const grew = `loss ${significant(to)} since update ${since}, from ${significant(from)}`;
  if (look?.verdict === "exploding" && !(most !== null && most.ln > LARGE_UPDATE)) {
    return {
      ...{ name: "diverging", since },
      sentence: `${grew}; on its way back the gradient grows by a factor of ${ratio(look.totalGain)} (${nats(look.totalGain)} nats)`,
      next: "Repair the path first (prescribe), or clip the gradient's norm.",
    };
  }
  const size =
    most === null
      ? ""
      : most.ln === Number.NEGATIVE_INFINITY
        ? "; the last update moved no weight, because no gradient is left"
        : `; an update is ${power(most.ln)} of ${most.name}'s norm`;
  return {
    name: "diverging",
    since,
    sentence: `${grew}${size}: the learning rate is too large`,
    next: lowerRate(updates),
  };
}

function lowerRate(updates: UpdateReading | null): string {
  const most = largest(updates);
  if (updates === null || updates.rate === null || most === null || !(most.ln > Math.log(1e-4))) {
    return "Divide the learning rate by ten. Clipping the gradient's norm keeps single updates small.";
  }
  return `Lower the learning rate: ${rateRange(updates.rate, most.ln)} would move the weights by 1e-4 to 1e-1 an update.`;
}

const largest = (updates: UpdateReading | null): { readonly name: string; readonly ln: number } | null =>
  updates === null
    ? null
    : updates.ratios.reduce<{ name: string; ln: number } | null>(
        (most, one) => (Number.isNaN(one.ln) || (most !== null && most.ln >= one.ln) ? most : one),
        null,
      );

/** Whether updates of this size explain a loss that does not fall; null if they do not, or if they are not known. */
function rateName(untrained: boolean, updates: UpdateReading | null): "rate-too-small" | "rate-too-large" | null {
  const most = largest(updates);
  if (!untrained || updates === null || most === null || most.ln === Number.NEGATIVE_INFINITY) return null;
  if (judgeUpdate(updates).state === "rate-too-small") return "rate-too-small";
  return most.ln > LARGE_UPDATE ? "rate-too-large" : null;
}

function rated(
  name: "rate-too-small" | "rate-too-large",
  since: number | null,
  stands: string,
  updates: UpdateReading | null,
  look: Look | null,
): Phase {
  const most = largest(updates) as { name: string; ln: number };
  const small = name === "rate-too-small";
  const sentence = `${stands}; the weights move by ${power(most.ln)} of their norm an update at most: the learning rate is too ${small ? "small" : "large"}`;
  const range = updates?.rate === null || updates === null ? null : rateRange(updates.rate, most.ln);
  const next =
    range === null
      ? `${small ? "Raise" : "Lower"} the learning rate.`
      : `${small ? "Raise" : "Lower"} the learning rate: ${range} would move the weights by 1e-4 to 1e-1 an update.`;
  // where another part is at fault, it may be the reason why the updates are small
  const first = small ? repairOf(look) : null;
  return {
    name,
    since,
    sentence: `${sentence}${small ? because(name, look) : ""}`,
    next: first === null ? next : `${first} Then judge the rate again.`,
  };
}

/**
 * A sentence if the layers far from the loss hardly move while the near ones move, although the path is within its
 * threshold: the gradient shrinks by more than half of the threshold's nats, and the updates of one matrix are too
 * small while those of another are in the normal range. Null otherwise.
 */
function leftBehind(look: Look | null, updates: UpdateReading | null): string | null {
  const most = largest(updates);
  if (look === null || updates === null || most === null || !(look.totalGain <= -THRESHOLDS.gain / 2)) return null;
  const least = updates.ratios.reduce((a, b) => (b.ln < a.ln ? b : a));
  if (!(least.ln < Math.log(THRESHOLDS.updateLeast)) || !(most.ln > Math.log(THRESHOLDS.updateLeast))) return null;
  return `${least.name} moves by ${power(least.ln)} of its norm an update and ${most.name} by ${power(most.ln)}: the gradient becomes ${ratio(look.totalGain)} times smaller on its way to the first ${look.axis}`;
}

const isByRate = (death: Death | null): death is Death => death !== null && death.ln > LARGE_UPDATE;

/** The phase of a run whose gradient became zero after an update that was large against the weights. */
function killed({ update, name, ln, rate }: Death, since: number | null, stands: string): Phase {
  const sentence = `${stands}; the first weights had a gradient until update ${update} moved ${name} by ${power(ln)} of its norm: the learning rate is too large`;
  const range = rate === null ? "" : `: ${rateRange(rate, ln)} would have moved the weights by 1e-4 to 1e-1 there`;
  return { name: "rate-too-large", since, sentence, next: `Start anew with a lower learning rate${range}.` };
}

/** The sentence about a loss that changes: its size, and whether it is above that of the trivial answer. */
function movingAt(loss: number, baseline: Baseline | null): string {
  if (baseline === null || loss <= (1 + NEAR) * baseline.value) return `loss ${significant(loss)} and still changing`;
  return `loss ${significant(loss)}, above the ${nameOfBaseline(baseline)}, and still changing`;
}

function pathName(untrained: boolean, look: Pick<Look, "verdict" | "state"> | null): PhaseName {
  if (look?.verdict === "dead" || look?.state === "no-gradient") return "dead";
  if (!untrained) return "plateau";
  if (look?.verdict === "vanishing" || look?.verdict === "exploding") return look.verdict;
  return "trivial-baseline";
}

function placeOf(level: number, baseline: Baseline | null): string {
  if (baseline === null || baseline.value === 0) return `at ${significant(level)}`;
  const share = level / baseline.value;
  const whose = nameOfBaseline(baseline);
  if (Math.abs(share - 1) <= NEAR) return `at the ${whose}`;
  return share > 1
    ? `at ${significant(level)}, above the ${whose}`
    : `at ${significant(level)}, ${percent(share)} of the ${whose}`;
}

const nameOfBaseline = ({ source, value }: Baseline): string =>
  `${source === "task" ? "trivial baseline" : "best constant answer's"} ${significant(value)}`;
