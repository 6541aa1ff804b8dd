/** Roots of a function of one positive variable, found on a logarithmic grid, which treats all scales alike. */

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

/**
 * All roots of f on (low, high) that a grid of ratio 1.25 shows, and pairs of roots between two grid points: if |f| has
 * a minimum on the grid, the minimum is refined and its sign checked.
 *
 * @param noise |f(x)| at or below this counts as zero; the sign is then that of the last point above it
 */
export function scanRoots(
  f: (x: number) => number,
  noise: (x: number) => number,
  { low = LOWEST, high = HIGHEST }: { readonly low?: number; readonly high?: number } = {},
): Scan {
  const xs: number[] = [];
  for (let x = low; x <= high; x *= RATIO) xs.push(x);
  const values = xs.map(f);
  const clear = values.map((value, i) => (Math.abs(value) > noise(xs[i]) ? value : 0));
  const roots: number[] = [];
  let last = -1; // the last grid point above the noise
  for (let i = 0; i < xs.length; i++) {
    if (clear[i] === 0) continue;
    if (last >= 0 && Math.sign(clear[i]) !== Math.sign(clear[last])) roots.push(bracketedRoot(f, xs[last], xs[i]));
    else if (i >= 2 && last === i - 1 && clear[i - 2] !== 0 && touches(values, i)) {
      const bottom = smallest(f, xs[i - 2], xs[i], Math.sign(values[i]));
      if (Math.sign(f(bottom)) === -Math.sign(values[i])) {
        roots.push(bracketedRoot(f, xs[i - 2], bottom), bracketedRoot(f, bottom, xs[i]));
      }
    }
    last = i;
  }
  return { roots, signAtBottom: Math.sign(clear[0]), signAtTop: Math.sign(clear.at(-1)!) };
}

/** Whether |f|/x is smallest at i − 1 among the three points ending at i, all of one sign. */
function touches(values: readonly number[], i: number): boolean {
  const [before, middle, after] = [values[i - 2], values[i - 1], values[i]];
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
