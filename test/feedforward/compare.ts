/** ‖a − b‖/‖b‖ at any magnitude; +∞ where NaN or an infinity of one is not the other's; `floor` a least ‖b‖. */
export function normError(a: ArrayLike<number>, b: ArrayLike<number>, floor = 0): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let scale = floor;
  for (let i = 0; i < b.length; i++) if (Number.isFinite(b[i])) scale = Math.max(scale, Math.abs(b[i]));
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    if (Number.isFinite(a[i]) && Number.isFinite(b[i])) {
      difference += (a[i] / scale - b[i] / scale) ** 2;
      size += (b[i] / scale) ** 2;
    } else if (!Object.is(a[i], b[i])) return Number.POSITIVE_INFINITY;
  }
  if (scale === 0) return a.length > 0 && Array.from(a).some((value) => value !== 0) ? Number.POSITIVE_INFINITY : 0;
  return Math.sqrt(difference / Math.max(size, (floor / scale) ** 2));
}

/** |a − b|; 0 where both are the same infinity or NaN, +∞ where only one is. */
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

/** ‖a − b‖, 0 where both are the same infinity or NaN, +∞ where only one is. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.hypot(...Array.from(a, (value, i) => gap(value, b[i])));
}
