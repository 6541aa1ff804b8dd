import type { Arena } from "./engine.ts";
import type { PlannedTensor } from "./plan.ts";

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

/** Numbers summed at once: some milliseconds. */
const PIECE = 2 ** 21;

/** The mean of x² over inputs that are kept row by row, in the planned tensor `name`. Pauses between pieces. */
export function* rowsSquare(arena: Arena, name: string): Generator<void, number> {
  const count = (arena.plan.tensors.get(name) as PlannedTensor).bytes / 4;
  let sum = 0;
  for (let i = 0; i < count; i += PIECE) {
    sum += arena.core.squareSum(arena.address(name) + i * 4, Math.min(PIECE, count - i));
    yield;
  }
  return sum / count;
}
