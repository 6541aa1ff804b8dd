import { activationFacts } from "../catalogue/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import { type Accusation, givenNonfinite } from "./flow/accusation.ts";
import { hasLossEverywhere, type Path } from "./flow/path.ts";
import { slopeReference } from "./flow/reference.ts";
import type { StateReport } from "./state.ts";
import { THRESHOLDS } from "./thresholds.ts";
import type { Forecast } from "./types.ts";
import { counted, nats, natsEach, percent, ratio, significant, stationsEach } from "../words/numbers.ts";
import { list, span } from "../words/phrases.ts";
import type { Judgement } from "./verdict.ts";
import type { Reach } from "../metrics/index.ts";

/** One cause in words: how much, what, where. */
export function causeSentence(flow: GradientFlow, path: Path, judgement: Judgement, cause: Accusation): string {
  const { factor, share, stations } = cause;
  const n = cause.stretch.to - cause.stretch.from;
  const part = `${percent(share)}, ${nats(cause.charged)} nats`;
  if (judgement.verdict === "nonfinite") return nonfiniteCause(flow, factor);
  if (factor === "unattributed") {
    if (judgement.verdict === "mixed") {
      return "No factor can be accused: the ledger is the whole batch's, and does not say why some samples differ.";
    }
    return path.ledgers.length === 0
      ? "No factor can be accused: the flow has no ledger; measure with the ledger on."
      : "No factor can be accused: the ledger does not reach the station where it happened.";
  }
  const what = whatItIs(flow, judgement, cause);
  if (judgement.verdict === "mixed" && judgement.samples !== null && cause.charged < 0) {
    const why =
      cause.culprit === undefined
        ? `${whatItIs(flow, judgement, { ...cause, nats: -1 })}. The weights are the same for every sample, so that nothing else can tell them apart`
        : cause.culprit.sentence;
    return `${part} in the lowest twentieth of the samples: ${why}.`;
  }
  if (cause.culprit !== undefined) {
    const { sentence } = cause.culprit;
    return cause.nats === Number.NEGATIVE_INFINITY
      ? `Every unit of layer ${stations[0]} is off in every sample: ${sentence}. Nothing gets past it.`
      : `${part}: units are off at ${span(stations, flow.axis)}: ${sentence}.`;
  }
  if (cause.nats === Number.NEGATIVE_INFINITY) return `${what}, at ${span(stations, flow.axis)}: nothing gets past it.`;
  if (factor === "depth" || factor === "length") {
    const moved = path.gains[cause.stretch.from] - path.gains[cause.stretch.to];
    const each = significant(Math.exp(moved / n));
    return `${part}: ${what}: a factor of ${each} on average, ${n} times over, of which even a careful initialization does this much.`;
  }
  if (factor === "cell-output") return `${part}: ${what}.`;
  const concentrated = stations[1] - stations[0] + 1 < 0.4 * n;
  const place = concentrated ? `half of it at ${span(stations, flow.axis)}` : "all along the path";
  const rate = `${natsEach(cause.charged / Math.max(n, 1))} a ${flow.axis}`;
  return `${part}: ${what} (${rate}, ${place}${statisticsOf(flow, cause)}).`;
}

/** What the statistics of the stations concerned add, where the flow has them. */
function statisticsOf({ statistics }: GradientFlow, { factor, stations: [from, to] }: Accusation): string {
  if (statistics === undefined || (factor !== "saturation" && factor !== "dead-units")) return "";
  const mean = (series: Float64Array) => series.subarray(from, to + 1).reduce((a, b) => a + b, 0) / (to + 1 - from);
  return factor === "saturation"
    ? `; there ${percent(mean(statistics.saturated))} of the derivatives are below a hundredth of the largest`
    : `; there ${percent(mean(statistics.dead))} of the units are off for the whole batch`;
}

