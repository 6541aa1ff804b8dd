import { correlation, variance as checkVariance } from "./checks.ts";

/**
 * Gaussian expectations by adaptive Gauss–Kronrod quadrature (Piessens et al. 1983, QUADPACK's QK15 and its error
 * estimate), split at the integrand's kinks. A Gauss–Hermite rule loses all its digits at a kink, and most of them for
 * large √q, when φ is a step on the scale of its argument.
 */

// QK15: abscissae of the 15-point Kronrod rule on [−1, 1] (positive half, the odd ones are Gauss's), and both rules'
// weights.
const NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
];
const KRONROD = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
];
const GAUSS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694];

const TOLERANCE = 1e-14; // a panel's error, relative to the integral of |f|
const DEEPEST = 48; // bisections of one panel: 2⁻⁴⁸ of its width, a float64's resolution
const MOST_PANELS = 20_000; // of one integral; for an integrand that oscillates faster, the result of these is returned
/** The integral ends at this |z|, because the density beyond is below 1e-31. */
const REACH = 12;
const BASE_SPLITS = [-REACH, -7, -4, -2, 0, 2, 4, 7, REACH];
/** Every φ of the table bends within these distances of zero or of a kink. For large √q, such a bend is narrow. */
const BENDS = [-16, -4, -1, 0, 1, 4, 16];

interface Panel {
  integral: number;
  absolute: number;
  error: number;
}

function panel(f: (z: number) => number, low: number, high: number): Panel {
  const center = (low + high) / 2;
  const half = (high - low) / 2;
  const values: number[] = [];
  let gauss = 0;
  let kronrod = 0;
  let absolute = 0;
  for (let k = 0; k < 8; k++) {
    const a = f(center - half * NODES[k]);
    const b = k === 7 ? 0 : f(center + half * NODES[k]);
    values.push(a, b);
    kronrod += KRONROD[k] * (a + b);
    absolute += KRONROD[k] * (Math.abs(a) + Math.abs(b));
    if (k % 2 === 1) gauss += GAUSS[(k - 1) / 2] * (a + b);
  }
  const average = kronrod / 2;
  let spread = 0; // the integral of |f − average|, QUADPACK's measure of how rough f is
  for (let k = 0; k < 8; k++) {
    spread += KRONROD[k] * Math.abs(values[2 * k] - average);
    if (k < 7) spread += KRONROD[k] * Math.abs(values[2 * k + 1] - average);
  }
  const gap = Math.abs(kronrod - gauss);
  const error = spread > 0 && gap > 0 ? spread * Math.min(1, ((200 * gap) / spread) ** 1.5) : gap;
  return { integral: half * kronrod, absolute: half * absolute, error: half * error };
}

/**
 * ∫ f over the panels between consecutive `splits` (ascending), each bisected until its error is negligible.
 *
 * @param least a size below which ∫ |f| does not matter; without it, the rounding of f would be bisected without end
 */
function integrate(
  f: (z: number) => number,
  splits: readonly number[],
  least: number,
  tolerance: number = TOLERANCE,
): number {
  const panels: { low: number; high: number; first: Panel }[] = [];
  let scale = least;
  for (let i = 1; i < splits.length; i++) {
    const low = splits[i - 1];
    const high = splits[i];
    const first = panel(f, low, high);
    scale += first.absolute;
    panels.push({ low, high, first });
  }
  let left = MOST_PANELS;
  const refine = (low: number, high: number, known: Panel, depth: number): number => {
    // Every comparison with NaN is false, so a NaN integrand returns NaN at once and is not bisected without end.
    if (!(known.error > tolerance * scale) || depth === DEEPEST || left-- <= 0) return known.integral;
    const middle = (low + high) / 2;
    const lower = panel(f, low, middle);
    const upper = panel(f, middle, high);
    return refine(low, middle, lower, depth + 1) + refine(middle, high, upper, depth + 1);
  };
  let sum = 0;
  for (const { low, high, first } of panels) sum += refine(low, high, first, 0);
  return sum;
}

/** A function of one Gaussian variable, with the points where it or its first derivatives jump. */
export interface Integrand {
  readonly of: (u: number) => number;
  readonly kinks: readonly number[];
  /** Relative error of its values, if they are integrals themselves; finer panels would only resolve this error. */
  readonly noise?: number;
}

/**
 * E[f(u)], u ~ N(mean, variance), to about 1e-13 of E|f(u)|.
 *
 * At variance 0 it is the limit: the average of f just above and just below `mean`, so E φ'² of a kinked φ is right.
 *
 * @param splits further points of u at which the integral is split, because f is rough there
 * @param least errors are measured relative to this, if E|f| is smaller
 * @throws EvanesceError unless the variance is finite and at least 0
 */
