import { EvanesceError } from "../base/errors.ts";
import { isInteger, type ShapedData } from "../formats/index.ts";
import { list, requireFilled } from "./array-batch.ts";
import type { Batch } from "./batch.ts";

/**
 * Tokens `[T, B]` as one number for each step; undefined for one-hot rows, which a network with an embedding also
 * takes.
 * @throws EvanesceError for a number that is not a token below V
 */
export function asTokens(array: ShapedData, V: number, name: string): ShapedData | undefined {
  const { shape, data } = array;
  const whole = isInteger(array) || array.dtype === "bool";
  if (shape.length === 3 && shape[2] === V && (!whole || V > 1)) return undefined;
  if (shape.length !== 2 && !(shape.length === 3 && shape[2] === 1)) {
    const rule = `tokens [T, B], or one-hot rows [T, B, ${V}], for a network with an embedding`;
    throw new EvanesceError(name, rule, list(shape), "store the tokens as int64 [T, B]");
  }
  requireFilled(name, array);
  const at = data.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < V));
  if (at >= 0) {
    const B = shape[1];
    const remedy = "renumber the tokens, or give the array that belongs to this network";
    throw new EvanesceError(
      `${name}[${Math.floor(at / B)}, ${at % B}]`,
      `a token from 0 to ${V - 1}`,
      data[at],
      remedy,
    );
  }
  return { shape: [shape[0], shape[1], 1], data: Float32Array.from(data), dtype: "float32" };
}

/** Reads a batch with one number for each step as tokens below V. */
export const ofTokens = (batch: Batch, V: number): Batch => ({
  ...batch,
  inputSize: V,
  inputs: new Float32Array(0),
  tokens: Int32Array.from(batch.inputs),
});
