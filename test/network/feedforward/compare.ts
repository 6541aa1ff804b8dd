import { gap } from "../../setup/numbers.ts";

/** ‖a − b‖; 0 if both are the same infinity or NaN, +∞ if only one is. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.hypot(...Array.from(a, (value, i) => gap(value, b[i])));
}