function whatItIs(flow: GradientFlow, { worst }: Judgement, { factor, nats: amount }: Accusation): string {
  const reference = slopeReference(flow);
  const activation = reference?.name ?? "the activation";
  const steepest = reference === null ? 1 : (activationFacts(reference.name).largestSlopeText ?? 1);
  const zero = amount === Number.NEGATIVE_INFINITY;
  const grows = amount > 0;
  switch (factor) {
    case "saturation":
      return zero
        ? `${activation} is so saturated that its derivative is nothing in every unit and sample`
        : `${activation} is saturated: its derivatives are smaller than pre-activations of unit variance give`;
    case "dead-units":
      return zero
        ? `every unit of ${activation} is off in every sample`
        : `units of ${activation} are off: fewer are open than pre-activations symmetric about 0 would open`;
    case "small-derivatives":
      return `${activation}'s derivatives, at most ${steepest}, shrink the gradient without its being saturated`;
    case "weights":
      if (zero) return "the weights pass on exactly nothing";
      return `the weights are too ${grows ? "large" : "small"} for ${activation}`;
    case "closed-gate":
      return `the gate on the carrying path is too far closed`;
    case "cell-output":
      return "little gets from h into c at the last step: the output gate is closed, or tanh(c) is saturated";
    case "hidden-route":
      return "the way through the hidden weights amplifies";
    case "normalisation":
      return `the normalization ${grows ? "amplifies" : "shrinks"} the gradient by more than the weights make up for`;
    case "residual-sum":
      return "branch and skip path add up at every block";
    case "branch-scale":
      return `the branch's multiplier ${grows ? "amplifies" : "shrinks"} the gradient`;
    case "interference":
      return grows ? "routes that meet line up" : "routes that meet cancel";
    case "dropout":
      return zero
        ? "dropout left nothing"
        : `dropout ${grows ? "amplifies" : "shrinks"} the gradient: what is left is divided by 1 − p, and what is zero is gone`;
    case "zoneout":
      return `zoneout ${grows ? "amplifies" : "shrinks"} the gradient: a part of the state stays as it was`;
    case "length":
      return "the sequence is long";
    case "depth":
      return "the network is deep";
    default:
      return `${factor} ${worst.gain < 0 ? "shrinks" : "amplifies"} the gradient`;
  }
}

function nonfiniteCause(flow: GradientFlow, factor: string): string {
  const given = givenNonfinite(flow);
  if (given !== null) return `${given} held a NaN or infinity before the pass began.`;
  const where = nonfiniteSentence(flow);
  if (factor !== "weights") return where;
  return `${where} All that was given is finite, so it grew there: the weights are too large for ${slopeReference(flow)?.name}.`;
}

export function nonfiniteSentence({ nonfinite, axis }: GradientFlow): string {
  if (nonfinite === undefined) return "A norm along the path is NaN or infinite.";
  const { step, layer, reverse, tensor } = nonfinite;
  const named = tensor.startsWith("readout.") ? "the readout" : `layer ${layer}${reverse ? " in reverse" : ""}`;
  const place = axis === "step" && step !== undefined ? `step ${step} of ${named}` : named;
  return tensor === "loss"
    ? "The loss is NaN or infinite while every state is finite."
    : `The first NaN or infinity stands in ${tensor}, at ${place}: the pass left float32's range there, and everything after it is lost.`;
}

/** Whose norm the nats of a judgement are. */
const WHOSE: Readonly<Record<Path["source"], string>> = {
  probe: "a random cotangent's norm",
  lastStep: "the norm of the last step's loss alone",
  loss: "the loss gradient's norm",
};

/** "shrunk by a factor of 31 (−3.4 nats)". @param rate what else to say of the nats */
const moved = (gain: number, rate = ""): string =>
  `${gain < 0 ? "shrunk" : "grown"} by a factor of ${ratio(gain)} (${nats(gain)} nats${rate})`;

/**
 * "The gradient vanishes: from b back to a its norm has shrunk by a factor of 31 (−3.4 nats)", without a full stop: the
 * sentence of every judge.
 *
 * @param over  from where to where
 * @param whose the norm of what
 */
