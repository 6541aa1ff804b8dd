import { createNetwork, type Network } from "../../src/network/create.ts";
import type { Plant } from "./plant.ts";

/** The network of a plant. */
export function networkOf({ spec, seed, sizes, parameters }: Plant): Network {
  const network = createNetwork(spec, { seed, inputs: sizes.inputs, outputs: sizes.outputs });
  for (const [name, values] of parameters) network.parameters.set(name, values);
  return network;
}
