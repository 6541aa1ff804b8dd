import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { activationFacts } from "../../catalogue/index.ts";
import { hiddenLayerSpec } from "../../spec/layers.ts";
import { percent, power, significant } from "../../words/numbers.ts";
import type { CauseName } from "../types.ts";

/** The tensor or input that turns a layer's units off, saturates them, or makes them constant. */
export interface TensorAtFault {
  readonly factor: CauseName;
  readonly tensor?: string | undefined;
  /** Its layer in a deep network, if the fault lies in one layer. */
  readonly layer?: number;
  /** The state of the units in every sample; `off` if absent, `scaled` if only their size is wrong. */
  readonly units?: "saturated" | "constant" | "scaled";
  /** "layers.7.weight is exactly zero". */
  readonly sentence: string;
}

/** A bias or a mean this many times the spread of the pre-activations leaves almost no unit on. */
const OVERWHELMS = 2;
/** A matrix counts as pruned, or as of one sign, if this share of its entries is. */
const MOST = 0.9;
/** With a stable rank below this, all rows of a matrix point in one direction. */
const ONE = 1.5;

/**
 * The tensor that turns the units of layer l off: it is exactly zero, pruned, of one sign or of rank one; or a bias far
 * below zero, or a batch normalization over a single sample. Inputs that are all zero count too. Null if the values
 * were not measured or do not explain it.
 */
export function tensorAtFault(flow: GradientFlow, l: number): TensorAtFault | null {
  const { spec, data, statistics } = flow;
  if (spec.kind !== "feedforward") return null;
  const single = singleSample(flow, l);
  if (single !== null) return single;
  if (l === 0 && data !== undefined && data.inputs > 0 && data.lnScale === null) {
    return { factor: "input-zero", sentence: "every input is exactly zero" };
  }
  const named = (name: string) => flow.parameters.find((parameter) => parameter.name === name);
  const weight = named(`layers.${l}.weight`) ?? named(`layers.${l}.weight_v`);
  const [bias, scale, shift] = [`layers.${l}.bias`, `norms.${l}.weight`, `norms.${l}.bias`].map(named);
  for (const tensor of [weight, scale, named(`layers.${l}.weight_g`)]) {
    if (tensor?.lnNorm === Number.NEGATIVE_INFINITY) return zero(tensor, tensor === scale);
  }
  const rows = before(flow, l);
  const numbers = weight?.values;
  if (weight === undefined || numbers === undefined || statistics === undefined) return null;
  const columns = weight.shape[1];
  const spread =
    scale === undefined ? numbers.rootMeanSquare * Math.sqrt(columns) * rows.rootMeanSquare : perEntry(scale);
  for (const tensor of [bias, shift]) {
    if (tensor?.values !== undefined && tensor.values.mean < -OVERWHELMS * spread) return low(tensor, spread);
  }
  if (numbers.zeros >= MOST) {
    const sentence = `${percent(numbers.zeros)} of ${weight.name} are exactly zero`;
    return { factor: "weights", tensor: weight.name, sentence };
  }
  const pull = numbers.mean * columns * rows.mean;
  if (pull < -OVERWHELMS * deviation(numbers) * Math.sqrt(columns) * rows.rootMeanSquare) {
    const share = percent(numbers.negative);
    const sentence = `${weight.name} has a negative mean, ${significant(numbers.mean)} (${share} of its entries are negative), while its inputs are not negative`;
    return { factor: "weights", tensor: weight.name, sentence };
  }
  const { activation } = hiddenLayerSpec(spec, l);
  const [, top] = activationFacts(activation).range ?? [];
  const size = Math.hypot(pull, spread);
  if (top !== undefined && size > OVERWHELMS * top) {
    const sentence = `${weight.name} is too large: a pre-activation is about ${significant(size)}, and ${activation} is flat above ${top}`;
    return { factor: "weights", tensor: weight.name, units: "saturated", sentence };
  }
  if (numbers.stableRank !== undefined && numbers.stableRank < ONE) {
    const sentence = `${weight.name} has rank one (stable rank ${significant(numbers.stableRank)})`;
    return { factor: "weights", tensor: weight.name, sentence };
  }
  return null;
}

/** The fault of a batch normalization in layer l that sees one sample; null if it sees more, or if there is none. */
export function singleSample({ spec, task }: GradientFlow, l: number): TensorAtFault | null {
  if (spec.kind !== "feedforward" || task.batch !== 1 || hiddenLayerSpec(spec, l).norm !== "batch") return null;
  const sentence = "batch normalization sees a single sample, and its variance is 0";
  return { factor: "single-sample", units: "constant", sentence };
}

/** A bounded activation is flat, below a hundredth of its largest slope, from about here on (tanh from 3, σ from 6). */
const FLAT_FROM = 3;