export function gaussianMean(
  f: Integrand,
  variance: number,
  mean = 0,
  splits: readonly number[] = [],
  least = 0,
): number {
  checkVariance("variance", variance);
  if (variance === 0) {
    const nudge = Math.max(Math.abs(mean) * 2 ** -52, 1e-300);
    return 0.5 * f.of(mean - nudge) + 0.5 * f.of(mean + nudge);
  }
  const sigma = Math.sqrt(variance);
  const sorted = splitsOf(f.kinks, sigma, mean, splits);
  const density = 1 / Math.sqrt(2 * Math.PI);
  return integrate((z) => density * Math.exp(-0.5 * z * z) * f.of(mean + sigma * z), sorted, least, f.noise);
}

/**
 * The points at which the range of z is split, u = mean + σ z: fixed places, and around the kinks and `splits` of u.
 */
function splitsOf(kinks: readonly number[], sigma: number, mean: number, splits: readonly number[] = []): number[] {
  const points = new Set(BASE_SPLITS);
  const add = (u: number) => {
    const z = (u - mean) / sigma;
    if (Math.abs(z) < REACH) points.add(z);
  };
  for (const bend of BENDS) {
    add(bend);
    for (const kink of kinks) add(kink + bend);
  }
  splits.forEach(add);
  return [...points].sort((a, b) => a - b);
}

/**
 * Values u of N(mean, variance), variance > 0, and their weights, for several means at once: Kronrod's nodes on the
 * panels of `gaussianMean`, without bisection. Right to about 1e-10 of E|f| for the activations of the catalogue.
 */
export function gaussianNodes(
  kinks: readonly number[],
  variance: number,
  mean: number,
): { readonly values: Float64Array; readonly weights: Float64Array } {
  const sigma = Math.sqrt(variance);
  const sorted = splitsOf(kinks, sigma, mean);
  const count = 15 * (sorted.length - 1);
  const [values, weights] = [new Float64Array(count), new Float64Array(count)];
  let at = 0;
  const place = (z: number, weight: number) => {
    values[at] = mean + sigma * z;
    weights[at++] = (weight * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
  };
  for (let i = 1; i < sorted.length; i++) {
    const [center, half] = [(sorted[i] + sorted[i - 1]) / 2, (sorted[i] - sorted[i - 1]) / 2];
    for (let k = 0; k < 8; k++) {
      place(center - half * NODES[k], half * KRONROD[k]);
      if (k < 7) place(center + half * NODES[k], half * KRONROD[k]);
    }
  }
  return { values, weights };
}

/**
 * E[f(u₁) g(u₂)] for jointly Gaussian u of mean 0, variances q₁ and q₂ and correlation c, to about 1e-12 of √(E f² E
 * g²).
 *
 * u₂ = √q₂ (c z₁ + s z₂), s = √((1 − c)(1 + c)). The inner mean over z₂ is a function of u₁. At a kink of g it bends
 * over a width of s √q₁/c. The outer quadrature splits around this place, so no digits are lost as c → 1.
 *
 * @throws EvanesceError unless the variances are finite and at least 0 and c is from −1 to 1
 */
export function bivariateMean(f: Integrand, g: Integrand, q1: number, q2: number, c: number): number {
  checkVariance("q1", q1);
  checkVariance("q2", q2);
  correlation("c", c);
  const [s1, s2] = [Math.sqrt(q1), Math.sqrt(q2)];
  const s = Math.sqrt((1 - c) * (1 + c));
  if (q1 === 0 || q2 === 0 || c === 0) return gaussianMean(f, q1) * gaussianMean(g, q2);
  if (s === 0) {
    const slope = (c * s2) / s1;
    const product = {
      of: (u: number) => f.of(u) * g.of(slope * u),
      kinks: [...f.kinks, ...g.kinks.map((k) => k / slope)],
    };
    return gaussianMean(product, q1);
  }
  const inner = (u: number) => gaussianMean(g, q2 * s * s, (c * s2 * u) / s1);
  const splits: number[] = [];
  for (const kink of [...g.kinks, 0]) {
    const center = (kink * s1) / (c * s2);
    const width = (s1 * s) / Math.abs(c);
    for (const factor of [-8, -3, -1, 0, 1, 3, 8]) splits.push(center + factor * width);
  }
  const rms = ({ of, kinks }: Integrand, q: number) => Math.sqrt(gaussianMean({ of: (u) => of(u) ** 2, kinks }, q));
  return gaussianMean({ of: (u) => f.of(u) * inner(u), kinks: f.kinks }, q1, 0, splits, rms(f, q1) * rms(g, q2));
}
