import { random } from "../../src/base/random.ts";

/** Every remainder of tiles of four and panels of eight, and one size past two panels. */
export const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 17] as const;

/** Half a unit in the last place of a float32 near 1. */
export const EPSILON = 2 ** -24;

/** `count` whole numbers in [−8, 8]: sums of up to 2¹⁸ of their products are exact in float32. */
export function integers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const stream = random(seed, "test/integers");
  return Float32Array.from({ length: count }, () => stream.below(17) - 8);
}

/** `count` standard normal numbers, as float32. */
export function normals(count: number, seed: number): Float32Array<ArrayBuffer> {
  const stream = random(seed, "test/normals");
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** ‖a − b‖/‖b‖ at any magnitude; 0 if both are zero, +∞ if only one has a NaN or an infinity; `floor` is the least ‖b‖. */
export function normError(a: ArrayLike<number>, b: ArrayLike<number>, floor = 0): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let scale = floor;
  for (let i = 0; i < b.length; i++) if (Number.isFinite(b[i])) scale = Math.max(scale, Math.abs(b[i]));
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    if (Number.isFinite(a[i]) && Number.isFinite(b[i])) {
      difference += ((a[i] - b[i]) / (scale || 1)) ** 2;
      size += (b[i] / (scale || 1)) ** 2;
    } else if (!Object.is(a[i], b[i])) return Number.POSITIVE_INFINITY;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / Math.max(size, (floor / (scale || 1)) ** 2));
}

/** |a − b|; 0 if both are the same infinity or NaN, +∞ if only one is. */
export function gap(a: number, b: number): number {
  if (Number.isFinite(a) && Number.isFinite(b)) return Math.abs(a - b);
  return Object.is(a, b) ? 0 : Number.POSITIVE_INFINITY;
}

/** The largest `gap` of two arrays. */
export function widestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let widest = 0;
  for (let i = 0; i < a.length; i++) widest = Math.max(widest, gap(a[i], b[i]));
  return widest;
}
