import type { NetworkSpec } from "../spec/index.ts";
import { elements, type NetworkSizes, type ParameterShape, parameterTable } from "../spec/parameters.ts";

/** The cost of a network. */
export interface Cost {
  /** Number of learned values. */
  readonly parameters: number;
  /** Floating-point operations of one forward and backward pass over a batch, with the gradients of all weights. */
  readonly flops: number;
}

/**
 * Operations of an activation or a gate, forward and backward. This is a rough number, because it matters only for
 * narrow layers.
 */
const PER_UNIT = 20;

/**
 * A matrix W [m, n] costs, for every sample and step, 2mn operations forward (W u), 2mn for ∂L/∂W = δ uᵀ and 2mn for
 * Wᵀ δ. The last is not needed if u is the input of the network:
 *
 *     flops = B Σ_W T_W · 2mn (2 + [u is not the input]) + B Σ_units T · 20
 *
 * T_W is 1 in a deep network and T in a recurrent one; it is 1 for the readout if only the last step has a loss.
 *
 * @param lossSteps number of steps with a loss; 1 if only the last step has one
 */
export function costOf(spec: NetworkSpec, sizes: NetworkSizes, B: number, T = 1, lossSteps = 1): Cost {
  let flops = 0;
  let parameters = 0;
  for (const parameter of parameterTable(spec, sizes)) {
    const count = elements(parameter.shape);
    parameters += count;
    const times = B * (parameter.of === "readout" ? lossSteps : T);
    if (isMatrix(parameter)) flops += times * 2 * count * (readsInput(parameter) ? 2 : 3);
    else if (parameter.role === "bias") flops += times * PER_UNIT * count; // one bias for each unit and gate
  }
  return { parameters, flops };
}

const isMatrix = ({ shape, fanIn }: ParameterShape) => shape.length === 2 && fanIn > 1;

const readsInput = ({ of, layer }: ParameterShape) => layer === 0 && (of === "input" || of === "weight");
