/*
 * A line of a hundred thousand stations on a few hundred points of paper: of every column of points its least and its
 * greatest value are kept, in their order, so that no spike is lost.
 */

/** What is left of a line, or all of it. */
export interface Decimated {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * @param most points wanted, at least 8; a line of no more is left as it is
 * @param x its places, 0, 1, 2, … without
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
 * First and last of a column, its least and its greatest finite value; a value that is not finite where there is one.
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
