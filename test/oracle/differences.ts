/** Steps that balance h⁴ f⁽⁵⁾/30 against ε|f|/h for the smooth functions of order one these tests meet. */
const STEP = 3e-4;

/** f'(0) by the five-point central difference: (8(f(h) − f(−h)) − (f(2h) − f(−2h)))/12h. */
export function derivative(f: (by: number) => number, h = STEP): number {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

/** max |a − b| relative to the largest magnitude of either; ±∞ and NaN must stand at the same places. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isFinite(a[i]) && Number.isFinite(b[i])) {
      largest = Math.max(largest, Math.abs(a[i]), Math.abs(b[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    } else if (!Object.is(a[i], b[i])) return Number.POSITIVE_INFINITY;
  }
  return difference === 0 ? 0 : difference / largest;
}
