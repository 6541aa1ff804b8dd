import { contributionOf, gateTitle } from "../../catalogue/index.ts";
import type { Diagnosis } from "../../diagnosis/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { firstStack } from "../../spec/decoder.ts";
import { layerSpec, layerSpecs } from "../../spec/layers.ts";
import { counted, percent, power, ratio, significant } from "../../words/numbers.ts";
import type { Finding } from "../kit/finding.ts";
import { EXPONENTIAL, decaySentence } from "./decay-sentence.ts";
import { halfFindings } from "./half.ts";
import { credit, truncated } from "./truncation.ts";
import { LN_ROUNDING, exactZero, float32, nonfinite, range, underflows } from "./range-findings.ts";
import { bottleneck, denseRun, firstState, fromStart, inputs, padding, tokens } from "./end-findings.ts";

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
    fromStart(flow),
    bottleneck(flow),
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

/** The parts other than the path that are at fault, with their evidence, and further remarks about the data. */
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

function halfLife(flow: GradientFlow): Finding | undefined {
  const { decay, axis, lnGradientNorm } = flow;
  if (decay === null) {
    if (flow.outcome === "nonfinite") return undefined;
    return { label: "Decay", text: `fewer than two ${axis}s have a gradient, so no line can be fitted` };
  }
  const whose = flow.bottleneck === undefined ? "" : " of the decoder";
  const mixed = everyStep(flow) ? `; every step${whose} adds its own loss, so this does not measure the path` : "";
  return { label: "Half-life", text: `${symbolOf(flow)} ${decaySentence(decay, lnGradientNorm.length, axis)}${mixed}` };
}

const everyStep = ({ task }: GradientFlow) => task.lossAt === "every";

/**
 * The number of first steps whose part of ∂L/∂W_hh is lost in the rounding of a float32 sum. Together they add at most
 * the sum of their norms (triangle inequality), and this must be below 2^−24 of the norm of the whole gradient.
 */
export function unheardSteps({ contributions, parameters, spec, bottleneck }: GradientFlow): number {
  if (contributions === undefined || spec.kind !== "recurrent" || spec.bidirectional) return 0;
  const perLayer = contributions.map((all, layer) => {
    const steps = all.subarray(0, bottleneck); // of the encoder's weights, if there is an encoder
    const own = `${firstStack(spec)}.${contributionOf(layerSpec(spec, layer).cell).parameter}_l${layer}`;
    const whole = parameters.find(({ name }) => name === own)?.lnGradientNorm ?? Number.NaN;
    if (!Number.isFinite(whole)) return 0;
    const budget = Math.exp(LN_ROUNDING);
    let sum = 0; // the sum of the first steps' norms, as a share of the whole gradient's norm
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
  const atLast = Number.isFinite(q05[last]) ? `; at ${axis} ${last} it is ${ratio(q95[last] - q05[last])}` : "";
  return {
    label: "Samples",
    text: `at ${axis} 0 the median norm of a single sample's gradient is ${power(q50[0])}, and the 95 % quantile is ${spread} times the 5 % quantile${atLast}`,
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
