/*
 * The handling of dense layers that both kinds of network share.
 */
import { EvanesceError } from "../../base/errors.ts";
import { NORM_EPSILON } from "../../catalogue/index.ts";
import type { DensePart, NormPart } from "../parts.ts";

/** A layer's parameters under `name`; with weight norm as g and v. */
export function denseParameters(part: DensePart, name: string, weightNorm = false): Record<string, Float32Array> {
  const bias = part.bias === undefined ? {} : { [`${name}.bias`]: part.bias };
  if (weightNorm && part.scale !== undefined) {
    return { [`${name}.weight_g`]: part.scale, [`${name}.weight_v`]: part.weight, ...bias };
  }
  return { [`${name}.weight`]: part.scale === undefined ? part.weight : joined(part, part.scale), ...bias };
}

/** W = γ v / ‖v‖, row by row (Salimans and Kingma 2016, equation 2). */
function joined({ weight, inputs, outputs }: DensePart, scale: Float32Array): Float32Array {
  const result = new Float32Array(weight.length);
  for (let i = 0; i < outputs; i++) {
    const row = weight.subarray(i * inputs, (i + 1) * inputs);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let j = 0; j < inputs; j++) result[i * inputs + j] = (scale[i] * row[j]) / norm;
  }
  return result;
}

/** Whether a loss on logits includes this activation of an output. */
export const isLossActivation = (activation: string): boolean =>
  ["sigmoid", "softmax", "log_softmax", "log_sigmoid", "identity"].includes(activation);

export const lossNote = (activation: string): string =>
  activation === "identity"
    ? "The output is linear."
    : `The ${activation} at the output is left to the loss, which takes logits.`;

/** The ε of these norms as a key of the spec, if it is not 1e-5. @throws EvanesceError where they differ */
export function epsilonOf(norms: readonly NormPart[], file: string): { readonly normEpsilon?: number } {
  const [first = NORM_EPSILON, ...others] = norms.map(({ eps = NORM_EPSILON }) => eps);
  const other = others.findIndex((each) => each !== first) + 1;
  if (other > 0) {
    const remedy = "name a part whose norms agree: --part NAME";
    throw new EvanesceError(
      `${file}: ${norms[other].name}`,
      `ε = ${first}, as ${norms[0].name} has`,
      others[other - 1],
      remedy,
    );
  }
  return first === NORM_EPSILON ? {} : { normEpsilon: first };
}
