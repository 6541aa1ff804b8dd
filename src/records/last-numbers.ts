import { columnNumber, type RecordColumn } from "./types.ts";

/** The mark in a column that a tensor has no such number. */
export const MISSING = -1;

/** The last numbers of each tensor, and the numbers of updates with and without a gradient. */
export const lastNumbers = (tensors: number) => {
  const column = () => new Float64Array(tensors).fill(MISSING);
  return {
    norm: column(),
    weightNorm: column(),
    updateNorm: column(),
    zeros: column(),
    meanAbs: column(),
    underflow: column(),
    adam: column(),
    present: new Float64Array(tensors),
    absent: new Float64Array(tensors),
  };
};

/** Writes an update's numbers into a column. */
export function fill(target: Float64Array, column: RecordColumn): void {
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    target[i] = typeof value === "number" ? value : (columnNumber(value) ?? MISSING);
  }
}

/** ln of the norm of some tensors together; undefined if none has a norm, NaN if one of them is NaN. */
export function lnNormTogether(norms: Float64Array, members: readonly number[]): number | undefined {
  let largest = MISSING;
  for (const i of members) {
    if (Number.isNaN(norms[i])) return Number.NaN;
    if (norms[i] > largest) largest = norms[i];
  }
  if (largest < 0) return undefined;
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return Math.log(largest);
  let sum = 0;
  for (const i of members) if (norms[i] > 0) sum += (norms[i] / largest) ** 2;
  return Math.log(largest) + 0.5 * Math.log(sum);
}
