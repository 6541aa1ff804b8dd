import { expect } from "vitest";
import type { Batch } from "../../src/index.ts";
import { createNetwork, type MeasureOptions, type Network } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { resolveTask, type TaskInput } from "../../src/tasks/index.ts";

export interface Case {
  readonly name: string;
  readonly network: NetworkInput;
  readonly task: TaskInput;
  readonly batch: number;
  readonly options?: MeasureOptions;
}

export function make(input: NetworkInput, batch: Batch, memoryLimit?: number): Network {
  const { inputSize: inputs, outputSize: outputs = null } = batch;
  return createNetwork(input, { seed: 3, inputs, outputs, memoryLimit });
}

/** All results of a pass, including gradients. */
const everything = (network: Network, flow: unknown) => ({
  flow,
  gradients: network.parameters.names.map((name) => network.gradients.get(name)),
});

/** Compares the synchronous pass of a new network with its passes over these numbers of workers, bit for bit. */
export async function sameBits(
  { network: input, task, batch: B, options }: Case,
  threads: readonly number[],
  measured: MeasureOptions = {},
): Promise<void> {
  const { kind } = input as { kind: "recurrent" | "feedforward" };
  const batch = resolveTask(task, { batch: B, seed: 3, kind });
  const all = { ...measured, ...options };
  const network = make(input, batch);
  const expected = everything(network, network.propagate(batch, all));
  for (const count of threads) {
    const flow = await network.propagateAsync(batch, { ...all, threads: count });
    expect(everything(network, flow)).toEqual(expected);
  }
  network.dispose();
}
