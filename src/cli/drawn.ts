import type { NetworkSpec } from "../spec/index.ts";
import type { Batch, TaskInput } from "../tasks/index.ts";
import type { TaskValues } from "./options/task.ts";

/** A model's sequences are rarely as long as the tasks' 1,000 steps. */
const STEPS = 100;

/**
 * The task of a model that none is named for: inputs N(0, 1) of its width, or tokens; a target that does not depend on
 * them, of its readout's.
 */
export function drawnTask(spec: NetworkSpec, steps: TaskValues["steps"]): TaskInput {
  const { inputs = 1, outputs = 1 } = spec;
  if (spec.kind === "recurrent") {
    const tokens = spec.embedding === undefined ? {} : { tokens: true };
    return { name: "noise", inputs, outputs, steps: steps ?? STEPS, ...tokens };
  }
  if (outputs > 1 || spec.outputs === undefined) return { name: "gaussian", inputs, classes: Math.max(2, outputs) };
  return { name: "teacher", inputs, outputs, hidden: Math.min(16, inputs) };
}

/** The batch without its targets: the loss is then of the last state. */
export function withoutTargets({ targets: _, outputSize: __, baseline: ___, ...batch }: Batch): Batch {
  return { ...batch, loss: "none", lossAt: "last" };
}

/**
 * Whether a batch is drawn for the network: where no data are named, for a model; for a spec with weights only where
 * the default task does not fit it.
 */
export function isDrawn(
  { steps: _, ...sources }: TaskValues,
  spec: NetworkSpec,
  given: "model" | "weights" | undefined,
): boolean {
  if (given === undefined || Object.values(sources).some((value) => value !== undefined)) return false;
  if (given === "model") return true;
  const [inputs, outputs] = spec.kind === "recurrent" ? [2, 1] : [64, 10];
  return (spec.inputs ?? inputs) !== inputs || (spec.outputs ?? outputs) !== outputs;
}

/** What the report says of such a batch. */
export const drawnNote = ({ steps, targets, tokens, inputSize }: Batch): string => {
  if (tokens !== undefined) {
    return `The inputs are drawn, ${steps} tokens below ${inputSize} a sample (--steps): --input X.npy gives your own.`;
  }
  const what = targets === undefined ? "inputs are" : "inputs and targets are";
  return `The ${what} drawn from N(0, 1)${steps === undefined ? "" : `, ${steps} steps (--steps)`}: --input X.npy gives your own.`;
};
