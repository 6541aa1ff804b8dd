import { ordered } from "../base/median.ts";
import type { Batch } from "../tasks/batch.ts";
import type { ColumnNumbers, DataFlow, TargetNumbers } from "./types/index.ts";

/**
 * The most numbers that are read. From a longer batch only every n-th row is read. A quarter million numbers take about
 * a millisecond.
 */
const MOST_NUMBERS = 2 ** 18;
/** The most columns that are kept. If there are more, the columns of the largest and of the smallest scale are kept. */
const MOST_COLUMNS = 64;

/**
 * Measures the batch before the first pass: the scale of every column, constant and equal columns, time stamps,
 * padding, and the targets' scale or class counts.
 */
export function readData(batch: Batch): DataFlow {
  const { inputs, inputSize: X, batch: B, decoderSteps = 0 } = batch;
  const T = batch.steps ?? 1;
  const rows = T * B;
  const stride = Math.max(1, Math.ceil((rows * X) / MOST_NUMBERS));
  const all = Array.from({ length: X }, (_, index) => columnNumbers(inputs, X, index, rows, stride));
  const columns = all.length <= MOST_COLUMNS ? all : extremes(all);
  const named = batch.columns?.length === X ? batch.columns : undefined;
  const targets = targetNumbers(batch);
  const empty = batch.steps === undefined ? emptyShare(inputs, B, X) : 0;
  return {
    rows,
    everyRow: stride,
    inputs: X,
    columns: named === undefined ? columns : columns.map((one) => ({ ...one, name: named[one.index] })),
    lnScale: medianScale(all),
    constant: all.filter(({ least, most }) => least === most).length,
    duplicates: duplicates(columns, inputs, X, rows, stride),
    clocks: columns.filter((one) => isClock(one, batch, stride)).map(({ index }) => index),
    ...(empty === 0 ? {} : { empty }),
    ...(batch.steps === undefined ? {} : { padding: paddingShare(inputs, T - decoderSteps, B, X) }),
    ...(targets === undefined ? {} : { targets }),
  };
}

