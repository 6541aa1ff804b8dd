import { EvanesceError } from "../base/errors.ts";
import { hasDecoder } from "../spec/decoder.ts";
import type { FeedforwardSpec } from "../spec/feedforward.ts";
import { layerWidths } from "../spec/layer-blocks.ts";
import { type NetworkSizes, recurrentFeatures } from "../spec/parameters.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { Batch } from "../tasks/batch.ts";
import { type BatchOutline, outlineOf } from "../tasks/outline.ts";

/** X and Y from a batch, for a spec that leaves them out. With the caller's own arrays, no readout is added. */
export function sizesFrom(batch: Batch | BatchOutline): NetworkSizes {
  const { name, inputSize, loss, outputSize } = "inputs" in batch ? outlineOf(batch) : batch;
  return { inputs: inputSize, outputs: loss === "none" || name === "arrays" ? null : (outputSize ?? null) };
}

/**
 * Refuses a valid batch that does not fit this feed-forward network.
 *
 * @throws EvanesceError naming the field
 */
export function requireFittingDepth(batch: BatchOutline, spec: FeedforwardSpec, sizes: NetworkSizes): void {
  const { steps } = batch;
  if (steps !== undefined)
    throw new EvanesceError("batch.steps", "none for a feed-forward network", steps, "give inputs [B, X]");
  const last = layerWidths(spec).at(-1) as number;
  requireSizes(batch, sizes, last, `the last width ${last}, as there is no readout`);
}

/**
 * Refuses a valid batch that does not fit this recurrent network.
 *
 * @throws EvanesceError naming the field
 */
export function requireFittingTime(batch: BatchOutline, spec: RecurrentSpec, sizes: NetworkSizes): void {
  const { steps } = batch;
  if (batch.tokensOnly && spec.embedding === undefined) {
    const rule = "one for a batch of tokens";
    throw new EvanesceError("network.embedding", rule, undefined, "add embedding: { size: 64 }, or give inputs");
  }
  if (spec.pooling !== "last" && batch.lossAt === "every" && batch.loss !== "none") {
    const rule = "last for a loss at every step";
    throw new EvanesceError("network.pooling", rule, spec.pooling, "choose a task with one loss a sequence");
  }
  if (steps === undefined)
    throw new EvanesceError("batch.steps", "a sequence length", undefined, "give inputs [T, B, X]");
  if (spec.embedding?.tied && sizes.outputs !== null && sizes.outputs !== sizes.inputs) {
    const rule = `${sizes.inputs}, the tokens of a tied embedding`;
    throw new EvanesceError("network.outputs", rule, sizes.outputs, "set embedding.tied to false");
  }
  const units = recurrentFeatures(spec);
  requireSizes(batch, sizes, units, `the ${units} units of its last layer, as there is no readout`);
}

/**
 * The decoder's first step; 0 without a decoder.
 *
 * @throws EvanesceError if neither spec nor batch says how many steps the decoder runs, or if no step is left for the
 * encoder
 */
export function bottleneckOf(spec: RecurrentSpec, { steps, decoderSteps: ofBatch }: BatchOutline): number {
  if (!hasDecoder(spec)) return 0;
  const { decoder } = spec;
  const T = steps as number;
  const D = typeof decoder === "number" ? decoder : ofBatch;
  if (D === undefined) {
    const remedy = "set decoder to it (--decoder D), or choose a task that brings it, such as reverse";
    throw new EvanesceError("network.decoder", "the number of the decoder's steps, for this batch", decoder, remedy);
  }
  if (ofBatch !== undefined && D !== ofBatch) {
    throw new EvanesceError("network.decoder", `${ofBatch}, the decoder's steps of this batch`, D, "set it to true");
  }
  if (D >= T) throw noEncoder(`a sequence, ${T}`, D);
  return T - D;
}

/** @throws EvanesceError for a sequence so short that the encoder has no step */
export function requireEncoderSteps({ lengths }: Batch, D: number): void {
  const shortest = lengths?.reduce((least, n) => Math.min(least, n));
  if (shortest !== undefined && D >= shortest) throw noEncoder(`the shortest sequence, ${shortest}`, D);
}

const noEncoder = (of: string, D: number): EvanesceError =>
  new EvanesceError("network.decoder", `fewer than the steps of ${of}`, D, "leave the encoder at least one step");

/**
 * Checks X, and Y where there are targets. Without a readout Y must be `bare`, the units that the targets are compared
 * with.
 */
function requireSizes(
  { inputSize, outputSize, loss }: BatchOutline,
  { inputs, outputs }: NetworkSizes,
  bare: number,
  bareRule: string,
): void {
  if (inputSize !== inputs) {
    throw new EvanesceError(
      "batch.inputSize",
      `the network's inputs ${inputs}`,
      inputSize,
      "set network.inputs to the batch's",
    );
  }
  if (loss === "none" || outputSize === undefined || outputSize === (outputs ?? bare)) return;
  const rule = outputs === null ? bareRule : `the network's outputs ${outputs}`;
  throw new EvanesceError("batch.outputSize", rule, outputSize, "set network.outputs to the batch's");
}
