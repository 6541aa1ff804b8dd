import { finish } from "../base/time-slicing.ts";
import type { ValueNumbers } from "./types/index.ts";

/** Rounds of power iteration: the error is the squared ratio of the two largest singular values to this power. */
const ROUNDS = 8;

/** How many numbers are read between two pauses: some milliseconds. */
const PART = 1_000_000;

/**
 * Statistics of a parameter's values; for a matrix also its stable rank, ‖W‖_F²/σ_max² (Rudelson and Vershynin 2007),
 * where σ_max comes from a power iteration on WᵀW with a fixed start.
 */
export function valueNumbers(values: ArrayLike<number>, shape: readonly number[]): ValueNumbers {
  return finish(valueNumbersInParts(() => values, shape));
}

/**
 * `valueNumbers` with pauses. @param read returns the values; called again after a pause, because memory may have grown
 */
export function* valueNumbersInParts(
  read: () => ArrayLike<number>,
  shape: readonly number[],
): Generator<void, ValueNumbers> {
  const n = read().length;
  let [sum, square, zeros, negative] = [0, 0, 0, 0];
  for (let from = 0; from < n; from += PART) {
    const values = read();
    for (let i = from; i < Math.min(from + PART, n); i++) {
      const value = values[i];
      sum += value;
      square += value * value;
      if (value === 0) zeros++;
      else if (value < 0) negative++;
    }
    yield;
  }
  const common = {
    mean: sum / n,
    rootMeanSquare: Math.sqrt(square / n),
    zeros: zeros / n,
    negative: negative / n,
  };
  if (shape.length !== 2 || square === 0) return common;
  const largest = yield* largestSquare(read, shape[0], shape[1]);
  return { ...common, stableRank: Math.max(1, square / largest) };
}

function* largestSquare(read: () => ArrayLike<number>, rows: number, columns: number): Generator<void, number> {
  let x = Float64Array.from({ length: columns }, (_, j) => 1 + (j % 7) / 7);
  let largest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const norm = Math.hypot(...x) || 1;
    const next = new Float64Array(columns);
    largest = 0;
    let values = read();
    for (let i = 0, left = PART; i < rows; i++, left -= columns) {
      if (left <= 0) {
        yield;
        values = read();
        left = PART;
      }
      let y = 0;
      for (let j = 0; j < columns; j++) y += values[i * columns + j] * (x[j] / norm);
      largest += y * y;
      for (let j = 0; j < columns; j++) next[j] += values[i * columns + j] * y;
    }
    x = next;
  }
  return largest;
}
