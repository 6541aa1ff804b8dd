import { fitDecay } from "../../flow/decay.ts";
import { type DenseFlow, type GradientFlow, lnTensorNorm, lnTogether } from "../../flow/index.ts";
import { counted, percent, power, ratio } from "../../words/numbers.ts";
import type { Finding } from "../kit/finding.ts";
import { decaySentence } from "./decay-sentence.ts";

/* Findings on the ends of the path: inputs, tokens, first state, padding, stem and head. */

/** The share of padding, and its effect if it were run as data: it would lie between the data and the loss. */
export function padding({ padding: found, task }: GradientFlow): Finding | undefined {
  if (found === undefined) return undefined;
  const { share, shortest, longest, samples, unmasked } = found;
  const lengths = shortest === longest ? `${longest}` : `${shortest} to ${longest}`;
  const own =
    `${percent(share)} of the steps are padding and were not run; the sequences have ${lengths} steps; ` +
    `stations are counted back from the end of each sequence, and ${samples[0]} of ${task.batch} sequences reach the first one`;
  if (unmasked === undefined || share === 0) return { label: "Padding", text: own };
  const last = unmasked.lnGradientNorm.length - 1;
  const dead = Math.min(last, Math.round(share * unmasked.steps));
  const left = unmasked.lnGradientNorm[last - dead] - unmasked.lnGradientNorm[last];
  const arrives =
    left === Number.NEGATIVE_INFINITY
      ? "would then be exactly zero"
      : Math.abs(left) < 0.05
        ? "would then be as large as before"
        : `would then be ${ratio(left)} times ${left < 0 ? "smaller" : "larger"}`;
  const without =
    `without the lengths, the loss's gradient would first pass ${dead} steps of padding on average and ${arrives}. ` +
    "So give the lengths in training too, or put the padding before the data";
  return { label: "Padding", text: `${own}; ${without}` };
}

/** The profile counted from the start of each sequence. */
export function fromStart({ fromStart: found, task }: GradientFlow): Finding | undefined {
  if (found === undefined) return undefined;
  const { lnGradientNorm, samples } = found;
  const last = lnGradientNorm.length - 1;
  const text =
    `counted from the first step of each sequence instead of back from its end, ‖∂L/∂h_t‖ is ` +
    `${power(lnGradientNorm[0])} at step 0, over all ${task.batch} sequences, and ${power(lnGradientNorm[last])} at step ` +
    `${last}, over ${samples[last]}`;
  return { label: "From start", text };
}

/** The gradient that goes through the bottleneck into the encoder, whose steps have no loss of their own. */
export function bottleneck({ bottleneck: step, lnGradientNorm }: GradientFlow): Finding | undefined {
  if (step === undefined) return undefined;
  const encoder = lnGradientNorm.subarray(0, step);
  const decay = fitDecay(encoder);
  const begins = `the decoder begins at step ${step} with the encoder's last state, where ‖∂L/∂h_t‖ is ${power(encoder[step - 1])}`;
  const through = decay === null ? "" : `; through the encoder it ${decaySentence(decay, step, "step")}`;
  return { label: "Bottleneck", text: `${begins}${through}` };
}

/**
 * The gradient of the first state, if the batch or the spec sets one: truncation at the start of the batch drops it.
 */
export function firstState({ state, initialState }: GradientFlow): Finding | undefined {
  if (initialState !== undefined) {
    const norms = initialState.layers.map(({ lnGradientNorm }) => lnGradientNorm);
    const ofCell = initialState.layers.flatMap(({ lnCellGradientNorm }) => lnCellGradientNorm ?? []);
    const cell = ofCell.length === 0 ? "" : `, ∂L/∂c₀ ${power(lnTogether(ofCell))}`;
    const text = `sequences begin with a ${initialState.kind} state; ∂L/∂h₀ is ${power(lnTogether(norms))}${cell}`;
    return { label: "First state", text: `${text}, over the batch` };
  }
  if (state === undefined) return undefined;
  const { h, c } = state.gradient;
  const norms = [h, ...(c === undefined ? [] : [c])].map(({ data, exponent }) => lnTensorNorm(data, exponent));
  const cell = c === undefined ? "" : `, ‖∂L/∂c₀‖ is ${power(norms[1])}`;
  const text = `the batch starts from a state of its own; ‖∂L/∂h₀‖ is ${power(norms[0])}${cell}`;
  return {
    label: "First state",
    text: `${text}. Training that carries only the state from batch to batch drops this gradient`,
  };
}

