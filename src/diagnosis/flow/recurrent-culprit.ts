import { cellActivation } from "../../catalogue/index.ts";
import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { firstStack } from "../../spec/decoder.ts";
import { layerSpec } from "../../spec/layers.ts";
import { significant } from "../../words/numbers.ts";
import type { Culprit } from "./culprits.ts";

/**
 * The tensor that turns the units of a recurrent rectifier off. In a = W_ih x + b_ih + W_hh h' + b_hh, h' is not
 * negative, so that the mean of each part can be told from the mean of its tensor. The part that is farthest below zero
 * does it. Null if the values were not measured or no part is below zero.
 */
export function recurrentCulprit(flow: GradientFlow): Culprit | null {
  const { spec, parameters, data } = flow;
  if (spec.kind !== "recurrent") return null;
  for (let level = 0; level < spec.layers; level++) {
    if (cellActivation(layerSpec(spec, level)) === null) continue;
    const named = (leaf: string) => parameters.find(({ name }) => name === `${firstStack(spec)}.${leaf}_l${level}`);
    const columns = data?.columns ?? [];
    const meanInput = columns.reduce((sum, { mean }) => sum + mean / columns.length, 0);
    const found = [
      part(named("bias_ih"), 1),
      part(named("bias_hh"), 1),
      // above the first layer the inputs are rectified outputs, too
      part(named("weight_ih"), level === 0 ? meanInput * columns.length : (named("weight_ih")?.shape[1] ?? 0)),
      part(named("weight_hh"), named("weight_hh")?.shape[1] ?? 0),
    ].filter((one) => one !== null);
    const lowest = found.reduce<(typeof found)[number] | null>((a, b) => (a === null || b.pull < a.pull ? b : a), null);
    if (lowest === null || lowest.pull >= 0) continue;
    const { tensor, mean } = lowest;
    const isBias = tensor.shape.length === 1;
    const sentence = isBias
      ? `${tensor.name} is below zero (mean ${significant(mean)})`
      : `${tensor.name} has a negative mean, ${significant(mean)}`;
    return { factor: "dead-units", tensor: tensor.name, sentence };
  }
  return null;
}

/** The mean of a tensor's part of a pre-activation, for inputs of this sum. */
function part(tensor: ParameterFlow | undefined, inputs: number) {
  if (tensor?.values === undefined) return null;
  return { tensor, mean: tensor.values.mean, pull: tensor.values.mean * inputs };
}