/** The bias or weights that saturate layer l of a bounded activation; null if neither is large enough. */
export function saturatorOf(flow: GradientFlow, l: number): TensorAtFault | null {
  const { spec, parameters, statistics } = flow;
  if (spec.kind !== "feedforward" || statistics === undefined || hiddenLayerSpec(spec, l).norm !== "none") return null;
  const named = (name: string) => parameters.find((parameter) => parameter.name === name);
  const [weight, bias] = [named(`layers.${l}.weight`), named(`layers.${l}.bias`)];
  if (weight === undefined) return null;
  const spread = spreadOf(flow, l, weight);
  const common = { factor: "saturation", units: "saturated" } as const;
  if (bias !== undefined && perEntry(bias) > Math.max(OVERWHELMS * spread, FLAT_FROM)) {
    const size = `its root mean square is ${significant(perEntry(bias))}, and that of the inputs' part is ${power(Math.log(spread))}`;
    return { ...common, tensor: bias.name, sentence: `${bias.name} is too large (${size})` };
  }
  if (spread <= OVERWHELMS * FLAT_FROM) return null;
  const sentence = `${weight.name} is too large: the inputs' part of a pre-activation is ${power(Math.log(spread))}`;
  return { ...common, tensor: weight.name, sentence };
}

/** Root mean square of the inputs' part of layer l's pre-activations. */
const spreadOf = (flow: GradientFlow, l: number, weight: ParameterFlow): number =>
  perEntry(weight) * Math.sqrt(weight.shape[1]) * before(flow, l).rootMeanSquare;

/**
 * The one bias that turns units of a rectifier off for some samples: it is as large as the inputs' part of the
 * pre-activations, and more than twice as large, beside it, as that of any other layer. Null if there is none.
 */
export function lowestBias(flow: GradientFlow): TensorAtFault | null {
  const { spec, parameters, statistics, lnGradientNorm } = flow;
  if (spec.kind !== "feedforward" || statistics === undefined) return null;
  const ranked = Array.from(lnGradientNorm, (_, l) => {
    const [weight, bias] = [`layers.${l}.weight`, `layers.${l}.bias`].map((name) =>
      parameters.find((parameter) => parameter.name === name),
    );
    if (weight === undefined || bias === undefined || hiddenLayerSpec(spec, l).norm !== "none") return null;
    const spread = spreadOf(flow, l, weight);
    return { l, bias, spread, ratio: spread > 0 ? perEntry(bias) / spread : 0 };
  })
    .filter((one) => one !== null)
    .sort((a, b) => b.ratio - a.ratio);
  const [first, second] = ranked;
  if (first === undefined || first.ratio < 1 || first.ratio < 2 * (second?.ratio ?? 0)) return null;
  const { name } = first.bias;
  const sentence = `${name} is as large as the inputs' part of the pre-activations (root mean squares ${significant(perEntry(first.bias))} and ${power(Math.log(first.spread))})`;
  return { factor: "dead-units", tensor: name, layer: first.l, sentence };
}

/** The matrix before station `at` that is exactly zero, so that nothing passes it; null if there is none. */
export function zeroMatrix({ spec, parameters }: GradientFlow, at: number): TensorAtFault | null {
  const names = spec.kind === "feedforward" ? [`layers.${at}.weight`, `layers.${at}.weight_g`] : ["rnn.weight_hh_l0"];
  const found = parameters.find(({ name, lnNorm }) => names.includes(name) && lnNorm === Number.NEGATIVE_INFINITY);
  return found === undefined ? null : { ...zero(found, false), units: "constant" };
}

const zero = ({ name }: ParameterFlow, ofNorm: boolean): TensorAtFault => ({
  factor: ofNorm ? "normalisation" : "weights",
  tensor: name,
  sentence: `${name} is exactly zero`,
});

function low({ name, values }: ParameterFlow, spread: number): TensorAtFault {
  const mean = significant(values?.mean ?? Number.NaN);
  const sentence = `${name} is far below zero (mean ${mean}; the pre-activations spread by ${power(Math.log(spread))})`;
  return { factor: "dead-units", tensor: name, sentence };
}

const deviation = ({ mean, rootMeanSquare }: { mean: number; rootMeanSquare: number }): number =>
  Math.sqrt(Math.max(rootMeanSquare ** 2 - mean ** 2, 0));

/** Root mean square of an entry. */
const perEntry = ({ lnNorm, shape }: ParameterFlow): number =>
  Math.exp(lnNorm - 0.5 * Math.log(shape.reduce((product, axis) => product * axis, 1)));

/** The values that layer l reads: their mean and root mean square over batch and units. */
function before({ statistics, data }: GradientFlow, l: number): { mean: number; rootMeanSquare: number } {
  if (l > 0 && statistics !== undefined) {
    const [mean, variance] = [statistics.mean[l - 1], statistics.variance[l - 1]];
    return { mean, rootMeanSquare: Math.sqrt(variance + mean * mean) };
  }
  const columns = data?.columns ?? [];
  const count = Math.max(columns.length, 1);
  const square = columns.reduce((sum, { rootMeanSquare }) => sum + rootMeanSquare ** 2 / count, 0);
  return { mean: columns.reduce((sum, one) => sum + one.mean / count, 0), rootMeanSquare: Math.sqrt(square) };
}
