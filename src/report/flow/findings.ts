import { contributionOf, gateTitle } from "../../catalogue/index.ts";
import type { Diagnosis } from "../../diagnosis/index.ts";
import { type DenseFlow, type GradientFlow, lnTensorNorm, lnTogether } from "../../flow/index.ts";
import { passedSteps } from "../../metrics/index.ts";
import { layerSpec, layerSpecs } from "../../spec/layers.ts";
import { counted, percent, power, ratio, significant } from "../../words/numbers.ts";
import type { Finding } from "../kit/finding.ts";
import { LN_FLOAT32_LEAST, LN_FLOAT32_MOST } from "../kit/float32.ts";
import { CLOSELY_EXPONENTIAL, EXPONENTIAL, decaySentence } from "./decay-sentence.ts";
import { halfFindings } from "./half.ts";
import { credit, truncated } from "./truncation.ts";

/** ln of half float32's spacing at 1: a sum is unchanged by what is smaller than this share of it. */
const LN_ROUNDING = -24 * Math.LN2;

/**
 * The share of padding, and its effect if it were run as data: it would lie between the data and the loss.
 */
function padding({ padding: found, task }: GradientFlow): Finding | undefined {
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

/** The gradient of the first state, if the caller gave one: truncation at the start of the batch drops it. */
function firstState({ state, initialState }: GradientFlow): Finding | undefined {
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
  const text = `the batch starts from a state that was given; ‖∂L/∂h₀‖ is ${power(norms[0])}${cell}`;
  return {
    label: "First state",
    text: `${text}. Training that carries only the state from batch to batch drops this gradient`,
  };
}

/** All findings of a flow in words, the most important first. */
export function findings(flow: GradientFlow): Finding[] {
  return [
    nonfinite(flow),
    halfLife(flow),
    range(flow),
    exactZero(flow),
    underflows(flow),
    float32(flow),
    learning(flow),
    ...inputs(flow),
    tokens(flow),
    denseRun("Stem", flow.stem),
    denseRun("Head", flow.head),
    probe(flow),
    padding(flow),
    firstState(flow),
    lastStep(flow),
    truncated(flow),
    credit(flow),
    ...halfFindings(flow),
    samples(flow),
    gates(flow),
    ...activations(flow),
    loss(flow),
  ].filter((finding) => finding !== undefined);
}

const PART_LABELS = { input: "Input", path: "Path", readout: "Readout", loss: "Loss", update: "Update" } as const;

/**
 * The parts other than the path that are at fault, with their evidence, and further remarks about the data.
 */
export const obstacles = ({ parts, data }: Pick<Diagnosis, "parts" | "data">): Finding[] => [
  ...parts
    .filter(({ part, state }) => part !== "path" && state !== "healthy" && state !== "unmeasured")
    .map(({ part, state, evidence }) => ({
      label: PART_LABELS[part],
      text: `${state.replaceAll("-", " ")}: ${evidence}`,
    })),
  ...data.map((text, i) => ({ label: i === 0 ? "Data" : "", text })),
];

const symbolOf = ({ axis }: GradientFlow) => (axis === "step" ? "‖∂L/∂h_t‖" : "‖∂L/∂h_l‖");

function nonfinite({ nonfinite: at }: GradientFlow): Finding | undefined {
  if (at === undefined) return undefined;
  const step = at.step === undefined ? "" : `step ${at.step}, `;
  const layer = at.tensor.startsWith("readout.")
    ? "the readout"
    : `layer ${at.layer}${at.reverse ? " in reverse" : ""}`;
  return { label: "Non-finite", text: `the first NaN or infinity is at ${step}${layer}, in ${at.tensor}` };
}

function halfLife(flow: GradientFlow): Finding | undefined {
  const { decay, axis, lnGradientNorm } = flow;
  if (decay === null) {
    if (flow.outcome === "nonfinite") return undefined;
    return { label: "Decay", text: `fewer than two ${axis}s have a gradient, so no line can be fitted` };
  }
  const mixed = everyStep(flow) ? "; every step adds its own loss, so this does not measure the path" : "";
  return { label: "Half-life", text: `${symbolOf(flow)} ${decaySentence(decay, lnGradientNorm.length, axis)}${mixed}` };
}

const everyStep = ({ task }: GradientFlow) => task.lossAt === "every";

function range(flow: GradientFlow): Finding | undefined {
  const { lnGradientNorm: profile, axis } = flow;
  const last = profile.length - 1;
  if (!Number.isFinite(profile[last]) || !Number.isFinite(profile[0]) || last === 0) return undefined;
  const gain = profile[0] - profile[last];
  const became =
    Math.abs(gain) < 0.05 ? "the same size" : gain < 0 ? `${ratio(gain)} times smaller` : `${ratio(gain)} times larger`;
  return {
    label: "Range",
    text: `the norm of the loss's gradient is ${power(profile[last])} at ${axis} ${last} and ${power(profile[0])} at ${axis} 0: ${became}`,
  };
}

/** What is too small for a float32 where the profile or a gradient does not show it. */
function underflows({ lnGradientNorm, axis, underflow, forwardUnderflow }: GradientFlow): Finding | undefined {
  const texts: string[] = [];
  if (underflow !== undefined && !lnGradientNorm.includes(Number.NEGATIVE_INFINITY)) {
    const what =
      underflow.of === "entries"
        ? "a sample's gradient has entries too small for a float32 beside its largest"
        : "a derivative is too small for all digits of a float32";
    texts.push(`at ${axis} ${underflow.station} ${what}: gradients before it are less exact, or zero`);
  }
  if (forwardUnderflow !== undefined) {
    texts.push(
      `activations are too small for a float32 from ${axis} ${forwardUnderflow.station} on: ` +
        "gradients of the weights that multiply them have few digits, or read as zero",
    );
  }
  return texts.length === 0 ? undefined : { label: "Underflow", text: texts.join("; ") };
}

function exactZero(flow: GradientFlow): Finding | undefined {
  const { lnGradientNorm: profile, axis, underflow } = flow;
  const passed = passedSteps(flow);
  const at = profile.findLastIndex((value, t) => value === Number.NEGATIVE_INFINITY && passed?.[t] !== 1);
  if (at < 0) return undefined;
  const all = at === profile.length - 1;
  const what =
    underflow?.of === "entries"
      ? "only entries too small for a float32 beside the largest are left behind"
      : "a derivative too small for a float32 stands at";
  const why = underflow === undefined ? "" : `; ${what} ${axis} ${underflow.station}`;
  const place = all
    ? `from the loss on`
    : `at ${axis} ${at}, ${counted(profile.length - 1 - at, axis)} before the last`;
  return { label: "Dead", text: `the gradient is exactly zero ${place}${why}` };
}

/** The station from which on a float32 cannot hold the norm. */
function float32({ lnGradientNorm: profile, axis, decay, task }: GradientFlow): Finding | undefined {
  const last = profile.length - 1;
  const start = profile[last];
  const label = "float32";
  const over = profile.findLastIndex((ln) => ln >= LN_FLOAT32_MOST);
  if (over >= 0 && Number.isFinite(profile[over])) {
    return { label, text: `overflows (3.4e38) at ${axis} ${over}, ${counted(last - over, axis)} before the last` };
  }
  const under = profile.findLastIndex((ln) => Number.isFinite(ln) && ln < LN_FLOAT32_LEAST);
  if (under >= 0) {
    return { label, text: `underflows (1.4e-45) at ${axis} ${under}, ${counted(last - under, axis)} before the last` };
  }
  if (decay === null || decay.perStation <= 0 || decay.rSquared < CLOSELY_EXPONENTIAL || task.lossAt === "every") {
    return undefined;
  }
  const distance = Math.round((start - LN_FLOAT32_LEAST) / decay.perStation);
  if (distance > 10 * profile.length) return undefined;
  const text = `can hold every norm here; at this rate it would underflow (1.4e-45) ${counted(distance, axis)} before the last`;
  return { label, text };
}

/**
 * The number of first steps whose part of ∂L/∂W_hh is lost in the rounding of a float32 sum. Together they add at most
 * the sum of their norms (triangle inequality), and this must be below 2^−24 of the norm of the whole gradient.
 */
export function unheardSteps({ contributions, parameters, spec }: GradientFlow): number {
  if (contributions === undefined || spec.kind !== "recurrent" || spec.bidirectional) return 0;
  const perLayer = contributions.map((steps, layer) => {
    const own = `rnn.${contributionOf(layerSpec(spec, layer).cell).parameter}_l${layer}`;
    const whole = parameters.find(({ name }) => name === own)?.lnGradientNorm ?? Number.NaN;
    if (!Number.isFinite(whole)) return 0;
    const budget = Math.exp(LN_ROUNDING);
    let sum = 0; // of the first steps' norms, as a share of the whole
    for (let t = 0; t < steps.length; t++) {
      sum += Math.exp(steps[t] - whole);
      if (!(sum < budget)) return t;
    }
    return steps.length;
  });
  return Math.min(...perLayer);
}

function learning(flow: GradientFlow): Finding | undefined {
  const steps = unheardSteps(flow);
  if (steps < 2) return undefined;
  const symbols =
    flow.spec.kind === "recurrent" ? layerSpecs(flow.spec).map(({ cell }) => contributionOf(cell).symbol) : [];
  const symbol = new Set(symbols).size === 1 ? symbols[0] : "W_hh";
  const whose = flow.layers.length === 1 ? `∂L/∂${symbol}` : `any layer's ∂L/∂${symbol}`;
  return {
    label: "Learning",
    text: `the first ${counted(steps, "step")} add less than float32's rounding error to ${whose}, so nothing is learned from them`,
  };
}

/** At most this many columns or tokens are named. */
const MOST_NAMES = 3;

/** ∂L/∂x, the end of the path: over the steps, and the columns or tokens with the largest and the smallest gradient. */
function inputs({ input, data }: GradientFlow): Finding[] {
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
function tokens({ embedding }: GradientFlow): Finding | undefined {
  if (embedding === undefined) return undefined;
  const { vocabulary, occurring } = embedding;
  const rest = occurring < vocabulary ? "; the vectors of all others get no gradient" : "";
  return { label: "Embedding", text: `${occurring} of ${counted(vocabulary, "token")} occur in the batch${rest}` };
}

/** The gradient at the layers of a stem or a head, the layer nearest the loss first. */
function denseRun(label: string, layers: readonly DenseFlow[] | undefined): Finding | undefined {
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

function probe({ probe: transport, axis, decay, task }: GradientFlow): Finding | undefined {
  if (transport?.decay == null) return undefined;
  const own = transport.decay;
  const agrees =
    decay !== null &&
    task.lossAt !== "every" &&
    Math.min(decay.rSquared, own.rSquared) >= EXPONENTIAL &&
    Math.abs(decay.perStation - own.perStation) <= 0.05 * Math.abs(own.perStation);
  const meaning = agrees ? ". The loss's own gradient does the same, so the reason is the path" : "";
  return {
    label: "Probe",
    text: `a random cotangent ${decaySentence(own, transport.lnGradientNorm.length, axis)}${meaning}`,
  };
}

function lastStep({ lastStep: transport, axis }: GradientFlow): Finding | undefined {
  if (transport?.decay == null) return undefined;
  const text = `the gradient of the last step's loss alone ${decaySentence(transport.decay, transport.lnGradientNorm.length, axis)}`;
  return { label: "Last step", text };
}

function samples({ quantiles, axis, task }: GradientFlow): Finding | undefined {
  if (quantiles === undefined || task.batch < 2) return undefined;
  const { q05, q50, q95 } = quantiles;
  if (!Number.isFinite(q05[0]) || !Number.isFinite(q95[0])) return undefined;
  const last = q05.length - 1;
  const spread = ratio(q95[0] - q05[0]);
  const there = Number.isFinite(q05[last]) ? `; at ${axis} ${last} it is ${ratio(q95[last] - q05[last])}` : "";
  return {
    label: "Samples",
    text: `at ${axis} 0 the median norm of a single sample's gradient is ${power(q50[0])}, and the 95 % quantile is ${spread} times the 5 % quantile${there}`,
  };
}

/** How far the gate that carries the past is open, averaged over the steps, for each layer of a gated cell. */
function gates({ layers, spec }: GradientFlow): Finding | undefined {
  const opened = layers.flatMap(({ gates: gate, suffix }) =>
    gate === undefined ? [] : [{ suffix, mean: mean(gate.forget) }],
  );
  if (opened.length === 0) return undefined;
  const titles = spec.kind === "recurrent" ? layerSpecs(spec).map(({ cell }) => gateTitle(cell)) : [];
  const name = new Set(titles).size === 1 ? titles[0] : "gate on the direct route";
  if (opened.length > 1) {
    const sorted = [...opened].sort((a, b) => a.mean - b.mean);
    const [least, most] = [sorted[0], sorted[sorted.length - 1]].map(({ suffix, mean: open }) => ({
      open: significant(open, 2),
      where: suffix,
    }));
    const range =
      least.open === most.open
        ? `is ${least.open} on average in every layer`
        : `is ${least.open} (${least.where}) to ${most.open} (${most.where}) on average`;
    return { label: "Gates", text: `the ${name} ${range} (1 is open)` };
  }
  const [{ mean: open }] = opened;
  const life = open < 1 ? `; the gate alone keeps a memory for ${significant(1 / (1 - open), 2)} steps` : "";
  return { label: "Gates", text: `the ${name} is ${significant(open, 2)} on average (1 is open)${life}` };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The size of the forward signal, and the share of units where φ is flat. */
function activations({ statistics, axis }: GradientFlow): Finding[] {
  if (statistics === undefined) return [];
  const { variance, saturated, dead } = statistics;
  const last = variance.length - 1;
  const size = `the variance is ${significant(variance[0])} at ${axis} 0 and ${significant(variance[last])} at ${axis} ${last}`;
  const worst = (shares: Float64Array, what: string) => {
    const most = shares.reduce((best, share, s) => (share > shares[best] ? s : best), 0);
    return shares[most] > 0 ? [`up to ${percent(shares[most])} ${what} (${axis} ${most})`] : [];
  };
  const flat = [
    ...worst(saturated, "of the units have φ' below 1 % of its largest value"),
    ...worst(dead, "of the units are off for the whole batch"),
  ];
  const text = [size, ...(flat.length === 0 ? ["no unit is saturated or dead"] : flat)].join("; ");
  return [{ label: "Activations", text }];
}

const LOSS_NAMES: Readonly<Record<string, string>> = {
  mse: "mean squared error",
  cross_entropy: "cross-entropy, nats",
  binary_cross_entropy: "binary cross-entropy, nats",
  hinge: "hinge loss",
};

function loss({ loss: value, task }: GradientFlow): Finding | undefined {
  if (task.loss === "none")
    return { label: "Loss", text: "none; the pass starts from the sum of the last state over H, averaged over B" };
  if (value === null) return undefined;
  const name = LOSS_NAMES[task.loss] ?? task.loss;
  const against = task.baseline === null ? "" : `; the best trivial answer has a loss of ${significant(task.baseline)}`;
  return { label: "Loss", text: `${significant(value)} (${name})${against}` };
}
