/** The last numbers of a series; at most `size`. */
export interface Window {
  readonly size: number;
  readonly values: number[];
}

export const createWindow = (size: number): Window => ({ size, values: [] });

export function push({ size, values }: Window, value: number): void {
  if (values.length === size) values.shift();
  values.push(value);
}

/**
 * The median; for an even number of values the mean of the middle two, for none NaN. NaN values are left out,
 * infinities are not.
 */
export function median({ values }: Window): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 || low === high ? high : (low + high) / 2;
}
