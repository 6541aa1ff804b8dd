/** Networks with a planted fault, and their diagnosis. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Diagnosis, diagnose } from "../../src/diagnosis/index.ts";
import { createNetwork, type Network } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { resolveTask, type TaskInput } from "../../src/tasks/index.ts";

export const caseOf = (name: string) => readFileSync(fileURLToPath(new URL(`../cases/${name}`, import.meta.url)));
export const stateOf = ({ parts }: Diagnosis, name: string) => parts.find(({ part }) => part === name)?.state;

/** A network of a spec, edited, judged on a batch, altered. */
export function judged(
  network: NetworkInput,
  task: TaskInput,
  edit: (network: Network) => void = () => {},
  { batch: B = 16, alter = (batch: Batch) => batch }: { batch?: number; alter?: (batch: Batch) => Batch } = {},
): Diagnosis {
  const batch = alter(resolveTask(task, { batch: B, seed: 1, kind: network.kind as "recurrent" }));
  const made = createNetwork(network, { seed: 1, inputs: batch.inputSize, outputs: batch.outputSize ?? null });
  edit(made);
  const diagnosis = diagnose(made.propagate(batch));
  made.dispose();
  return diagnosis;
}

export const change = ({ parameters }: Network, name: string, value: (old: number, i: number) => number) =>
  parameters.set(name, parameters.get(name).map(value));
export const column = (index: number, factor: number) => (batch: Batch) => ({
  ...batch,
  inputs: batch.inputs.map((value, i) => (i % batch.inputSize === index ? value * factor : value)),
});

export const relu = (depth = 20) =>
  ({ kind: "feedforward", depth, width: 64, activation: "relu", init: { weight: "he_normal" } }) as const;
export const lstm = { kind: "recurrent", cell: "lstm", hidden: 16 } as const;
export const adding = (steps = 20) => ({ name: "adding", steps });
