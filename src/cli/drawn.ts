import type { NetworkSpec } from "../spec/index.ts";
import type { Batch, TaskInput } from "../tasks/index.ts";
import type { TaskValues } from "./options/task.ts";

/** Default number of steps for a model: its sequences are rarely as long as the 1,000 steps of the tasks. */
const STEPS = 100;

/**
 * The task of a model if the command line names none: inputs from N(0, 1) of the model's width, or tokens, and targets
 * of its readout's width that do not depend on the inputs.
 */
export function drawnTask(spec: NetworkSpec, steps: TaskValues["steps"]): TaskInput {
  const { inputs = 1, outputs = 1 } = spec;
  if (spec.kind === "recurrent") {
    const tokens = spec.embedding === undefined ? {} : { tokens: true };
    const T = steps ?? STEPS;
    const half = spec.decoder === true ? { decoder: Math.floor(Number(T) / 2) } : {};
    return { name: "noise", inputs, outputs, steps: T, ...tokens, ...half };
  }
  if (outputs > 1 || spec.outputs === undefined) return { name: "gaussian", inputs, classes: Math.max(2, outputs) };
  return { name: "teacher", inputs, outputs, hidden: Math.min(16, inputs) };
}

/** The batch without its targets. The loss is then the sum of the last state. */
export function withoutTargets({ targets: _, outputSize: __, baseline: ___, ...batch }: Batch): Batch {
  return { ...batch, loss: "none", lossAt: "last" };
}

/**
 * Whether a batch is drawn for the network. If the command line names no data, a batch is drawn for a model, and for a
 * spec with weights if the default task does not fit it.
 */
export function isDrawn(
  { steps: _, ...sources }: TaskValues,
  spec: NetworkSpec,
  file: "model" | "weights" | undefined,
): boolean {
  if (file === undefined || Object.values(sources).some((value) => value !== undefined)) return false;
  if (file === "model") return true;
  const [inputs, outputs] = spec.kind === "recurrent" ? [2, 1] : [64, 10];
  return (spec.inputs ?? inputs) !== inputs || (spec.outputs ?? outputs) !== outputs;
}

/** The note about such data in the report of a training run or a race. */
export const DRAWN_DATA =
  "The data are drawn, and no target depends on its inputs: --input X.npy --target Y.npy or --csv FILE gives your own.";

/** The note of the report about such a batch. */
export const drawnNote = ({ steps, targets, tokens, inputSize }: Batch): string => {
  if (tokens !== undefined) {
    return `The inputs are ${steps} random tokens below ${inputSize} for each sample (--steps). To use your own data, add --input X.npy.`;
  }
  const what = targets === undefined ? "inputs are" : "inputs and targets are";
  return `The ${what} drawn from N(0, 1)${steps === undefined ? "" : `, ${steps} steps (--steps)`}. To use your own data, add --input X.npy.`;
};
