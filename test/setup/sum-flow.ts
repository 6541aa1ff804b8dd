import type { GradientFlow } from "../../src/flow/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";

/**
 * The flow of the loss Σ h of the last station, without a readout. Every named parameter is set to one number or to a
 * list, all others to zero. `inputs` are ones if left out.
 */
export function sumFlow(
  spec: NetworkInput,
  values: Readonly<Record<string, number | number[]>>,
  { steps, inputs = new Float32Array(steps ?? 1).fill(1) }: { steps?: number; inputs?: Float32Array } = {},
): GradientFlow {
  const network = createNetwork(spec, { outputs: null });
  try {
    for (const name of network.parameters.names) {
      const value = values[name] ?? 0;
      const { length } = network.parameters.get(name);
      network.parameters.set(name, typeof value === "number" ? new Array<number>(length).fill(value) : value);
    }
    return network.propagate(
      steps === undefined
        ? { inputs }
        : { name: "chain", batch: 1, steps, inputSize: 1, inputs, loss: "none", lossAt: "last" },
    );
  } finally {
    network.dispose();
  }
}
