import { type GradientFlow, lnTogether, type ParameterFlow } from "../../flow/index.ts";
import {
  type ActivationName,
  activationFacts,
  cellActivation,
  lossFacts,
  normalizesActivations,
} from "../../catalogue/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { inGroup, isBias, isOfFirstLayer, isOfReadout } from "../../spec/parameter-groups.ts";
import { hiddenLayerSpec, topSpec } from "../../spec/layers.ts";
import { layerNorms } from "../../spec/norms.ts";
import { measurementsOf } from "../presets/index.ts";
import type { InputColumn } from "../parts/input-columns.ts";
import type { InputReading } from "../parts/input.ts";
import type { PartCause } from "../parts/part.ts";
import type { Bounds, LossReading } from "../parts/loss.ts";
import type { ReadoutReading } from "../parts/readout.ts";
import type { UpdateReading } from "../parts/update.ts";
import { recurrentTensorAtFault } from "./recurrent-tensor-at-fault.ts";
import { gatedLayers, levelsOf } from "./stack-readings.ts";
import { singleSample } from "./tensors-at-fault.ts";
import { type SlopeReference, slopeReference } from "./reference.ts";
import { restingShare } from "./rest.ts";
import type { StateReport } from "../state.ts";
import { THRESHOLDS } from "../thresholds.ts";

/* Takes from a flow the numbers by which the parts are judged. */

/** The first layer of a stem, which reads the inputs in place of the recurrent ones. */
const STEM: readonly string[] = ["stem.0.weight", "stem.0.bias"];

/** The parameters of the first layer: weights and biases apart. */
function firstLayer({ parameters, spec }: GradientFlow): { weights: ParameterFlow[]; biases: ParameterFlow[] } {
  const [own, bias] = [inGroup(spec, isOfFirstLayer), inGroup(spec, isBias)];
  const ofStem = parameters.filter(({ name }) => STEM.includes(name));
  const members = ofStem.length > 0 ? ofStem : parameters.filter(({ name }) => own(name));
  const isBiasName = (name: string) => bias(name) || name === STEM[1];
  return {
    weights: members.filter(({ name }) => !isBiasName(name)),
    biases: members.filter(({ name }) => isBiasName(name)),
  };
}

/** @param lnEntry what a path along cell states loses at its start, in nats; the path reports it */
export function inputReading(flow: GradientFlow, lnEntry = 0): InputReading {
  const { spec, data, entrance, statistics, task } = flow;
  const { weights, biases } = firstLayer(flow);
  const main = weights[0]; // W_ih, or W_0
  const reference = slopeReference(flow);
  const top = biases.reduce<ParameterFlow | undefined>(
    (most, one) => (most === undefined || perEntry(one) > perEntry(most) ? one : most),
    undefined,
  );
  const norms = flow.layers[0]?.lnGradientNorm ?? flow.lnGradientNorm;
  const arrives = (spec.kind === "recurrent" ? norms : norms.subarray(0, 1)).some(
    (ln) => ln > Number.NEGATIVE_INFINITY,
  );
  const scaleFree = normalizesActivations(layerNorms(spec)[0]);
  const columns = columnsOf(flow);
  return {
    layer: firstLayerName(flow),
    activation: reference === null || linearFirst(flow) ? null : { name: reference.name, bounded: reference.bounded },
    lnGradient: weights.length === 0 ? null : lnTogether(weights.map(({ lnGradientNorm }) => lnGradientNorm)),
    lnInputGradient: flow.input?.lnGradientNorm ?? null,
    lnInputGain: flow.input?.lnGain ?? null,
    arrives: arrives && task.loss !== undefined,
    samples: task.batch,
    flat: reference?.bounded === true ? (entrance?.flat ?? null) : null,
    dead: reference?.bounded === false && !linearFirst(flow) ? (statistics?.dead[0] ?? null) : null,
    lnSlope: lnSlopeBeyond(flow, reference),
    silent: entrance?.silent === undefined ? null : Math.max(0, entrance.silent - restingShare(flow)),
    // in a deep network the path reports the samples whose gradient does not arrive
    silentBefore: spec.kind === "recurrent" ? 0 : (flow.quantiles?.silent?.[0] ?? 0),
    columns,
    lnScale: data?.lnScale ?? null,
    constant: data !== undefined && data.rows >= 2 && data.inputs > 0 && data.constant === data.inputs,
    zero: data !== undefined && data.inputs > 0 && data.lnScale === null,
    lnHeard: scaleFree ? null : lnHeardOf(flow, main),
    lnEmbedding: lnEmbeddingOf(flow),
    lnBias: top === undefined ? Number.NEGATIVE_INFINITY : perEntry(top),
    bias: top?.name ?? "a bias",
    weight: main?.name ?? "a weight",
    lnWeight: main?.lnNorm ?? Number.NaN,
    single: singleSample(flow, 0)?.sentence ?? null,
    zeroScale:
      flow.parameters.find(
        ({ name, lnNorm }) =>
          (name === "norms.0.weight" || name === "layers.0.weight_g") && lnNorm === Number.NEGATIVE_INFINITY,
      )?.name ?? null,
    gated: gatedLayers(flow, lnEntry),
    levels: levelsOf(flow, lnEntry),
    silenced: recurrentTensorAtFault(flow),
    loud: entrance?.loud ?? null,
  };
}

