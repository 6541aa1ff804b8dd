/** The values in ascending order, NaN left out. */
export const ordered = (values: ArrayLike<number>): Float64Array =>
  Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();

/**
 * The median; for an even number of values the mean of the middle two, for none NaN. NaN values are left out,
 * infinities are not.
 */
export function median(values: ArrayLike<number>): number {
  const sorted = ordered(values);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 || low === high ? high : (low + high) / 2;
}
