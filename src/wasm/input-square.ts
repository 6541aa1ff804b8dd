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

/** Rows summed between two pauses: some milliseconds. */
const PIECE = 100_000;

/**
 * The mean of x² over inputs that are kept as rows `[T, B, X]` in the planned tensor `name`. It adds in the order of
 * `inputSquare`, one sum per sample, so the bits are the same. Pauses between pieces.
 */
export function* rowsSquare(arena: Arena, name: string): Generator<void, number> {
  const [T, B, X] = (arena.plan.tensors.get(name) as PlannedTensor).shape;
  const sums = new Float64Array(B);
  for (let from = 0; from < T * B; from += PIECE) {
    const rows = arena.f32(name);
    for (let row = from; row < Math.min(from + PIECE, T * B); row++) {
      for (let i = row * X; i < (row + 1) * X; i++) sums[row % B] += rows[i] * rows[i];
    }
    yield;
  }
  return sums.reduce((sum, one) => sum + one, 0) / (T * B * X);
}
