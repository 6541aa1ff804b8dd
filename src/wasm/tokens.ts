import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "../tasks/batch.ts";

/**
 * The tokens `[T, B]` of a batch: its own, or those that its one-hot inputs stand for.
 *
 * @throws EvanesceError for a row of inputs that is not one-hot
 */
export function tokensOf({ tokens, inputs, inputSize: X }: Batch): Int32Array {
  if (tokens !== undefined) return tokens;
  const found = new Int32Array(inputs.length / X);
  for (let row = 0; row < found.length; row++) {
    const numbers = inputs.subarray(row * X, (row + 1) * X);
    const token = numbers.indexOf(1);
    if (token < 0 || numbers.some((value, x) => value !== 0 && x !== token)) {
      const rule = "one-hot rows or tokens, for a network with an embedding";
      throw new EvanesceError(`batch.inputs[${row}]`, rule, Array.from(numbers.slice(0, 4)), "leave embedding out");
    }
    found[row] = token;
  }
  return found;
}
