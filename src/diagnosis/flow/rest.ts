import type { GradientFlow } from "../../flow/index.ts";
import { inGroup, isBias, isOfReadout } from "../../spec/parameter-groups.ts";
import { slopeReference } from "./reference.ts";

/**
 * The share of samples whose inputs are all zero, in a deep network of rectifiers whose biases are still exactly 0. All
 * pre-activations of such a sample are 0, and there the derivative of a rectifier is 0 by convention. The sample gets a
 * gradient as soon as the other samples have moved a bias, so it does not count as one that the network shuts off.
 */
export function restingShare(flow: GradientFlow): number {
  const { data, parameters, spec } = flow;
  if (spec.kind !== "feedforward" || data?.empty === undefined || slopeReference(flow)?.bounded !== false) return 0;
  const isHiddenBias = inGroup(spec, (parameter) => isBias(parameter) && !isOfReadout(parameter));
  const moved = parameters.some(({ name, lnNorm }) => isHiddenBias(name) && lnNorm > Number.NEGATIVE_INFINITY);
  return moved ? 0 : data.empty;
}