export const movedSentence = (over: string, whose: string, gain: number, rate = ""): string =>
  `The gradient ${gain < 0 ? "vanishes" : "explodes"}: ${over} ${whose} has ${moved(gain, rate)}`;

/** The whole judgement in a sentence or two. */
export function summarize(
  flow: GradientFlow,
  path: Path,
  judgement: Judgement,
  report: StateReport,
  reached: Reach,
  forecast: Forecast,
): string {
  return [pathSentence(flow, path, judgement, reached, forecast), stateSentence(flow, judgement, report)]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function pathSentence(
  flow: GradientFlow,
  path: Path,
  judgement: Judgement,
  reached: Reach,
  forecast: Forecast,
): string {
  const { verdict, worst, samples } = judgement;
  const last = path.gains.length - 1;
  const n = last - worst.station;
  const over = `${counted(n, flow.axis)} back from the loss`;
  const rate = rateWords(flow, path);
  switch (verdict) {
    case "vanishing": {
      if (worst.gain === Number.NEGATIVE_INFINITY) {
        const at = flow.underflow?.station ?? worst.station;
        if (flow.underflow?.of === "entries") {
          return `The gradient vanishes: behind ${flow.axis} ${at} only entries are left that are smaller than the largest by more than float32's range, and nothing measurable gets past it.`;
        }
        return `The gradient vanishes: at ${flow.axis} ${at} a single derivative is too small for a float32, and nothing measurable gets past it.`;
      }
      const zero = forecast.float32Underflow.zero;
      const under = zero?.measured
        ? ` In float32, starting from norm 1, it is exactly zero after ${counted(zero.stations, flow.axis)}.`
        : "";
      const within =
        reached.stations === 0
          ? `not even one ${flow.axis} back`
          : `only the last ${counted(reached.stations, flow.axis)}`;
      return `${movedSentence(over, WHOSE[path.source], worst.gain, rate)}; ${within} receive${reached.stations === 1 ? "s" : ""} a thousandth of it.${under}`;
    }
    case "exploding": {
      const over32 = forecast.float32Overflow;
      const beyond = over32?.measured
        ? ` In float32, starting from norm 1, it overflows after ${counted(over32.stations, flow.axis)}.`
        : "";
      return `${movedSentence(over, WHOSE[path.source], worst.gain, rate)}.${beyond}`;
    }
    case "dead": {
      const zero = path.gains.lastIndexOf(Number.NEGATIVE_INFINITY);
      return zero < 0
        ? "The gradient is dead: it is exactly zero from the loss on."
        : `The gradient is dead: from ${flow.axis} ${zero} back it is exactly zero for the whole batch.`;
    }
    case "nonfinite":
      return nonfiniteSentence(flow);
    case "mixed": {
      const side = (gain: number) =>
        gain === Number.NEGATIVE_INFINITY
          ? "exactly zero"
          : `${gain < 0 ? "smaller" : "larger"} by a factor of ${ratio(gain)}`;
      const none =
        samples?.silent !== undefined && samples.silent > 0
          ? ` ${percent(samples.silent)} of them get no gradient at all.`
          : "";
      return `The samples disagree: ${over} the gradient of the lowest twentieth is ${side(samples?.q05 ?? 0)}, that of the highest ${side(samples?.q95 ?? 0)}, the median's ${side(samples?.q50 ?? 0)}.${none}`;
    }
    default:
      return soundSentence(flow, path, judgement);
  }
}

/** The path's state in a sentence. */
export function pathEvidence(flow: GradientFlow, path: Path, judgement: Judgement): string {
  const { verdict, worst, samples } = judgement;
  switch (verdict) {
    case "vanishing":
    case "exploding": {
      const n = path.gains.length - 1 - worst.station;
      return `${counted(n, flow.axis)} back from the loss the gradient has ${moved(worst.gain)}.`;
    }
    case "dead":
      return `At ${flow.axis} ${worst.station} the gradient is exactly zero for the whole batch.`;
    case "mixed":
      return `At ${flow.axis} ${worst.station} the gain is ${nats(samples?.q05 ?? Number.NaN)} nats in the lowest twentieth of the samples and ${nats(samples?.q95 ?? Number.NaN)} in the highest.`;
    case "nonfinite":
      return nonfiniteSentence(flow);
    default:
      return soundSentence(flow, path, judgement);
  }
}

function soundSentence(flow: GradientFlow, { source, gains }: Path, { worst }: Judgement): string {
  const last = gains.length - 1;
  if (last < 1) return `There is one ${flow.axis}, so there is no path on which a gradient could vanish.`;
  const over = last === 1 ? `over its one ${flow.axis}` : `over all ${counted(last, flow.axis)}`;
  const layers = fadingLayers(flow);
  const within = `${over} ${WHOSE[source]} stays within a factor of ${ratio(worst.gain)} (${nats(worst.gain)} nats)`;
  return source === "loss" && hasLossEverywhere(flow)
    ? `With a loss at every step ${within}, which does not say that anything is carried from step to step: measure with the probe.`
    : `The path is sound: ${within}.${layers}`;
}

/** The layers of a stack whose own gradient fades while another's carries. */
function fadingLayers(flow: GradientFlow): string {
  if (flow.axis !== "step" || flow.layers.length < 2 || hasLossEverywhere(flow)) return "";
  const gains = flow.layers.map(({ lnGradientNorm, suffix }, l) => ({
    name: suffix ?? `l${l}`,
    gain: lnGradientNorm[0] - lnGradientNorm[lnGradientNorm.length - 1],
  }));
  const fading = gains.filter(({ gain }) => gain < -THRESHOLDS.gain);
  const carrying = gains.filter(({ gain }) => gain >= -THRESHOLDS.gain);
  if (fading.length === 0 || carrying.length === 0) return "";
  const own = fading.map(({ name, gain }) => `${name} (${nats(gain)} nats)`);
  return ` But the gradient of ${fading.length === 1 ? "layer" : "layers"} ${list(own)} fades on its own way; ${list(carrying.map(({ name }) => name))} carries it.`;
}

/** "; half every 1.3 steps", where the profile is straight enough to have a half-life. */
function rateWords(flow: GradientFlow, { decay }: Path): string {
  if (decay === null || !(decay.rSquared >= 0.9)) return "";
  const { halfLife } = decay;
  return `; ${halfLife > 0 ? "half" : "double"} every ${stationsEach(halfLife, flow.axis)}`;
}

function stateSentence(flow: GradientFlow, { verdict }: Judgement, report: StateReport): string {
  const { state, baseline } = report;
  const loss = significant(flow.loss ?? Number.NaN);
  const healthy = verdict === "healthy";
  switch (state) {
    case "converged":
      return baseline === null
        ? `The loss sends almost nothing (‖∂L/∂h‖ = ${significant(Math.exp(report.lnGradientNorm))} at the last ${flow.axis}): it has converged, or has nothing to say.`
        : `The loss has converged: ${loss} is ${percent((flow.loss ?? 0) / baseline)} of the trivial answer's ${significant(baseline)}${healthy ? ", so a small gradient here is success, not decay" : ""}.`;
    case "plateau":
      return `The loss ${loss} is at the level of the best trivial answer, ${significant(baseline ?? Number.NaN)}${report.aligned === null ? "" : ", and the samples' errors cancel"}: ${healthy ? "nothing has been learned yet, or there is nothing to learn; the path is not to blame" : "nothing has been learned"}.`;
    case "constant-labels":
      return `All labels are alike: a constant answers them with loss 0, so they carry nothing about the input.`;
    case "no-gradient":
      return `The loss sends exactly zero into the last ${flow.axis}: the readout or the loss is blocked.`;
    default:
      return "";
  }
}
