import { finish } from "../base/time-slicing.ts";
import { sumUnit, type TensorSums } from "../wasm/scaled.ts";

/**
 * Logarithms of norms kept as squares and binary exponents: the true square is `square · 4^exponent`. No number here
 * leaves float64's range, even if the norms do.
 */
const LN2 = Math.LN2;

/** Numbers read between two pauses: some milliseconds. */
const PART = 1_000_000;

/** ln √(square · 4^exponent); −∞ for an exact zero, NaN and +∞ as they come. */
export function lnNorm(square: number, exponent: number): number {
  return 0.5 * Math.log(square) + exponent * LN2;
}

/** 4^−k, k = 0 … 537, down to the last subnormal; a table, because a pass needs one for each step and sample. */
const QUARTERS = Float64Array.from({ length: 538 }, (_, k) => 4 ** -k);

/** square · 4^shift, shift ≤ 0; NaN and +∞ as they come, where 4^shift may be 0. */
export function inFrame(square: number, shift: number): number {
  return shift === 0 || !Number.isFinite(square) ? square : square * (QUARTERS[-shift] ?? 0);
}

/** Smaller than every exponent: all samples are zero. An integer, as exponents are, is faster than −∞. */
const NO_EXPONENT = -(2 ** 31);

/** ln ‖·‖_F over `count` samples from `start` on. */
export function lnFrobenius(squares: Float64Array, exponents: Int32Array, start: number, count: number): number {
  const end = start + count;
  let top = NO_EXPONENT; // the largest exponent of a sample that is not zero
  let sum = 0; // the sum over the samples, if all have the same exponent
  let isOneFrame = true;
  for (let i = start; i < end; i++) {
    const square = squares[i];
    if (square === 0) continue;
    const exponent = exponents[i];
    if (exponent !== top) {
      if (top !== NO_EXPONENT) isOneFrame = false;
      if (exponent > top) top = exponent;
    }
    sum += square;
  }
  if (top === NO_EXPONENT) return Number.NEGATIVE_INFINITY;
  if (isOneFrame) return lnNorm(sum, top);
  sum = 0;
  for (let i = start; i < end; i++) if (squares[i] !== 0) sum += inFrame(squares[i], exponents[i] - top);
  return lnNorm(sum, top);
}

/** ln ‖(a, b, …)‖ of parts whose log norms are `parts`. */
export function lnTogether(parts: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) top = Math.max(top, parts[i]);
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  for (let i = 0; i < parts.length; i++) sum += Math.exp(2 * (parts[i] - top));
  return top + 0.5 * Math.log(sum);
}

/** Numbers of one tensor `data · 2^exponent`. */
export interface TensorNumbers {
  /** ln ‖·‖_F. */
  readonly lnNorm: number;
  /** ln of the mean magnitude of an entry. */
  readonly lnMeanAbs: number;
  /** Share of entries that are exactly zero; 0 without entries. */
  readonly zeroShare: number;
}

/** A tensor's norm, mean magnitude and exact zeros. */
export function tensorNumbers(data: ArrayLike<number>, exponent = 0): TensorNumbers {
  return finish(tensorNumbersInParts(data, exponent));
}

/** `tensorNumbers` with pauses. The tensor must not change meanwhile. */
export function* tensorNumbersInParts(data: ArrayLike<number>, exponent = 0): Generator<void, TensorNumbers> {
  const largest = yield* largestInParts(() => data);
  const unit = sumUnit(largest);
  let [squares, magnitudes, zeros] = [0, 0, 0];
  for (let i = 0, { length } = data; i < length; ) {
    for (const end = Math.min(i + PART, length); i < end; i++) {
      const part = data[i] / unit;
      squares += part ** 2;
      magnitudes += Math.abs(part);
      if (data[i] === 0) zeros++;
    }
    if (i < length) yield;
  }
  return numbersOfSums({ largest, squares, magnitudes, zeros, count: data.length }, exponent);
}

/** The numbers of a tensor over whose entries these are the sums. */
export function numbersOfSums(sums: TensorSums, exponent: number): TensorNumbers {
  const { largest, squares, magnitudes, zeros } = sums;
  const count = Math.max(sums.count, 1);
  return {
    lnNorm: isUsual(largest) ? lnOfParts(squares, largest, exponent) : lnUnusual(largest),
    lnMeanAbs: Math.log(magnitudes / count) + Math.log(sumUnit(largest)) + exponent * LN2,
    zeroShare: zeros / count,
  };
}

/** Whether the largest magnitude of an entry is neither zero nor infinite nor NaN. */
const isUsual = (largest: number): boolean => largest > 0 && Number.isFinite(largest);

/** ln ‖data · 2^exponent‖. */
export function lnTensorNorm(data: ArrayLike<number>, exponent = 0): number {
  return finish(lnTensorNormInParts(() => data, exponent));
}

/**
 * `lnTensorNorm` with pauses. @param read returns the entries; called again after every pause, because memory may have
 * moved
 */
export function* lnTensorNormInParts(read: () => ArrayLike<number>, exponent = 0): Generator<void, number> {
  const largest = yield* largestInParts(read);
  if (!isUsual(largest)) return lnUnusual(largest);
  const { length } = read();
  let sum = 0;
  for (let i = 0; i < length; ) {
    const data = read();
    for (const end = Math.min(i + PART, length); i < end; i++) sum += (data[i] / largest) ** 2;
    if (i < length) yield;
  }
  return lnOfParts(sum, largest, exponent);
}

/** ln of the norm of a tensor whose entries, in units of the largest, have this sum of squares. */
const lnOfParts = (squares: number, largest: number, exponent: number): number =>
  0.5 * Math.log(squares) + Math.log(largest) + exponent * LN2;

/** ln of the norm of a tensor whose largest entry is zero, infinite or NaN. */
const lnUnusual = (largest: number): number => (largest === 0 ? Number.NEGATIVE_INFINITY : largest);

/** The largest magnitude of an entry; NaN if an entry is NaN. */
function* largestInParts(read: () => ArrayLike<number>): Generator<void, number> {
  const { length } = read();
  let largest = 0;
  for (let i = 0; i < length; ) {
    const data = read();
    for (const end = Math.min(i + PART, length); i < end; i++) {
      const magnitude = Math.abs(data[i]);
      if (Number.isNaN(magnitude)) return magnitude;
      if (magnitude > largest) largest = magnitude;
    }
    if (i < length) yield;
  }
  return largest;
}
