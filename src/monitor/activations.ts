import { THRESHOLDS } from "../diagnosis/thresholds.ts";
import type { StationMeasurements } from "../diagnosis/presets/index.ts";
import type { NumberRows } from "./arrays.ts";
import type { MonitorActivation } from "./types.ts";

/** The output of a layer in numbers: those that presets use, and the share on the flat ends of φ. */
export interface ActivationNumbers extends StationMeasurements {
  readonly activation?: MonitorActivation["activation"];
  readonly saturated?: number;
  /** Share of the samples that differ from all others: on the flat ends of φ, or far larger; left out if unknown. */
  readonly loud?: number;
}

/**
 * Limits of outputs beyond which φ' is below 1 % of its largest value, the pre-activation is beyond 5, and a float32 φ
 * equals its bound.
 */
const ENDS = {
  tanh: { flat: Math.tanh(2.99322), five: Math.tanh(5), bound: Math.fround(Math.tanh(9.4999)), middle: 0 },
  // of h − ½
  sigmoid: {
    flat: logistic(5.98645) - 0.5,
    five: logistic(5) - 0.5,
    bound: Math.fround(logistic(17)) - 0.5,
    middle: 0.5,
  },
} as const;

function logistic(a: number): number {
  return 1 / (1 + Math.exp(-a));
}

export function activationNumbers(
  name: string,
  { data, columns }: NumberRows,
  kind: MonitorActivation["activation"],
): ActivationNumbers {
  const n = data.length;
  let [mean, squares, nonPositive] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const away = data[i] - mean;
    mean += away / (i + 1);
    squares += away * (data[i] - mean);
    if (data[i] <= 0) nonPositive++;
  }
  const common = {
    name,
    std: Math.sqrt(squares / Math.max(n, 1)),
    ...(kind === undefined ? {} : { activation: kind }),
  };
  if (kind === "relu") {
    return {
      ...common,
      ...(columns === null ? {} : { loud: largeRows(data, columns) }),
      nonPositive: nonPositive / n,
      ...(columns === null ? {} : { deadUnits: deadUnits(data, columns) }),
    };
  }
  if (kind === undefined) return common;
  const { flat, five, bound, middle } = ENDS[kind];
  const beyond = (limit: number) => {
    let count = 0;
    for (let i = 0; i < n; i++) if (Math.abs(data[i] - middle) >= limit) count++;
    return count / n;
  };
  const loud = columns === null ? {} : { loud: flatRows(data, columns, (h) => Math.abs(h - middle) >= flat) };
  return { ...common, ...loud, saturated: beyond(flat), beyond5: beyond(five), atBound: beyond(bound) };
}

/** For each row of `columns` numbers, the mean of what `of` makes of them. */
const meansOf = (data: ArrayLike<number>, columns: number, of: (value: number) => number): number[] =>
  Array.from({ length: data.length / columns }, (_, row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += of(data[i]);
    return sum / columns;
  });

/** Share of the samples that are on flat ends, if the others are not; 0 otherwise. */
function flatRows(data: ArrayLike<number>, columns: number, isFlat: (h: number) => boolean): number {
  const shares = meansOf(data, columns, (h) => (isFlat(h) ? 1 : 0));
  const loud = shares.filter((share) => share >= 0.5);
  const rest = shares.filter((share) => share < 0.5);
  const flatRest = rest.reduce((sum, share) => sum + share / rest.length, 0);
  return rest.length > 0 && flatRest <= THRESHOLDS.flatOthers / 2 ? loud.length / shares.length : 0;
}

/** Share of the samples, at most half, that outweigh all others in the gradient, because φ does not bound them. */
function largeRows(data: ArrayLike<number>, columns: number): number {
  const squares = meansOf(data, columns, (h) => h * h).sort((a, b) => a - b);
  const at = squares.findIndex((square, k) => k > 0 && square > Math.exp(2 * THRESHOLDS.gain) * squares[k - 1]);
  return at < squares.length / 2 || squares[at - 1] === 0 ? 0 : 1 - at / squares.length;
}

/** Share of the units (last axis) that are not above 0 in any row. */
function deadUnits(data: ArrayLike<number>, columns: number): number {
  const alive = new Uint8Array(columns);
  for (let i = 0; i < data.length; i++) if (data[i] > 0) alive[i % columns] = 1;
  return 1 - alive.reduce((sum, one) => sum + one, 0) / columns;
}
