import type { GradientFlow } from "../flow/index.ts";
import { nonfiniteLayer } from "../flow/index.ts";
import { hasLossEverywhere, type Path } from "./flow/path.ts";
import type { StateReport } from "./state.ts";
import { THRESHOLDS } from "./thresholds.ts";
import type { Forecast } from "./types.ts";
import { counted, nats, percent, ratio, significant, stationsEach } from "../words/numbers.ts";
import { list } from "../words/phrases.ts";
import type { Judgement } from "./verdict.ts";
import type { Reach } from "../metrics/index.ts";

export function nonfiniteSentence({ nonfinite, axis, spec }: GradientFlow): string {
  if (nonfinite === undefined) return "A norm along the path is NaN or infinite.";
  const { step, tensor } = nonfinite;
  const named = nonfiniteLayer(spec, nonfinite);
  const place = axis === "step" && step !== undefined ? `step ${step} of ${named}` : named;
  return tensor === "loss"
    ? "The loss is NaN or infinite, but every state is finite."
    : `The first NaN or infinity is in ${tensor}, at ${place}: there a number left the range of float32, and everything after it is lost.`;
}

/** The norm whose change a judgement measures. */
const WHOSE: Readonly<Record<Path["source"], string>> = {
  probe: "the norm of a random cotangent",
  lastStep: "the gradient norm of the last step's loss alone",
  loss: "the norm of the loss gradient",
};

/** "shrunk by a factor of 31 (−3.4 nats)". @param rate text that follows the nats */
const moved = (gain: number, rate = ""): string =>
  `${gain < 0 ? "shrunk" : "grown"} by a factor of ${ratio(gain)} (${nats(gain)} nats${rate})`;

