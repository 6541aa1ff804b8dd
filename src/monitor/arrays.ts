import { EvanesceError } from "../base/errors.ts";
import type { MonitorArray, NestedNumbers } from "./types.ts";

/** A tensor from the caller: row-major numbers, and the length of its last axis if it is known. */
export interface NumberRows {
  readonly data: ArrayLike<number>;
  /** Length of the last axis; null for a flat array. */
  readonly columns: number | null;
}

/** @throws EvanesceError if it is not an array of numbers of one shape */
export function numberRows(where: string, array: MonitorArray): NumberRows {
  if (array instanceof Float32Array || array instanceof Float64Array) return { data: array, columns: null };
  if (!Array.isArray(array)) {
    const remedy =
      "give the tensor's values: tensor.dataSync() in TensorFlow.js, tensor.detach().numpy() rows from Python";
    throw new EvanesceError(where, "a Float32Array, a Float64Array or nested arrays of numbers", array, remedy);
  }
  const shape: number[] = [];
  for (let level: number | NestedNumbers | undefined = array; Array.isArray(level); level = level[0])
    shape.push(level.length);
  const values: number[] = [];
  const flatten = (level: number | NestedNumbers, axis: number): void => {
    const isArray = Array.isArray(level);
    if (isArray !== axis < shape.length || (isArray ? level.length !== shape[axis] : typeof level !== "number")) {
      const rule = `numbers in nested arrays of one shape [${shape.join(", ")}]`;
      throw new EvanesceError(where, rule, level, "make every row as long as the first");
    }
    if (isArray) for (const part of level as NestedNumbers) flatten(part, axis + 1);
    else values.push(level as number);
  };
  flatten(array, 0);
  return { data: values, columns: shape.length > 1 ? shape[shape.length - 1] : null };
}
