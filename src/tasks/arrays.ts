import { LOSSES } from "../catalogue/index.ts";
import { EvanesceError } from "../base/errors.ts";
import { readNpy, type ShapedData } from "../formats/index.ts";
import { arraysBatch } from "./array-batch.ts";
import type { Batch } from "./batch.ts";
import { withLengths, withMask } from "./lengths.ts";
import { type LossInput, parseLoss } from "./loss.ts";
import { asTokens, ofTokens } from "./array-tokens.ts";
import { layOut } from "./array-layout.ts";
import type { DataSet } from "./dataset.ts";
import { outlineOf } from "./outline.ts";
import { type Field, fileName, flag, maybe, oneOf } from "../base/option-fields.ts";
import { defineTask } from "./task.ts";

const isArray = (input: unknown): Uint8Array | ShapedData | undefined => {
  if (input instanceof Uint8Array) return input;
  const { shape, data } = (input ?? {}) as Partial<ShapedData>;
  const numeric = ArrayBuffer.isView(data) && !(data instanceof DataView) && typeof data[0] !== "bigint";
  return Array.isArray(shape) && numeric ? (input as ShapedData) : undefined;
};
const ARRAY = "an .npy file's bytes, or an object of shape (whole numbers) and data (a typed array)";
const read = (source: Uint8Array | ShapedData, name: string) =>
  source instanceof Uint8Array ? readNpy(source, name) : source;

const count = (describe: string) =>
  maybe("a whole number ≥ 1", describe, (input) =>
    Number.isInteger(input) && (input as number) >= 1 ? (input as number) : undefined,
  );

/**
 * The caller's own arrays. One pass takes all samples and ignores the batch size and the seed. A training run with a
 * smaller batch splits them like other data.
 */
export const arrays = defineTask({
  name: "arrays",
  aliases: ["npy", "array"],
  kind: "either",
  summary: "your own inputs and targets, as arrays or .npy files",
  source: "the caller",
  baseline:
    "of the best constant answer on these targets: their variance (squared error), the entropy of the class frequencies (cross-entropy); unknown for hinge",
  options: {
    inputs: {
      type: ARRAY,
      describe: "[T, B, X] for a recurrent, [B, X] for a feed-forward network",
      accept: isArray,
    } satisfies Field<Uint8Array | ShapedData>,
    targets: maybe(ARRAY, "real [B, Y] or [T, B, Y], or whole numbers, class indices, [B] or [T, B]", isArray),
    loss: maybe(
      `one of ${LOSSES.join(", ")}, or an object of a name and its options`,
      "the loss; squared error for real targets, cross-entropy for classes",
      (input): LossInput => parseLoss(input as LossInput) && (input as LossInput),
    ),
    kind: oneOf(
      ["recurrent", "feedforward"],
      "the kind of the network; by default it follows from the axes of the inputs",
    ),
    lengths: maybe(ARRAY, "steps of each sample, whole numbers [B], or a mask [T, B] of the steps that count", isArray),
    lengthsFile: fileName(),
    batchFirst: { ...flag("sequences are [B, T, X]", false), alias: ["batch-first", "batch_first"] },
    classes: count("number of classes C; by default one more than the largest class index"),
    inputSize: count("X of the network, to check the inputs"),
    outputs: count("Y of the network; if it is 1, whole numbers are the 0 and 1 of a binary cross-entropy"),
    tokens: count("number of tokens V of a network with an embedding; whole numbers [T, B] are then tokens below V"),
    inputsFile: fileName(),
    targetsFile: fileName(),
  },
  prepare: ({
    inputs,
    targets,
    loss,
    classes,
    inputsFile,
    targetsFile,
    lengths,
    lengthsFile,
    tokens: V,
    ...layout
  }) => {
    const { batchFirst, kind, outputs } = layout;
    const names = { inputs: inputsFile ?? "task.inputs", targets: targetsFile ?? "task.targets" };
    const array = read(inputs, names.inputs);
    const tokens = V === undefined ? undefined : asTokens(array, V, names.inputs);
    const inputSize = tokens === undefined ? (layout.inputSize ?? V) : undefined;
    const { notes, ...laid } = layOut(
      tokens ?? array,
      targets === undefined ? undefined : read(targets, names.targets),
      { loss, batchFirst, kind, inputSize, outputs },
      names,
    );
    const plain = arraysBatch({ ...laid, classes, inputsName: names.inputs, targetsName: names.targets });
    const whole = tokens === undefined || V === undefined ? plain : ofTokens(plain, V);
    const batch = lengths === undefined ? whole : ownSteps(whole, lengths, lengthsFile ?? "task.lengths");
    const all = notes.length === 0 ? batch : { ...batch, notes };
    return { draw: () => all, outline: () => outlineOf(all), data: samplesOf(all, names.inputs) };
  },
});

/** A batch whose samples have these numbers of steps, or the steps that a mask selects. */
function ownSteps(batch: Batch, lengths: Uint8Array | ShapedData, name: string): Batch {
  if (batch.steps === undefined) {
    throw new EvanesceError(name, "none for a feed-forward network", "lengths", "leave them out");
  }
  const array = read(lengths, name);
  if (array.shape.length === 2) return withMask(batch, array, name);
  return withLengths(batch, Array.from(array.data as ArrayLike<number>), name);
}

/** The samples of a batch as examples, from which smaller batches can be made. */
function samplesOf(whole: Batch, name: string): DataSet {
  const { batch: B, steps, inputs, tokens, targets, lengths, lossAt } = whole;
  const T = steps ?? 1;
  const batch = (indices: ArrayLike<number>): Batch => ({
    ...whole,
    batch: indices.length,
    inputs: picked(inputs, T, B, indices),
    ...(tokens === undefined ? {} : { tokens: picked(tokens, T, B, indices) }),
    ...(lengths === undefined ? {} : { lengths: picked(lengths, 1, B, indices) }),
    ...(targets === undefined ? {} : { targets: picked(targets, lossAt === "every" ? T : 1, B, indices) }),
  });
  const outline = ({ length }: ArrayLike<number>) => ({ ...outlineOf(whole), batch: length });
  return { size: B, span: 1, name, whole, batch, outline };
}

/** The columns `of` of `values`, `[rows, B, …]`. */
function picked<Values extends Float32Array | Int32Array>(
  values: Values,
  rows: number,
  B: number,
  of: ArrayLike<number>,
): Values {
  const width = values.length / (rows * B);
  const length = rows * of.length * width;
  const result = values instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < of.length; b++) {
      const from = (row * B + of[b]) * width;
      result.set(values.subarray(from, from + width), (row * of.length + b) * width);
    }
  }
  return result as Values;
}