/** At most this many columns or tokens are named. */
const MOST_NAMES = 3;

/** ∂L/∂x, the end of the path: over the steps, and the columns or tokens with the largest and the smallest gradient. */
export function inputs({ input, data }: GradientFlow): Finding[] {
  if (input === undefined) return [];
  const { lnGradientNorm, lnGain, lnStepNorms, lnColumnNorms, lnTokenNorms } = input;
  const label = "Input";
  if (lnGradientNorm === Number.NEGATIVE_INFINITY) return [{ label, text: "‖∂L/∂x‖ is exactly zero" }];
  const gain = Number.isFinite(lnGain) ? `, which is ${power(lnGain)} times ‖∂L/∂h‖ of the first layer` : "";
  const steps =
    lnStepNorms === undefined || lnStepNorms.length < 2
      ? ""
      : `; it is ${power(lnStepNorms[lnStepNorms.length - 1])} at the last step and ${power(lnStepNorms[0])} at step 0`;
  const columnName = (k: number) => data?.columns.find(({ index }) => index === k)?.name ?? `${k}`;
  return [
    { label, text: `‖∂L/∂x‖ is ${power(lnGradientNorm)}${steps === "" ? "" : " over all steps"}${gain}${steps}` },
    ...extremes("column", lnColumnNorms, columnName),
    ...extremes("token", lnTokenNorms, String),
  ];
}

function extremes(what: string, lnNorms: Float64Array | undefined, nameOf: (index: number) => string): Finding[] {
  if (lnNorms === undefined || lnNorms.length < 2) return [];
  const order = Array.from(lnNorms.keys()).sort((a, b) => lnNorms[b] - lnNorms[a]);
  const some = order.filter((k) => lnNorms[k] > Number.NEGATIVE_INFINITY);
  const named = (indices: readonly number[]) => indices.map((k) => `${nameOf(k)} ${power(lnNorms[k])}`).join(", ");
  const none = lnNorms.length - some.length;
  const rest = none === 0 ? "" : `; ${none} of ${counted(lnNorms.length, what)} get no gradient`;
  const least = some.length > MOST_NAMES ? `; smallest: ${named(some.slice(-MOST_NAMES).reverse())}` : "";
  return [
    { label: "", text: `${what}s with the largest gradient: ${named(some.slice(0, MOST_NAMES))}${least}${rest}` },
  ];
}

/** The number of tokens whose vectors get a gradient from this batch. */
export function tokens({ embedding }: GradientFlow): Finding | undefined {
  if (embedding === undefined) return undefined;
  const { vocabulary, occurring } = embedding;
  const rest = occurring < vocabulary ? "; the vectors of all others get no gradient" : "";
  return { label: "Embedding", text: `${occurring} of ${counted(vocabulary, "token")} occur in the batch${rest}` };
}

/** The gradient at the layers of a stem or a head, the layer nearest the loss first. */
export function denseRun(label: string, layers: readonly DenseFlow[] | undefined): Finding | undefined {
  if (layers === undefined) return undefined;
  const norms = layers
    .map(({ name, lnGradientNorm }) =>
      lnGradientNorm === Number.NEGATIVE_INFINITY
        ? `exactly zero at ${name}`
        : `${power(lnGradientNorm)} at the output of ${name}`,
    )
    .reverse();
  return { label, text: `the gradient's norm is ${norms.join(", ")}` };
}
