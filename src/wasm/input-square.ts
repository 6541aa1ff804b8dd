import type { Arena } from "./engine.ts";

/**
 * The mean of x² over the inputs of a batch, which theory needs. Pauses between panels.
 *
 * @param at   where the first panel begins, and how many bytes it is to the next
 * @param rows of a panel [rows][8]: X, or T · X
 * @param B    samples
 */
export function* inputSquare(
  { core }: Arena,
  at: { readonly address: number; readonly stride: number },
  rows: number,
  B: number,
): Generator<void, number> {
  let sum = 0;
  for (let p = 0; p * 8 < B; p++) {
    sum += core.sampleSquareSum(at.address + p * at.stride, rows, Math.min(8, B - p * 8));
    yield;
  }
  return rows === 0 ? 0 : sum / (B * rows);
}