function columnNumbers(inputs: Float32Array, X: number, index: number, rows: number, stride: number): ColumnNumbers {
  const start = inputs[index] ?? 0;
  let [sum, squares, square, zeros, seen] = [0, 0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let whole = true;
  for (let row = 0; row < rows; row += stride) {
    const value = inputs[row * X + index];
    const apart = value - start; // relative to the first value: otherwise large equal numbers would cancel
    sum += apart;
    squares += apart * apart;
    square += value * value;
    if (value === 0) zeros++;
    if (value < least) least = value;
    if (value > most) most = value;
    if (whole && !Number.isInteger(value)) whole = false;
    seen++;
  }
  const count = Math.max(seen, 1);
  const mean = sum / count;
  return {
    index,
    mean: start + mean,
    deviation: least === most ? 0 : Math.sqrt(Math.max(squares / count - mean * mean, 0)),
    rootMeanSquare: Math.sqrt(square / count),
    least,
    most,
    zeroShare: zeros / count,
    whole,
  };
}

/** The columns of the largest and of the smallest scale, in their order. */
function extremes(all: readonly ColumnNumbers[]): ColumnNumbers[] {
  const sorted = [...all].sort((a, b) => b.rootMeanSquare - a.rootMeanSquare);
  const half = MOST_COLUMNS / 2;
  return [...sorted.slice(0, half), ...sorted.slice(-half)].sort((a, b) => a.index - b.index);
}

/** ln of the median root mean square of the columns that are not all zero; null if all columns are. */
function medianScale(all: readonly ColumnNumbers[]): number | null {
  const scales = all.map(({ rootMeanSquare }) => rootMeanSquare).filter((value) => value > 0);
  if (scales.length === 0) return null;
  const sorted = ordered(scales);
  const middle = sorted.length >> 1;
  return 0.5 * (Math.log(sorted[middle]) + Math.log(sorted[(sorted.length - 1) >> 1]));
}

/** Columns that equal an earlier column in every row that was read. */
function duplicates(
  columns: readonly ColumnNumbers[],
  inputs: Float32Array,
  X: number,
  rows: number,
  stride: number,
): DataFlow["duplicates"] {
  const found: { column: number; of: number }[] = [];
  const ofMean = new Map<number, ColumnNumbers[]>(); // the columns that may equal a later one
  for (const column of columns) {
    const { index, mean, deviation, least, most } = column;
    if (least === most) continue;
    const alike = ofMean.get(mean) ?? [];
    const of = alike.find((one) => one.deviation === deviation && one.least === least && one.most === most)?.index;
    if (of === undefined) {
      ofMean.set(mean, [...alike, column]);
      continue;
    }
    let same = true;
    for (let row = 0; same && row < rows; row += stride) same = inputs[row * X + index] === inputs[row * X + of];
    if (same) found.push({ column: index, of });
  }
  return found;
}

/** Seconds, milliseconds, microseconds and nanoseconds since 1970, from 1980 to 2100. */
const EPOCHS = [1, 1e3, 1e6, 1e9].map((unit) => [315_532_800 * unit, 4_102_444_800 * unit] as const);

/** Whole numbers in the range of time stamps that lie close together or only grow along a sequence. */
function isClock(column: ColumnNumbers, { inputs, inputSize: X, batch: B, steps = 1 }: Batch, stride: number): boolean {
  const { index, least, most, mean, deviation, whole } = column;
  if (!whole || least === most || !EPOCHS.some(([from, to]) => least >= from && most <= to)) return false;
  if (steps > 1 && stride === 1) {
    for (let t = 1; t < steps; t++) {
      for (let b = 0; b < B; b++) {
        if (inputs[(t * B + b) * X + index] < inputs[((t - 1) * B + b) * X + index]) return false;
      }
    }
    return true;
  }
  return deviation < 0.05 * mean;
}

/** The share of rows that are zero in every column. */
function emptyShare(inputs: Float32Array, B: number, X: number): number {
  if (X === 0) return 0;
  let empty = 0;
  for (let b = 0; b < B; b++) if (isZero(inputs, b * X, X)) empty++;
  return empty / B;
}

/**
 * The share of steps that are zero in every column and stand at the end of a sequence, or at the end of an encoder's
 * part of it.
 */
function paddingShare(inputs: Float32Array, T: number, B: number, X: number): number {
  if (X === 0) return 0;
  let padded = 0;
  for (let b = 0; b < B; b++) {
    let t = T;
    while (t > 0 && isZero(inputs, ((t - 1) * B + b) * X, X)) t--;
    padded += T - t;
  }
  return padded / (T * B);
}

function isZero(values: Float32Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (values[i] !== 0) return false;
  return true;
}

/** The scale of real targets, or the number of samples of each class. */
function targetNumbers({ targets, outputSize: Y, loss }: Batch): TargetNumbers | undefined {
  if (targets === undefined || loss === "none" || Y === undefined) return undefined;
  if (targets instanceof Int32Array) {
    const counts = new Float64Array(Y);
    for (const target of targets) counts[target]++;
    return { kind: "classes", counts };
  }
  let [mean, square, variance] = [0, 0, 0];
  for (let y = 0; y < Y; y++) {
    const column = targets.filter((value, i) => i % Y === y && !Number.isNaN(value)); // NaN: a step without a loss
    let [sum, squares] = [0, 0];
    for (const target of column) sum += target / column.length;
    for (const target of column) squares += (target - sum) ** 2 / column.length;
    mean += sum / Y;
    variance += squares / Y;
    square += (squares + sum * sum) / Y;
  }
  return { kind: "values", mean, deviation: Math.sqrt(variance), rootMeanSquare: Math.sqrt(square) };
}
