import type { GradientFlow, TaskRecord } from "../flow/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import { maskNotes } from "./mask-seeds.ts";

/** The fields of the task's record that the pass knows and the batch does not. */
export type TaskNumbers = Pick<TaskRecord, "steps" | "loss" | "lossAt"> & { readonly inputSquare: number };

export type FlowHead = Pick<GradientFlow, "schema" | "spec" | "seed" | "build" | "task" | "notes">;

/** The first fields of every flow: network, build, task, and notes on the data. */
export function flowHead(
  network: { readonly spec: NetworkSpec; readonly seed: number; readonly sizes: NetworkSizes },
  build: string,
  masks: boolean | number,
  { name, batch, baseline, notes: ofBatch = [], lossOptions, information, linearBaseline }: Batch,
  { steps, inputSquare, loss, lossAt }: TaskNumbers,
): FlowHead {
  const { spec, seed, sizes } = network;
  const notes = [...ofBatch, ...maskNotes(spec, masks)];
  return {
    schema: "evanesce.flow/1",
    spec,
    seed,
    build,
    task: {
      name,
      batch,
      ...(steps === undefined ? {} : { steps }),
      inputs: sizes.inputs,
      inputSquare,
      outputs: sizes.outputs,
      loss,
      ...(lossOptions === undefined ? {} : { lossOptions }),
      ...(lossAt === undefined ? {} : { lossAt }),
      baseline: baseline ?? null,
      ...(linearBaseline === undefined ? {} : { linearBaseline }),
      ...(information === undefined ? {} : { information }),
    },
    ...(notes.length === 0 ? {} : { notes }),
  };
}
