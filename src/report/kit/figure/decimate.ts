/*
 * Thins a line of a hundred thousand stations to a few hundred points. In every column of pixels the least and the
 * greatest value are kept, in their order, so no spike is lost.
 */

/** The points of a line that are kept. */
export interface Decimated {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * @param most largest number of points, at least 8; a line with fewer points is not changed
 * @param x the places of the values; by default 0, 1, 2, …
 */
export function decimate(y: ArrayLike<number>, x: ArrayLike<number> | undefined, most: number): Decimated {
  const place = (i: number) => x?.[i] ?? i;
  const n = y.length;
  if (n <= most) return { x: Float64Array.from({ length: n }, (_, i) => place(i)), y: Float64Array.from(y) };
  const columns = Math.floor(most / 4);
  const kept: number[] = [];
  for (let column = 0; column < columns; column++) {
    const from = Math.round((column * n) / columns);
    const to = Math.round(((column + 1) * n) / columns);
    kept.push(...telling(y, from, to));
  }
  const indices = [...new Set(kept)].sort((a, b) => a - b);
  return { x: Float64Array.from(indices, place), y: Float64Array.from(indices, (i) => y[i]) };
}

/**
 * The indices that are kept of a column: first and last, the least and the greatest finite value, and a value that is
 * not finite if there is one.
 */
function telling(y: ArrayLike<number>, from: number, to: number): number[] {
  let least = -1;
  let most = -1;
  let broken = -1;
  for (let i = from; i < to; i++) {
    if (!Number.isFinite(y[i])) {
      if (broken < 0) broken = i;
      continue;
    }
    if (least < 0 || y[i] < y[least]) least = i;
    if (most < 0 || y[i] > y[most]) most = i;
  }
  return [from, to - 1, least, most, broken].filter((i) => i >= 0);
}