/**
 * "The gradient vanishes: from b back to a, its norm has shrunk by a factor of 31 (−3.4 nats)", without a period. Every
 * judge uses this sentence.
 *
 * @param over  the stretch of the path, with a comma at its end: "from b back to a,"
 * @param whose the norm that has changed: "its norm"
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
  const over = `${counted(n, flow.axis)} back from the loss,`;
  const rate = rateWords(flow, path);
  switch (verdict) {
    case "vanishing": {
      if (worst.gain === Number.NEGATIVE_INFINITY) {
        const at = flow.underflow?.station ?? worst.station;
        if (flow.underflow?.of === "entries") {
          return `The gradient vanishes: behind ${flow.axis} ${at} only entries are left that are smaller than the largest by more than float32's range, and nothing measurable gets past it.`;
        }
        return `The gradient vanishes: at ${flow.axis} ${at} a single derivative is too small for a float32, so nothing measurable gets past it.`;
      }
      const zero = forecast.float32Underflow.zero;
      const under = zero?.measured
        ? ` In float32, a gradient that starts with norm 1 is exactly zero after ${counted(zero.stations, flow.axis)}.`
        : "";
      const faint = path.gains.filter((gain) => gain < THRESHOLDS.reach).length;
      const comesBack = faint < last - reached.stations;
      const within = comesBack
        ? `${counted(faint, flow.axis)} of ${last + 1} receive less than a thousandth of it`
        : reached.stations === 0
          ? `Not even the ${flow.axis} before the last receives`
          : reached.stations === 1
            ? `Only the last ${flow.axis} receives`
            : `Only the last ${counted(reached.stations, flow.axis)} receive`;
      return `${movedSentence(over, WHOSE[path.source], worst.gain, rate)}. ${within}${comesBack ? "" : " a thousandth of it or more"}.${under}`;
    }
    case "exploding": {
      const over32 = forecast.float32Overflow;
      const beyond = over32?.measured
        ? ` In float32, a gradient that starts with norm 1 overflows after ${counted(over32.stations, flow.axis)}.`
        : "";
      return `${movedSentence(over, WHOSE[path.source], worst.gain, rate)}.${beyond}`;
    }
    case "dead": {
      const zero = path.gains.lastIndexOf(Number.NEGATIVE_INFINITY);
      return zero < 0
        ? "The gradient is dead: it is exactly zero from the loss on."
        : `The gradient is dead: it is exactly zero for the whole batch at ${flow.axis} ${zero} and before it.`;
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
      if (samples?.q95 === Number.NEGATIVE_INFINITY) {
        return `The samples disagree: ${over} the gradient is exactly zero for most of them, and that of the whole batch, which comes from the others, is ${side(worst.gain)}.${none}`;
      }
      return `The samples disagree: ${over} the 5 % quantile of their gradients is ${side(samples?.q05 ?? 0)}, the median is ${side(samples?.q50 ?? 0)}, and the 95 % quantile is ${side(samples?.q95 ?? 0)}.${none}`;
    }
    default:
      return soundSentence(flow, path, judgement);
  }
}

/** The state of the path in a sentence. */
export function pathEvidence(flow: GradientFlow, path: Path, judgement: Judgement): string {
  const { verdict, worst, samples } = judgement;
  switch (verdict) {
    case "vanishing":
    case "exploding": {
      const n = path.gains.length - 1 - worst.station;
      return `${counted(n, flow.axis)} back from the loss, the gradient has ${moved(worst.gain)}.`;
    }
    case "dead":
      return `At ${flow.axis} ${worst.station} the gradient is exactly zero for the whole batch.`;
    case "mixed":
      if (samples?.q95 === Number.NEGATIVE_INFINITY) {
        return `At ${flow.axis} ${worst.station} the gradient is exactly zero for most samples; the gain of the whole batch is ${nats(worst.gain)} nats.`;
      }
      return `At ${flow.axis} ${worst.station} the gains of the samples differ: the 5 % quantile is ${nats(samples?.q05 ?? Number.NaN)} nats, the 95 % quantile ${nats(samples?.q95 ?? Number.NaN)} nats.`;
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
  const within = `${over}, ${WHOSE[source]} changes by at most a factor of ${ratio(worst.gain)} (${nats(worst.gain)} nats)`;
  return source === "loss" && hasLossEverywhere(flow)
    ? `With a loss at every step, ${within}. This does not show that anything is carried from step to step: measure with the probe.`
    : `The path is sound: ${within}.${layers}`;
}

/** Names the layers of a stack whose own gradient vanishes while another layer carries it. */
function fadingLayers(flow: GradientFlow): string {
  if (flow.axis !== "step" || flow.layers.length < 2 || hasLossEverywhere(flow)) return "";
  // at the last step a reversed direction has read that step alone, so its gradient goes no further
  const forward = flow.layers.filter(({ suffix }) => suffix?.endsWith("_reverse") !== true);
  const gains = forward.map(({ lnGradientNorm, suffix }, l) => ({
    name: suffix ?? `l${l}`,
    gain: lnGradientNorm[0] - lnGradientNorm[lnGradientNorm.length - 1],
  }));
  const fading = gains.filter(({ gain }) => gain < -THRESHOLDS.gain);
  const carrying = gains.filter(({ gain }) => gain >= -THRESHOLDS.gain);
  if (fading.length === 0 || carrying.length === 0) return "";
  const own = fading.map(({ name, gain }) => `${name} (${nats(gain)} nats)`);
  return ` But inside ${fading.length === 1 ? "layer" : "layers"} ${list(own)} the gradient vanishes; ${list(carrying.map(({ name }) => name))} ${carrying.length === 1 ? "carries" : "carry"} it.`;
}

/** "; it halves every 1.3 steps" if the profile is straight enough to have a half-life, else an empty text. */
function rateWords(flow: GradientFlow, { decay }: Path): string {
  if (decay === null || !(decay.rSquared >= 0.9)) return "";
  const { halfLife } = decay;
  return `; it ${halfLife > 0 ? "halves" : "doubles"} every ${stationsEach(halfLife, flow.axis)}`;
}

const isZeroReadout = ({ name, lnNorm }: GradientFlow["parameters"][number]): boolean =>
  name === "readout.weight" && lnNorm === Number.NEGATIVE_INFINITY;

function stateSentence(flow: GradientFlow, { verdict }: Judgement, report: StateReport): string {
  const { state, baseline } = report;
  const loss = significant(flow.loss ?? Number.NaN);
  const healthy = verdict === "healthy";
  switch (state) {
    case "converged":
      return baseline === null
        ? `The loss sends almost nothing (‖∂L/∂h‖ = ${significant(Math.exp(report.lnGradientNorm))} at the last ${flow.axis}): it has converged, or its targets say nothing.`
        : `The loss has converged: ${loss} is ${percent((flow.loss ?? 0) / baseline)} of the trivial answer's loss, ${significant(baseline)}${healthy ? ". So a small gradient is a sign of success here" : ""}.`;
    case "plateau":
      return `The loss, ${loss}, is at the level of the best trivial answer, ${significant(baseline ?? Number.NaN)}${report.aligned === null ? "" : ", and the errors of the samples cancel"}: ${healthy ? "the network has learned nothing yet, or there is nothing to learn. The path is not the reason" : "the network has learned nothing"}.`;
    case "constant-labels":
      return `All labels are equal: a constant answer has loss 0, so the labels say nothing about the input.`;
    case "no-gradient":
      // the parts find a healthy network here only where the readout starts at zero and gets a gradient itself
      return healthy && flow.parameters.some(isZeroReadout)
        ? "The readout is exactly zero, so no gradient enters the path yet: the first update moves the readout alone, and from the second on the gradient passes."
        : `The loss sends a gradient of exactly zero into the last ${flow.axis}: the readout or the loss is blocked.`;
    default:
      return "";
  }
}
