import { activationFacts } from "../catalogue/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import { nats, natsEach, percent, significant } from "../words/numbers.ts";
import { span } from "../words/phrases.ts";
import { type CauseNumbers, isBackward, nonfiniteSource } from "./flow/cause-numbers.ts";
import type { Path } from "./flow/path.ts";
import { slopeReference } from "./flow/reference.ts";
import { nonfiniteSentence } from "./sentences.ts";
import type { Judgement } from "./verdict.ts";

/** Causes inside a gated cell: no unit is off, and the tensor sets a gate or fills c. */
const IN_GATES: readonly string[] = ["cell-output", "closed-gate"];

/** A cause as a sentence: its share, what happens, and where. */
export function causeSentence(flow: GradientFlow, path: Path, judgement: Judgement, cause: CauseNumbers): string {
  const { factor, share, stations } = cause;
  const n = cause.stretch.to - cause.stretch.from;
  const part = `${percent(share)}, ${nats(cause.charged)} nats`;
  if (judgement.verdict === "nonfinite") return nonfiniteCause(flow, judgement, cause);
  if (factor === "unattributed") {
    if (judgement.verdict === "mixed") {
      return "The cause is not known: the ledger describes the whole batch and does not say why some samples differ.";
    }
    return path.ledgers.length === 0
      ? "The cause is not known: the flow has no ledger. Measure with the ledger on."
      : "The cause is not known: the ledger does not reach the station where it happened.";
  }
  const what = factorClause(flow, judgement, cause);
  if (judgement.verdict === "mixed" && judgement.samples !== null && cause.charged < 0) {
    const why =
      cause.atFault === undefined
        ? `${factorClause(flow, judgement, { ...cause, nats: -1 })}. All samples meet the same weights, so only this can differ between them`
        : cause.atFault.sentence;
    return `${part} in the twentieth of the samples with the smallest gradient: ${why}.`;
  }
  const isOfSize = cause.atFault?.units === "scaled" && cause.nats !== Number.NEGATIVE_INFINITY;
  if (cause.atFault !== undefined && IN_GATES.includes(cause.atFault.factor))
    return `${part}: ${cause.atFault.sentence}.`;
  if (cause.atFault !== undefined && !isOfSize) {
    const { sentence, units: state = "off" } = cause.atFault;
    const units = state === "scaled" ? "saturated" : state;
    const whose = flow.axis === "step" ? "the recurrent layer" : `layer ${stations[0]}`;
    return cause.nats === Number.NEGATIVE_INFINITY
      ? `Every unit of ${whose} is ${units} in every sample, because ${sentence}. Nothing gets past it.`
      : `${part}: units are ${units} at ${span(stations, flow.axis)}, because ${sentence}.`;
  }
  if (cause.nats === Number.NEGATIVE_INFINITY) return `${what}, at ${span(stations, flow.axis)}: nothing gets past it.`;
  if (factor === "depth" || factor === "length") {
    const moved = path.gains[cause.stretch.from] - path.gains[cause.stretch.to];
    const each = significant(Math.exp(moved / n));
    return `${part}: ${what}. The gradient is multiplied by ${each} on average, ${n === 1 ? "once" : `${n} times`}, and even a careful initialization ${moved < 0 ? "loses" : "gains"} this much.`;
  }
  if (factor === "cell-output") return `${part}: ${what}.`;
  const concentrated = stations[1] - stations[0] + 1 < 0.4 * n;
  const elsewhere = (cause.others ?? [])
    .map((one) => `, ${percent(one.share)} at ${flow.axis} ${one.station}`)
    .join("");
  const { from, to } = cause.stretch;
  const isWhole = to === path.gains.length - 1;
  const along = isWhole ? "all along the path" : `all along ${span([from + 1, to], flow.axis)}`;
  const place = concentrated ? `half of it at ${span(stations, flow.axis)}${elsewhere}` : along;
  const rate = `${natsEach(cause.charged / Math.max(n, 1))} a ${flow.axis}`;
  const why = isOfSize ? `, because ${cause.atFault?.sentence}` : "";
  return `${part}: ${what} (${rate}, ${place}${statisticsOf(flow, cause)})${why}.`;
}

