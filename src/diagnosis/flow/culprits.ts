import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { hiddenLayerSpec } from "../../spec/layers.ts";
import { percent, power, significant } from "../../words/numbers.ts";
import type { CauseName } from "../types.ts";

/** The tensor or input that turns a layer's units off. */
export interface Culprit {
  readonly factor: CauseName;
  readonly tensor?: string;
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
export function culpritOf(flow: GradientFlow, l: number): Culprit | null {
  const { spec, task, data, statistics } = flow;
  if (spec.kind !== "feedforward") return null;
  if (hiddenLayerSpec(spec, l).norm === "batch" && task.batch === 1) {
    const sentence = "batch normalization sees a single sample, and its variance is 0";
    return { factor: "single-sample", sentence };
  }
  if (l === 0 && data !== undefined && data.inputs > 0 && data.lnScale === null) {
    return { factor: "input-zero", sentence: "every input is exactly zero" };
  }
  const named = (name: string) => flow.parameters.find((parameter) => parameter.name === name);
  const weight = named(`layers.${l}.weight`) ?? named(`layers.${l}.weight_v`);
  const [bias, scale, shift] = [`layers.${l}.bias`, `norms.${l}.weight`, `norms.${l}.bias`].map(named);
  for (const tensor of [weight, scale]) {
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
  if (numbers.stableRank !== undefined && numbers.stableRank < ONE) {
    const sentence = `${weight.name} has rank one (stable rank ${significant(numbers.stableRank)})`;
    return { factor: "weights", tensor: weight.name, sentence };
  }
  return null;
}

const zero = ({ name }: ParameterFlow, ofNorm: boolean): Culprit => ({
  factor: ofNorm ? "normalisation" : "weights",
  tensor: name,
  sentence: `${name} is exactly zero`,
});

function low({ name, values }: ParameterFlow, spread: number): Culprit {
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
