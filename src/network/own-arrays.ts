import { requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import type { ShapedData } from "../formats/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { type NetworkSizes, recurrentFeatures } from "../spec/parameters.ts";
import { arraysBatch } from "../tasks/array-batch.ts";
import { asTokens, ofTokens } from "../tasks/array-tokens.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import type { LossInput } from "../tasks/loss.ts";
import { withLengths, withMask } from "../tasks/lengths.ts";
import { requireSound } from "../tasks/check.ts";

/**
 * Numbers with a shape: `{ shape, data }`, nested arrays, or flat values whose shape follows from the network and
 * `batch`.
 */
export type OwnArray = ShapedData | Nested | Float32Array | Float64Array | Int32Array;
export type Nested = readonly (number | Nested)[];

/** The caller's own data for one pass. */
export interface OwnArrays {
  /**
   * `[T, B, X]` for a recurrent network, `[B, X]` for a feed-forward one; `[T, B]` tokens, whole numbers, for a network
   * with an embedding.
   */
  readonly inputs: OwnArray;
  /**
   * Real values `[B, Y]`, or `[T, B, Y]` with a loss at every step; an Int32Array or `{ shape, data: Int32Array }`
   * holds class indices, `[B]` or `[T, B]`. Without targets the loss is the sum of the last hidden state, averaged over
   * the batch.
   */
  readonly targets?: OwnArray | undefined;
  /** B, for flat inputs of a recurrent network; default 1. Flat tokens are an Int32Array. */
  readonly batch?: number | undefined;
  /** The loss; default squared error for real targets, cross-entropy for class indices. */
  readonly loss?: LossInput | undefined;
  /**
   * `[B]` the number of steps of each sequence; the steps after them are padding. If left out, all sequences have T
   * steps.
   */
  readonly lengths?: ArrayLike<number> | undefined;
  /** `[T, B]`, instead of lengths: nonzero for steps that count. A sample runs from its first such step to its last. */
  readonly mask?: OwnArray | undefined;
  /** The state with which each sequence begins, `[N, B, H]`: h, and c if the cell has a cell state. Default zero. */
  readonly state?: BatchState | undefined;
}

/**
 * Turns the argument of `network.propagate` into a batch.
 *
 * @throws EvanesceError naming the array whose shape or values do not fit
 */
export function asBatch(input: Batch | OwnArrays, spec: NetworkSpec, sizes: NetworkSizes): Batch {
  const outputs = sizes.outputs ?? (spec.kind === "recurrent" ? recurrentFeatures(spec) : lastWidth(spec.width));
  requireObject("network.propagate", input, "give { inputs, targets } or a task's batch");
  if ("inputSize" in input) {
    requireSound(input, outputs);
    return input;
  }
  requireKnown("network.propagate", input, ["inputs", "targets", "batch", "loss", "lengths", "mask", "state"]);
  const { inputs, targets, batch, loss, lengths, mask, state } = input;
  const X = sizes.inputs;
  const vocabulary = spec.kind === "recurrent" && spec.embedding !== undefined ? X : undefined;
  const given = shapeOf(inputs, "inputs", (count, isWhole) => {
    const rows = count / X;
    if (spec.kind === "feedforward") return [rows, X];
    if (isWhole && vocabulary !== undefined) return [count / (batch ?? 1), batch ?? 1];
    return [rows / (batch ?? 1), batch ?? 1, X];
  });
  const tokens = vocabulary === undefined ? undefined : asTokens(given, vocabulary, "inputs");
  const shaped = tokens ?? given;
  const B = shaped.shape[shaped.shape.length - 2];
  const plain = arraysBatch({
    inputs: shaped,
    targets:
      targets === undefined
        ? undefined
        : shapeOf(targets, "targets", (count, isClasses) => {
            const tail = isClasses ? [] : [outputs];
            const rows = count / (isClasses ? 1 : outputs);
            return rows === B ? [B, ...tail] : [rows / B, B, ...tail];
          }),
    loss,
    ...(targets !== undefined && isClassData(targets) ? { classes: outputs } : {}),
  });
  const whole = tokens === undefined ? plain : ofTokens(plain, X);
  if (lengths !== undefined && mask !== undefined) {
    throw new EvanesceError("network.propagate", "lengths or a mask", "both", "leave one out");
  }
  const begun = state === undefined ? whole : { ...whole, state };
  if (lengths !== undefined) return withLengths(begun, lengths);
  if (mask === undefined) return begun;
  return withMask(
    begun,
    shapeOf(mask, "mask", (count) => [count / B, B]),
  );
}

const lastWidth = (width: number | readonly number[]): number =>
  typeof width === "number" ? width : (width.at(-1) as number);
const isClassData = (array: OwnArray): boolean =>
  array instanceof Int32Array ||
  (typeof array === "object" && array !== null && "data" in array && array.data instanceof Int32Array);

function shapeOf(array: OwnArray, name: string, flat: (count: number, isWhole: boolean) => number[]): ShapedData {
  if (array instanceof Float32Array || array instanceof Float64Array || array instanceof Int32Array) {
    const shape = flat(array.length, array instanceof Int32Array);
    if (!shape.every((axis) => Number.isInteger(axis) && axis > 0)) {
      throw new EvanesceError(
        name,
        "whole axes",
        `${array.length} values as [${shape.join(", ")}]`,
        "give { shape, data }, or the right batch",
      );
    }
    return { shape, data: array };
  }
  if (Array.isArray(array)) return fromNested(array as Nested, name);
  if (typeof array === "object" && array !== null && "shape" in array && "data" in array) return array;
  throw new EvanesceError(
    name,
    "an array, or { shape, data }",
    array,
    name === "inputs"
      ? "give [T, B, X] for a recurrent network, [B, X] for a feed-forward one"
      : "leave it out for none",
  );
}

/** Axes of the largest array a network takes: `[T, B, X]`. */
const MOST_AXES = 3;

/** Nested arrays as row-major float32 values with their shape. */
function fromNested(nested: Nested, name: string): ShapedData {
  const shape: number[] = [];
  for (let level: number | Nested | undefined = nested; Array.isArray(level); level = level[0]) {
    if (shape.length === MOST_AXES) {
      throw new EvanesceError(name, `nested arrays of at most ${MOST_AXES} axes`, "more", "give { shape, data }");
    }
    shape.push(level.length);
  }
  const values: number[] = [];
  const flatten = (level: number | Nested, axis: number): void => {
    const isArray = Array.isArray(level);
    if (isArray !== axis < shape.length || (isArray && level.length !== shape[axis])) {
      throw new EvanesceError(
        name,
        `nested arrays of one shape [${shape.join(", ")}]`,
        level,
        "make every row as long as the first",
      );
    }
    if (isArray) for (const part of level as Nested) flatten(part, axis + 1);
    else values.push(level as number);
  };
  flatten(nested, 0);
  return { shape, data: Float32Array.from(values) };
}
