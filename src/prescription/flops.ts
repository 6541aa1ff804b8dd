import type { NetworkSpec } from "../spec/index.ts";
import { elements, type NetworkSizes, type ParameterShape, parameterTable } from "../spec/parameters.ts";

/** What a network costs. */
export interface Cost {
  /** Numbers it learns. */
  readonly parameters: number;
  /** Floating-point operations of one forward and backward pass over one batch, every weight's gradient included. */
  readonly flops: number;
}

/**
 * An activation or a gate with its derivative, there and back: a rough price, since it matters only where layers are
 * narrow.
 */
const PER_UNIT = 20;

/**
 * A matrix W [m, n] costs, for every sample and step that passes it, 2mn forward (W u), 2mn for ∂L/∂W = δ uᵀ and 2mn
 * for Wᵀ δ, the last not where u is the network's own input:
 *
 *     flops = B Σ_W T_W · 2mn (2 + [u is not the input]) + B Σ_units T · 20
 *
 * T_W is 1 in a deep network; in a recurrent one T, but for the readout 1 where only the last step has a loss.
 *
 * @param lossSteps steps that have a loss, 1 where only the last has
 */
export function costOf(spec: NetworkSpec, sizes: NetworkSizes, B: number, T = 1, lossSteps = 1): Cost {
  let flops = 0;
  let parameters = 0;
  for (const parameter of parameterTable(spec, sizes)) {
    const count = elements(parameter.shape);
    parameters += count;
    const times = B * (parameter.of === "readout" ? lossSteps : T);
    if (isMatrix(parameter)) flops += times * 2 * count * (readsInput(parameter) ? 2 : 3);
    else if (parameter.role === "bias") flops += times * PER_UNIT * count; // one bias a unit and gate
  }
  return { parameters, flops };
}

const isMatrix = ({ shape, fanIn }: ParameterShape) => shape.length === 2 && fanIn > 1;

const readsInput = ({ of, layer }: ParameterShape) => layer === 0 && (of === "input" || of === "weight");