/** ln of what the inputs, or the vectors of an embedding, change in a first pre-activation; null if not known. */
function lnHeardOf(flow: GradientFlow, main: ParameterFlow | undefined): number | null {
  const { data, entrance } = flow;
  const lnVectors = lnEmbeddingOf(flow);
  if (lnVectors !== null && main !== undefined) return lnVectors + main.lnNorm - 0.5 * Math.log(main.shape[0]);
  return (data?.rows ?? 0) < 2 ? null : (entrance?.lnHeard ?? null);
}

/** ln of the root mean square of an embedding's entries; null without one. */
function lnEmbeddingOf({ spec, parameters }: GradientFlow): number | null {
  const isOf = inGroup(spec, ({ place }) => place.module === "embedding");
  const found = parameters.find(({ name }) => isOf(name));
  return found === undefined ? null : perEntry(found);
}

function firstLayerName({ spec, stem = [] }: GradientFlow): string {
  if (spec.kind === "feedforward") return "layer 0";
  return stem.length > 0 ? "the stem" : `the ${spec.layers > 1 ? "first " : ""}recurrent layer`;
}

/** ln of the root mean square of an entry. */
const perEntry = ({ lnNorm, shape }: ParameterFlow): number =>
  lnNorm - 0.5 * Math.log(shape.reduce((product, axis) => product * axis, 1));

/** Whether the first layer has no activation, as in a residual network that normalizes first. */
const linearFirst = ({ entrance, spec }: GradientFlow): boolean =>
  spec.kind === "feedforward" && entrance !== undefined && entrance.flat === undefined;

/** By how many nats the entry of the first layer's φ' lies below its reference; null if not known. */
function lnSlopeBeyond({ entrance }: GradientFlow, reference: SlopeReference | null): number | null {
  if (entrance?.lnSlope === undefined || Number.isNaN(entrance.lnSlope) || reference === null || !reference.bounded)
    return null;
  return Math.min(0, entrance.lnSlope - Math.min(reference.lnSlope, reference.lnSteepest));
}

export function columnsOf({ data, entrance }: GradientFlow): InputColumn[] {
  if (data === undefined) return [];
  return data.columns.map(({ index, name, rootMeanSquare, deviation }, c) => ({
    name: name === undefined ? `column ${index}` : `column ${name}`,
    rootMeanSquare,
    deviation,
    lnDrive: entrance?.lnDrive[c] ?? Math.log(rootMeanSquare),
    clock: data.clocks.includes(index),
  }));
}

export function readoutReading(flow: GradientFlow, { state }: StateReport): ReadoutReading {
  const { readoutGain, parameters, task } = flow;
  const weight = parameters.find(({ name }) => name === "readout.weight");
  if (task.loss === "none" || weight === undefined)
    return { lnGain: null, lnWeight: null, lnGradient: null, narrow: null };
  // if the loss sends no gradient, there is no ratio to judge
  const silent = readoutGain === null || Number.isNaN(readoutGain) || state === "converged" || state === "nonfinite";
  return {
    lnGain: silent ? null : readoutGain,
    lnWeight: weight.lnNorm,
    lnGradient: weight.lnGradientNorm,
    narrow: narrowHead(flow),
  };
}