/** Adds what the statistics say about these stations, if the flow has statistics. */
function statisticsOf({ statistics }: GradientFlow, { factor, stations: [from, to] }: CauseNumbers): string {
  if (statistics === undefined || (factor !== "saturation" && factor !== "dead-units")) return "";
  const mean = (series: Float64Array) => series.subarray(from, to + 1).reduce((a, b) => a + b, 0) / (to + 1 - from);
  return factor === "saturation"
    ? `; ${percent(mean(statistics.saturated))} of the derivatives there are below a hundredth of the largest`
    : `; ${percent(mean(statistics.dead))} of the units there are off for the whole batch`;
}

/** What a factor does, as a clause: "tanh is saturated: its derivatives are smaller than …". */
function factorClause(flow: GradientFlow, { worst }: Judgement, { factor, nats: amount }: CauseNumbers): string {
  const reference = slopeReference(flow);
  const activation = reference?.name ?? "the activation";
  const steepest = reference === null ? 1 : (activationFacts(reference.name).largestSlopeText ?? 1);
  const zero = amount === Number.NEGATIVE_INFINITY;
  const grows = amount > 0;
  switch (factor) {
    case "saturation":
      return zero
        ? `${activation} is so saturated that its derivative is zero in every unit and sample`
        : `${activation} is saturated: its derivatives are smaller than with pre-activations of variance 1`;
    case "dead-units":
      return zero
        ? `every unit of ${activation} is off in every sample`
        : `too many units of ${activation} are off: pre-activations symmetric about 0 would turn more of them on`;
    case "small-derivatives":
      return `the derivatives of ${activation}, which are at most ${steepest}, shrink the gradient although ${activation} is not saturated`;
    case "weights":
      if (zero) return "the weights pass on a gradient of exactly zero";
      return `the weights are too ${grows ? "large" : "small"} for ${activation}`;
    case "closed-gate":
      return `the gate that carries the past is closed too far`;
    case "cell-output":
      return "at the last step little of the gradient gets from h into c: the output gate is closed, or tanh(c) is saturated";
    case "hidden-route":
      return "the path through the hidden weights amplifies the gradient";
    case "normalisation":
      return `the normalization ${grows ? "amplifies" : "shrinks"} the gradient, and the weights do not make up for it`;
    case "residual-sum":
      return "at every block the gradients of the branch and of the skip path add up";
    case "branch-scale":
      return `the branch's multiplier ${grows ? "amplifies" : "shrinks"} the gradient`;
    case "interference":
      return grows
        ? "the gradients of several routes add up where they meet"
        : "the gradients of several routes cancel where they meet";
    case "dropout":
      return zero
        ? "dropout set everything to zero"
        : `dropout ${grows ? "amplifies" : "shrinks"} the gradient: it sets some entries to zero and divides the others by 1 − p`;
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

function nonfiniteCause(flow: GradientFlow, judgement: Judgement, cause: CauseNumbers): string {
  const { factor, atFault } = cause;
  const source = nonfiniteSource(flow);
  if (source !== null) return `${source} contained a NaN or an infinity before the pass began.`;
  const where = nonfiniteSentence(flow);
  if (atFault?.units === "scaled") return `${where} The reason is one tensor: ${atFault.sentence}.`;
  if (atFault !== undefined) return `${where} The inputs do it: ${atFault.sentence}.`;
  if (isBackward(flow) && factor !== "forward") {
    const isRecurrence = factor === "weights" && flow.axis === "step";
    const what = isRecurrence
      ? `the weights of the recurrence are too large for ${slopeReference(flow)?.name ?? "the activation"}`
      : factorClause(flow, judgement, { ...cause, nats: 1 });
    return `${where} Every state is finite, and the gradient grows along the path: ${what}.`;
  }
  if (factor !== "weights") return where;
  return `${where} All inputs and parameters are finite, so the signal grew: the weights are too large for ${slopeReference(flow)?.name}.`;
}
