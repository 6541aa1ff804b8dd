import { isClassLoss, lossFacts } from "../catalogue/index.ts";
import type { Batch } from "./batch.ts";
import type { Loss } from "./loss.ts";

/** The properties that all batches of a task share: everything but their size and their numbers. */
export type BatchFacts = Omit<Batch, "batch" | "inputs" | "tokens" | "targets" | "lengths" | "state" | "firstSample">;

/** The sizes and the loss of a batch. Its pass is planned from them, so it can be refused before a batch is drawn. */
export interface BatchOutline
  extends Pick<
    Batch,
    "name" | "batch" | "steps" | "inputSize" | "outputSize" | "loss" | "lossOptions" | "lossAt" | "decoderSteps"
  > {
  /** Whether sequences have lengths of their own. `steps` is then the longest. */
  readonly padded: boolean;
  /** Whether its inputs are tokens alone, without one-hot rows. */
  readonly tokensOnly: boolean;
}

/** The outline of a batch. Without targets its loss is `none`. */
export function outlineOf(batch: Batch): BatchOutline {
  const { name, batch: B, steps, inputSize, outputSize, inputs, tokens, targets, lengths, loss, lossOptions } = batch;
  const { decoderSteps } = batch;
  return {
    name,
    batch: B,
    ...(steps === undefined ? {} : { steps: lengths === undefined ? steps : longest(lengths) }),
    inputSize,
    ...(outputSize === undefined || targets === undefined ? {} : { outputSize }),
    loss: targets === undefined ? "none" : loss,
    ...(lossOptions === undefined ? {} : { lossOptions }),
    lossAt: batch.lossAt,
    ...(decoderSteps === undefined ? {} : { decoderSteps }),
    padded: lengths !== undefined,
    tokensOnly: tokens !== undefined && inputs.length === 0,
  };
}

/** The outline of a batch of B samples that is not drawn yet. @param lengths `[B]`, if its sequences have their own */
export function outlineOfFacts(
  facts: BatchFacts,
  B: number,
  { tokensOnly = false, lengths }: { readonly tokensOnly?: boolean; readonly lengths?: Int32Array } = {},
): BatchOutline {
  const { name, steps, inputSize, outputSize, loss, lossOptions, lossAt, decoderSteps } = facts;
  return {
    name,
    batch: B,
    ...(steps === undefined ? {} : { steps: lengths === undefined ? steps : longest(lengths) }),
    inputSize,
    ...(outputSize === undefined ? {} : { outputSize }),
    loss,
    ...(lossOptions === undefined ? {} : { lossOptions }),
    lossAt,
    ...(decoderSteps === undefined ? {} : { decoderSteps }),
    padded: lengths !== undefined,
    tokensOnly,
  };
}

/** The outline with a different loss on the same targets. Two classes become one output of binary cross-entropy. */
export function outlineWithLoss(outline: BatchOutline, { name, options }: Loss): BatchOutline {
  const becomesOne = isClassLoss(outline.loss) && lossFacts(name).targets === "probabilities";
  return {
    ...outline,
    loss: name,
    ...(Object.keys(options).length === 0 ? {} : { lossOptions: options }),
    ...(becomesOne && outline.outputSize !== undefined ? { outputSize: 1 } : {}),
  };
}

/** The outline with sequences of these lengths. They are checked when the batch is drawn. */
export function outlineWithLengths(outline: BatchOutline, lengths: ArrayLike<number>): BatchOutline {
  const { steps } = outline;
  if (steps === undefined) return outline;
  const most = longest(lengths);
  return { ...outline, padded: true, steps: most >= 1 && most <= steps ? most : steps };
}

function longest(lengths: ArrayLike<number>): number {
  let most = 0;
  for (let b = 0; b < lengths.length; b++) most = Math.max(most, lengths[b]);
  return most;
}