/** The layer of a head that changes the gradient's norm most, beyond a path's threshold; null if none does. */
function narrowHead({ head = [], lnGradientNorm, parameters }: GradientFlow): ReadoutReading["narrow"] {
  const last = lnGradientNorm[lnGradientNorm.length - 1];
  const changes = head.map((one, k) => ({ ...one, below: k === 0 ? last : head[k - 1].lnGradientNorm }));
  const worst = changes
    .map(({ name, lnGradientNorm: at, below, lnGate }) => ({ name, nats: below - at, gate: (lnGate ?? at) - at }))
    .filter(({ nats }) => Math.abs(nats) > THRESHOLDS.gain)
    .sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats))[0];
  if (worst === undefined) return null;
  const [weight, bias] = ["weight", "bias"].map((leaf) =>
    parameters.find(({ name }) => name === `${worst.name}.${leaf}`),
  );
  const isOff = worst.gate < worst.nats / 2 || worst.gate === Number.NEGATIVE_INFINITY;
  const isByBias =
    isOff && bias !== undefined && (weight === undefined || perEntry(bias) > perEntry(weight) + Math.LN2);
  const tensor = (isByBias ? bias : weight)?.name ?? worst.name;
  return { layer: worst.name, nats: worst.nats, isOff, isByBias, tensor };
}

export function lossReading(flow: GradientFlow, report: StateReport, unscaledInput: PartCause | null): LossReading {
  const { loss, data, task } = flow;
  const targets = data?.targets;
  const squared = task.loss === "mse";
  // the variance of only a few targets says nothing about the best constant answer
  const own = squared && targets?.kind === "values" && task.batch >= 8 ? targets.deviation ** 2 : null;
  const total = targets?.kind === "classes" ? targets.counts.reduce((sum, count) => sum + count, 0) : 0;
  const index = targets?.kind === "classes" ? targets.counts.indexOf(Math.max(...targets.counts)) : -1;
  return {
    // the loss reaches the readout, so the loss itself is not blocked
    state: report.state === "no-gradient" && reachesReadout(flow) ? "training" : report.state,
    value: loss,
    linear: task.linearBaseline ?? null,
    usual: usualLoss(flow),
    baseline: report.baseline ?? own,
    targets: targets?.kind === "values" ? targets : null,
    commonest: targets?.kind === "classes" && total >= 20 ? { share: targets.counts[index] / total, index } : null,
    squared,
    range: outputRange(flow),
    unscaledInput,
  };
}

/** What the outputs of a network without a readout lie between; null where nothing bounds them. */
function outputRange({ spec, parameters }: GradientFlow): Bounds | null {
  const ofReadout = inGroup(spec, isOfReadout);
  if (parameters.some(({ name }) => ofReadout(name))) return null;
  const name = lastActivation(spec);
  const range = name === null ? undefined : activationFacts(name).range;
  return range === undefined ? null : { activation: name as string, from: range[0], to: range[1] };
}

/** The activation that nothing follows; null where a sum, a normalization or a gate does. */
function lastActivation(spec: NetworkSpec): ActivationName | null {
  if (spec.kind === "feedforward") {
    const { norm, activation } = hiddenLayerSpec(spec, spec.depth - 1);
    const isLast = spec.residual === "none" && (norm === "none" || spec.normPosition === "before");
    return isLast ? activation : null;
  }
  if (spec.head !== undefined) {
    const { activation } = spec.head;
    return typeof activation === "string" ? activation : (activation.at(-1) ?? null);
  }
  return cellActivation(topSpec(spec));
}

function reachesReadout({ parameters, spec }: GradientFlow): boolean {
  const ofReadout = inGroup(spec, isOfReadout);
  return parameters.some(({ name, lnGradientNorm }) => ofReadout(name) && lnGradientNorm > Number.NEGATIVE_INFINITY);
}

/**
 * The loss of an untrained network with a careful initialization. Cross-entropy: ln Y, because all Y classes are
 * equally likely. Squared error: the variance 1 of the outputs + the mean square of the targets, at most 4 of it,
 * because a network learns such a mean at once.
 */
function usualLoss({ task, data }: GradientFlow): number {
  const undecided = lossFacts(task.loss).undecided?.(Math.max(task.outputs ?? 2, 2));
  if (undecided != null) return undecided;
  const square = data?.targets?.kind === "values" ? data.targets.rootMeanSquare ** 2 : 0;
  return 1 + Math.min(square, 4);
}

export function updateReading(flow: GradientFlow, learningRate: number | undefined): UpdateReading {
  if (learningRate === undefined) return { ratios: [], rate: null };
  const ratios = measurementsOf(flow, learningRate).layers.flatMap(({ name, lnUpdateRatio }) =>
    lnUpdateRatio === undefined ? [] : [{ name, ln: lnUpdateRatio }],
  );
  return { ratios, rate: learningRate };
}
