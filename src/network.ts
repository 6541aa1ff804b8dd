import { EvanesceError } from "./errors.ts";
import { FeedforwardNetwork } from "./network/feedforward.ts";
import { RecurrentNetwork } from "./network/recurrent.ts";
import type { Network, NetworkOptions } from "./network/types.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "./spec/index.ts";
import type { NetworkSizes } from "./spec/parameters.ts";

export type { OwnArrays } from "./network/ownArrays.ts";
export type { GradientStore, MeasureOptions, Network, NetworkOptions, ParameterStore } from "./network/types.ts";

/**
 * Brings a spec to life: parameters initialised from the seed, memory taken at the first pass.
 * @throws EvanesceError naming the field that breaks a rule
 */
export function createNetwork(input: NetworkInput, options: NetworkOptions = {}): Network {
  const spec = parseSpec(input);
  const sizes = resolveSizes(spec, options);
  return spec.kind === "recurrent"
    ? new RecurrentNetwork(spec, sizes, options)
    : new FeedforwardNetwork(spec, sizes, options);
}

function resolveSizes(spec: NetworkSpec, options: NetworkOptions): NetworkSizes {
  const inputs = spec.inputs ?? options.inputs;
  if (inputs === undefined) {
    throw new EvanesceError("network.inputs", "a whole number ≥ 1", undefined, "set inputs, or take them from a task");
  }
  return { inputs, outputs: spec.outputs ?? options.outputs ?? null };
}
