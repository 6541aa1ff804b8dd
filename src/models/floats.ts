import { EvanesceError } from "../base/errors.ts";
import { type NdArray, requireFinite, toFloat32 } from "../formats/array.ts";

/** Whether a tensor can be a weight: weights are floats, counters and positions are whole numbers. */
export const isFloat = ({ dtype }: NdArray): boolean => /^b?float/.test(dtype);

/**
 * A tensor as finite float32 values.
 * @throws EvanesceError naming the first value that is not finite, or a dtype that is not of floats
 */
export function floats(where: string, tensor: NdArray): Float32Array {
  if (!isFloat(tensor)) {
    const remedy = "convert it, e.g. with .float()";
    throw new EvanesceError(where, "a dtype of float32, float64, float16, bfloat16", tensor.dtype, remedy);
  }
  requireFinite(where, tensor.data, tensor.shape);
  return toFloat32(where, tensor);
}

/** The transpose: [rows, columns] becomes [columns, rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  return result;
}

/** Reorders equal blocks of rows: block k of the result is block `order[k]` of `data`. */
export function reordered(data: Float32Array, order: readonly number[]): Float32Array {
  const length = data.length / order.length;
  const result = new Float32Array(data.length);
  order.forEach((from, to) => {
    result.set(data.subarray(from * length, (from + 1) * length), to * length);
  });
  return result;
}
