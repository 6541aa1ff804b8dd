import { EvanesceError } from "../errors.ts";
import type { FeedforwardSpec } from "../spec/feedforward.ts";
import { layerWidths, type NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";

/**
 * Refuses a batch a feed-forward network cannot read: the core trusts every size and index.
 *
 * @throws EvanesceError naming the field
 */
export function requireFitting(batch: Batch, spec: FeedforwardSpec, sizes: NetworkSizes): void {
  const { batch: B, steps, inputSize, inputs, outputSize, targets } = batch;
  if (steps !== undefined)
    throw new EvanesceError("batch.steps", "none for a feed-forward network", steps, "give inputs [B, X]");
  if (!Number.isInteger(B) || B < 1) {
    throw new EvanesceError("batch.batch", "a whole number ≥ 1", B, "give at least one sample");
  }
  if (inputSize !== sizes.inputs) {
    throw new EvanesceError(
      "batch.inputSize",
      `the network's inputs ${sizes.inputs}`,
      inputSize,
      "set network.inputs to the batch's",
    );
  }
  requireLength("batch.inputs", inputs, B * inputSize, `[${B}, ${inputSize}]`);
  if (targets === undefined) return;
  const outputs = sizes.outputs ?? (layerWidths(spec).at(-1) as number);
  if (outputSize !== undefined && outputSize !== outputs) {
    const rule =
      sizes.outputs === null ? `the last width ${outputs}, as there is no readout` : `the network's outputs ${outputs}`;
    throw new EvanesceError("batch.outputSize", rule, outputSize, "set network.outputs to the batch's");
  }
  requireTargets(batch, targets, outputs);
}

/** Class indices [B] for cross-entropy and hinge, real values [B, Y] for the others. */
function requireTargets({ batch: B, loss }: Batch, targets: Float32Array | Int32Array, Y: number): void {
  if (loss === "none") return;
  const isClass = loss === "cross_entropy" || loss === "hinge";
  if (isClass !== targets instanceof Int32Array) {
    const rule = isClass ? `an Int32Array of class indices for ${loss}` : `a Float32Array for ${loss}`;
    throw new EvanesceError("batch.targets", rule, targets, "choose the loss that fits them");
  }
  if (isClass) requireLength("batch.targets", targets, B, `[${B}]`);
  else requireLength("batch.targets", targets, B * Y, `[${B}, ${Y}]`);
  if (!isClass) return;
  const wrong = targets.findIndex((index: number) => index < 0 || index >= Y);
  if (wrong < 0) return;
  throw new EvanesceError(
    `batch.targets[${wrong}]`,
    `a class index from 0 to ${Y - 1}`,
    targets[wrong],
    "number the classes from 0, or give the network more outputs",
  );
}

function requireLength(where: string, { length }: ArrayLike<number>, count: number, shape: string): void {
  if (length === count) return;
  throw new EvanesceError(where, `${count} values, ${shape} row-major`, length, "give every value");
}
