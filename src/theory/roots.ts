/**
 * Roots of a function of one positive variable, found on a logarithmic grid, which treats all scales in the same way.
 */

const RATIO = 1.25; // of neighboring grid points
/** The start of the grid if the caller does not give one. */
export const LOWEST = 1e-10;
export const HIGHEST = 1e12;

/**
 * A root of f in [low, high], where f(low) and f(high) differ in sign, to float64's precision: Brent's method
 * (Brent 1973, "Algorithms for minimization without derivatives", chapter 4).
 *
 * @param absolute stops at a bracket of twice this width, if float64's relative precision is not needed
 */
export function bracketedRoot(f: (x: number) => number, low: number, high: number, absolute = 0): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  let [c, fc] = [a, fa];
  let step = b - a;
  let previous = step;
  for (let i = 0; i < 200; i++) {
    if (Math.sign(fb) === Math.sign(fc)) {
      [c, fc] = [a, fa];
      step = b - a;
      previous = step;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const tolerance = Math.max(2 ** -52 * Math.abs(b), absolute);
    const half = (c - b) / 2;
    if (Math.abs(half) <= tolerance || fb === 0) return b;
    let bisect = true;
    if (Math.abs(previous) >= tolerance && Math.abs(fa) > Math.abs(fb)) {
      const s = fb / fa;
      let p: number;
      let q: number;
      if (a === c) {
        p = 2 * half * s;
        q = 1 - s;
      } else {
        const r = fa / fc;
        const t = fb / fc;
        p = s * (2 * half * r * (r - t) - (b - a) * (t - 1));
        q = (r - 1) * (t - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      else p = -p;
      if (2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(previous * q))) {
        previous = step;
        step = p / q;
        bisect = false;
      }
    }
    if (bisect) {
      step = half;
      previous = half;
    }
    [a, fa] = [b, fb];
    b += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
    fb = f(b);
  }
  return b;
}

/**
 * The result of a scan: the roots in ascending order, and the sign of f below the first grid point and above the last.
 */
export interface Scan {
  readonly roots: readonly number[];
  readonly signAtBottom: number;
  readonly signAtTop: number;
}

/** Where a scan looks: on a grid from `low` to `high`. */
interface Range {
  readonly low?: number;
  readonly high?: number;
}

/**
 * All roots of f on (low, high) that a grid of ratio 1.25 shows, and pairs of roots between two grid points: if |f| has
 * a minimum on the grid, the minimum is refined and its sign checked.
 *
 * @param noise |f(x)| at or below this counts as zero; the sign is then that of the last point above it
 */
export function scanRoots(f: (x: number) => number, noise: (x: number) => number, range: Range = {}): Scan {
  const grid = gridOf(f, noise, range);
  const { length } = grid.xs;
  const roots = Array.from({ length }, (_, i) => rootsBelow(f, grid, i)).flat();
  return { roots, signAtBottom: Math.sign(grid.clear(0)), signAtTop: Math.sign(grid.clear(length - 1)) };
}

/** The smallest root above `from` that `scanRoots` finds; f is evaluated only near `from` and at grid points above. */
export function rootAbove(f: (x: number) => number, noise: (x: number) => number, from: number, range: Range) {
  const grid = gridOf(f, noise, range);
  for (let i = grid.at(from) + 1; i < grid.xs.length; i++) {
    const root = rootsBelow(f, grid, i).find((x) => x > from);
    if (root !== undefined) return root;
  }
  return undefined;
}

/** The largest root below `from` that `scanRoots` finds; f is evaluated only near `from` and at grid points below. */
export function rootBelow(f: (x: number) => number, noise: (x: number) => number, from: number, range: Range) {
  const grid = gridOf(f, noise, range);
  // if the next point is below the noise, the roots of a later point can still be below `from`
  let first = Math.min(grid.at(from) + 2, grid.xs.length - 1);
  while (first < grid.xs.length - 1 && grid.clear(first) === 0) first++;
  for (let i = first; i >= 0; i--) {
    const root = rootsBelow(f, grid, i).findLast((x) => x < from);
    if (root !== undefined) return root;
  }
  return undefined;
}

/** A logarithmic grid, with f at the points that were asked for. */
interface Grid {
  readonly xs: readonly number[];
  /** f at point i. */
  readonly value: (i: number) => number;
  /** f at point i, or 0 if that is no more than noise. */
  readonly clear: (i: number) => number;
  /** The last point that is at most x, −1 if there is none. */
  readonly at: (x: number) => number;
}

function gridOf(f: (x: number) => number, noise: (x: number) => number, { low = LOWEST, high = HIGHEST }: Range): Grid {
  const xs: number[] = [];
  for (let x = low; x <= high; x *= RATIO) xs.push(x);
  const values: number[] = [];
  const value = (i: number) => (values[i] ??= f(xs[i]));
  return {
    xs,
    value,
    clear: (i) => (Math.abs(value(i)) > noise(xs[i]) ? value(i) : 0),
    at: (from) => xs.findLastIndex((x) => x <= from),
  };
}

/** The roots between point i and the point above the noise that comes before it. */
function rootsBelow(f: (x: number) => number, { xs, value, clear }: Grid, i: number): number[] {
  const here = clear(i);
  if (here === 0) return [];
  let last = i - 1;
  while (last >= 0 && clear(last) === 0) last--;
  if (last < 0) return [];
  if (Math.sign(here) !== Math.sign(clear(last))) return [bracketedRoot(f, xs[last], xs[i])];
  if (i < 2 || last !== i - 1 || clear(i - 2) === 0 || !touches([value(i - 2), value(i - 1), here])) return [];
  const bottom = smallest(f, xs[i - 2], xs[i], Math.sign(here));
  if (Math.sign(f(bottom)) !== -Math.sign(here)) return [];
  return [bracketedRoot(f, xs[i - 2], bottom), bracketedRoot(f, bottom, xs[i])];
}

/** Whether the middle one of three values of f/x is the smallest in size; all three have the same sign. */
function touches([before, middle, after]: readonly number[]): boolean {
  if (Math.sign(before) !== Math.sign(middle)) return false;
  const sizes = [Math.abs(before), Math.abs(middle) / RATIO, Math.abs(after) / RATIO ** 2];
  return sizes[1] < sizes[0] && sizes[1] < sizes[2];
}

/** The x in [low, high] with the smallest sign·f(x)/x, by golden sections in ln x. */
function smallest(f: (x: number) => number, low: number, high: number, sign: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const height = (t: number) => (sign * f(Math.exp(t))) / Math.exp(t);
  let [a, b] = [Math.log(low), Math.log(high)];
  for (let k = 0; k < 40; k++) {
    const left = b - golden * (b - a);
    const right = a + golden * (b - a);
    if (height(left) < height(right)) b = right;
    else a = left;
  }
  return Math.exp((a + b) / 2);
}
