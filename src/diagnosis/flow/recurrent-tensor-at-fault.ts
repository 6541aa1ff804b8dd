import { cellActivation } from "../../catalogue/index.ts";
import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { firstStack } from "../../spec/decoder.ts";
import { layerSpec, layerSpecs } from "../../spec/layers.ts";
import { type Group, inGroup, isBias } from "../../spec/parameter-groups.ts";
import { significant } from "../../words/numbers.ts";
import type { TensorAtFault } from "./tensors-at-fault.ts";

/**
 * The tensor that turns the units of a recurrent rectifier off. In a = W_ih x + b_ih + W_hh h' + b_hh, h' is not
 * negative, so that the mean of each part can be told from the mean of its tensor. The part that is farthest below zero
 * does it. Null if the values were not measured or no part is below zero.
 */
export function recurrentTensorAtFault(flow: GradientFlow): TensorAtFault | null {
  const { spec, parameters, data } = flow;
  if (spec.kind !== "recurrent") return null;
  const columns = data?.columns ?? [];
  const inputs = columns.reduce((sum, { mean }) => sum + mean, 0);
  const found = Array.from({ length: spec.layers }, (_, level) => {
    if (cellActivation(layerSpec(spec, level)) === null) return [];
    const named = (leaf: string) => parameters.find(({ name }) => name === `${firstStack(spec)}.${leaf}_l${level}`);
    // above the first layer the inputs are rectified outputs, too
    const read = level === 0 ? inputs : (named("weight_ih")?.shape[1] ?? 0);
    return [
      part(named("bias_ih"), 1),
      part(named("bias_hh"), 1),
      part(named("weight_ih"), read),
      part(named("weight_hh"), named("weight_hh")?.shape[1] ?? 0),
    ].filter((one) => one !== null);
  }).flat();
  const lowest = found.reduce<(typeof found)[number] | null>((a, b) => (a === null || b.pull < a.pull ? b : a), null);
  if (lowest === null || lowest.pull >= 0) return null;
  const { tensor, mean } = lowest;
  const what =
    tensor.shape.length === 1
      ? `is below zero (mean ${significant(mean)})`
      : `has a negative mean, ${significant(mean)}`;
  return { factor: "dead-units", tensor: tensor.name, sentence: `${tensor.name} ${what}` };
}

/** A bias of this mean, beside the inputs' part of a pre-activation, turns many units off. */
const SHIFTS = 0.1;

/** The bias below zero that turns units of a recurrent rectifier off at many steps; undefined if there is none. */
export function lowRecurrentBias(flow: GradientFlow): TensorAtFault | undefined {
  const found = recurrentTensorAtFault(flow);
  const tensor = flow.parameters.find(({ name }) => name === found?.tensor);
  return found !== null && tensor?.shape.length === 1 && (tensor.values?.mean ?? 0) <= -SHIFTS ? found : undefined;
}

/** A bounded activation is flat, below a hundredth of its largest slope, from about here on. */
const FLAT_FROM = 3;
/** A row of weights of this norm puts gates and units onto flat ends. */
const LOUD_ROW = 30;

/**
 * The tensor that saturates a recurrent network: a bias that the initialization does not explain, weights far too
 * large, or an embedding that is. Undefined if there is none.
 */
export function recurrentSaturator(flow: GradientFlow): TensorAtFault | undefined {
  const { spec, parameters } = flow;
  if (spec.kind !== "recurrent" || spec.init.biasStd > 0 || spec.norm !== "none") return undefined;
  const largest = (group: Group): { name: string; size: number } | undefined => {
    const isOf = inGroup(spec, group);
    return parameters
      .filter(({ name, lnNorm }) => isOf(name) && Number.isFinite(lnNorm))
      .map(({ name, shape, lnNorm }) => ({ name, size: Math.exp(lnNorm - 0.5 * Math.log(shape[0])) }))
      .sort((a, b) => b.size - a.size)[0];
  };
  const row = (size: number) => `the root mean square of a row is ${significant(size)}`;
  const weights = largest(({ place }) => place.module === "rnn" && MATRICES.includes(place.part));
  const vectors = largest(({ place }) => place.module === "embedding");
  const loudest = (vectors?.size ?? 0) > (weights?.size ?? 0) ? vectors : weights;
  if (loudest !== undefined && loudest.size > LOUD_ROW) {
    const sentence = `${loudest.name} is too large (${row(loudest.size)})`;
    return { factor: "weights", tensor: loudest.name, units: "saturated", sentence };
  }
  const bias = largest((parameter) => parameter.place.module === "rnn" && isBias(parameter));
  const isPlain = layerSpecs(spec).every((own) => cellActivation(own) !== null);
  if (!isPlain || bias === undefined || bias.size < Math.max(FLAT_FROM, 2 * (weights?.size ?? 0))) return undefined;
  const sentence = `${bias.name} is too large (its root mean square is ${significant(bias.size)})`;
  return { factor: "saturation", tensor: bias.name, units: "saturated", sentence };
}

const MATRICES: readonly string[] = ["input", "recurrent"];

/** The mean of a tensor's part of a pre-activation, for inputs of this sum. */
function part(tensor: ParameterFlow | undefined, inputs: number) {
  if (tensor?.values === undefined) return null;
  return { tensor, mean: tensor.values.mean, pull: tensor.values.mean * inputs };
}
