import { EvanesceError } from "../errors.ts";
import type { FeedforwardSpec } from "../spec/feedforward.ts";
import { layerWidths, type NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";

/**
 * Refuses a batch, sound in itself, that is not this feed-forward network's.
 *
 * @throws EvanesceError naming the field
 */
export function requireFitting(batch: Batch, spec: FeedforwardSpec, sizes: NetworkSizes): void {
  const { steps, inputSize, outputSize, targets } = batch;
  if (steps !== undefined)
    throw new EvanesceError("batch.steps", "none for a feed-forward network", steps, "give inputs [B, X]");
  if (inputSize !== sizes.inputs) {
    throw new EvanesceError(
      "batch.inputSize",
      `the network's inputs ${sizes.inputs}`,
      inputSize,
      "set network.inputs to the batch's",
    );
  }
  if (targets === undefined) return;
  const outputs = sizes.outputs ?? (layerWidths(spec).at(-1) as number);
  if (outputSize !== undefined && outputSize !== outputs) {
    const rule =
      sizes.outputs === null ? `the last width ${outputs}, as there is no readout` : `the network's outputs ${outputs}`;
    throw new EvanesceError("batch.outputSize", rule, outputSize, "set network.outputs to the batch's");
  }
}
