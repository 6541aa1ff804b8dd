import type { AnyActivation } from "./moments.ts";
import { lengthSlope, meanSquare, resolve, slopeSquare } from "./moments.ts";
import { positive, variance } from "./checks.ts";
import { HIGHEST, LOWEST, rootAbove, rootBelow, scanRoots } from "./roots.ts";

/**
 * The length map of mean-field theory and its fixed points (Poole et al. 2016, equation 3):
 *
 *     q_{l+1} = V(q_l) = σ_w² E[φ(√q_l z)²] + σ_b²,     h = W φ(h') + b,  W ~ N(0, σ_w²/fan_in),  b ~ N(0, σ_b²).
 *
 * V is monotone for every φ of the table, although it need not be for others. So an orbit from q₀ goes without
 * overshoot to the nearest fixed point in the direction of its first step.
 */
export interface FixedPoint {
  readonly q: number;
  /** χ₁ = σ_w² E[φ'²], the factor on the squared gradient norm per layer (Schoenholz et al. 2017, on gradients). */
  readonly chi1: number;
  /** χ_q = dV/dq = σ_w² E[z φ φ']/√q: below 1 the fixed point attracts. */
  readonly chiQ: number;
}

/** The end of the orbit of V from q₀. */
export interface LengthLimit {
  /**
   * `reached`: the orbit ends at `q`. `every`: V(q) = q around q₀, so it stays there. `diverges`: it grows without
   * bound; `q` is Infinity, and `chi1` and `chiQ` are their limits.
   */
  readonly kind: "reached" | "every" | "diverges";
  readonly q: number;
  readonly chi1: number;
  readonly chiQ: number;
}

/** V(q). @throws EvanesceError for a negative or non-finite variance */
export function lengthMap(phi: AnyActivation, sigmaW2: number, sigmaB2: number, q: number): number {
  return variance("sigmaW2", sigmaW2) * meanSquare(phi, variance("q", q)) + variance("sigmaB2", sigmaB2);
}

/** χ₁(q) = σ_w² E[φ'(√q z)²]: dimensionless, per layer. @throws EvanesceError for a bad variance */
export const chi1At = (phi: AnyActivation, sigmaW2: number, q: number): number =>
  variance("sigmaW2", sigmaW2) * slopeSquare(phi, variance("q", q));

/** χ_q(q) = dV/dq. @throws EvanesceError for a bad variance */
export const chiQAt = (phi: AnyActivation, sigmaW2: number, q: number): number =>
  variance("sigmaW2", sigmaW2) * lengthSlope(phi, variance("q", q));

// V − q counts as zero below this share of q + V: without cancellation, quadrature is right to 1e-14 or better.
const NOISE = 4e-14;
/** The q at which limits for q → ∞ are computed: the effect of φ's bend near zero is of order 1/√q = 1e-14. */
const FAR = 1e28;

/** All fixed points in ascending order, including q = 0 if V(0) = 0. Not for maps of kind `every`. */
export function fixedPoints(phi: AnyActivation, sigmaW2: number, sigmaB2: number): FixedPoint[] {
  const { gap, noise, range } = gapOf(phi, sigmaW2, sigmaB2);
  const { roots } = scanRoots(gap, noise, range);
  const qs = lengthMap(phi, sigmaW2, sigmaB2, 0) === 0 ? [0, ...roots] : roots;
  return qs.map((q) => ({ q, chi1: chi1At(phi, sigmaW2, q), chiQ: chiQAt(phi, sigmaW2, q) }));
}

/** V(q) − q, and the arguments of a search of its roots. */
function gapOf(phi: AnyActivation, sigmaW2: number, sigmaB2: number) {
  const known = resolve(phi);
  const gap = (q: number) => lengthMap(known, sigmaW2, sigmaB2, q) - q;
  // a fixed point is near a small V(0) and above σ_b²; for extreme variances it is far outside the ordinary grid
  const start = gap(0);
  const low = start > 0 ? Math.min(LOWEST, start / 4) : LOWEST;
  const high = Math.max(HIGHEST, 1e4 * (sigmaW2 + sigmaB2));
  return { gap, noise: (q: number) => NOISE * (q + sigmaB2), range: { low, high } };
}

/**
 * The limit of q from the start q₀, the variance of the first pre-activations.
 *
 * @throws EvanesceError for a variance that is negative or not finite, or q₀ = 0
 */
export function lengthLimit(phi: AnyActivation, sigmaW2: number, sigmaB2: number, q0 = 1): LengthLimit {
  const known = resolve(phi);
  positive("q0", q0);
  variance("sigmaW2", sigmaW2);
  variance("sigmaB2", sigmaB2);
  const at = (kind: "reached" | "every", q: number): LengthLimit => ({
    kind,
    q,
    chi1: chi1At(known, sigmaW2, q),
    chiQ: chiQAt(known, sigmaW2, q),
  });
  if (sigmaW2 === 0) return at("reached", sigmaB2);
  if (known.negativeSlope !== undefined) return linearLimit((1 + known.negativeSlope ** 2) / 2, sigmaW2, sigmaB2, q0);

  const { gap, noise, range } = gapOf(known, sigmaW2, sigmaB2);
  const first = gap(q0);
  if (Math.abs(first) <= noise(q0)) {
    const { roots } = scanRoots(gap, noise, range);
    return at(roots.some((q) => Math.abs(q - q0) < 1e-6 * q0) ? "reached" : "every", q0);
  }
  const end = first > 0 ? rootAbove(gap, noise, q0, range) : (rootBelow(gap, noise, q0, range) ?? 0);
  if (end !== undefined) return at("reached", end);
  return { kind: "diverges", q: Infinity, chi1: chi1At(known, sigmaW2, FAR), chiQ: chiQAt(known, sigmaW2, FAR) };
}

/** A scale-invariant φ has V(q) = χ q + σ_b² with χ = σ_w² (1 + a²)/2, so all results have closed forms. */
function linearLimit(half: number, sigmaW2: number, sigmaB2: number, q0: number): LengthLimit {
  const raw = sigmaW2 * half;
  // σ_w² = 2/(1 + a²) is meant to be critical, but rounding may give a χ slightly different from 1.
  const chi = Math.abs(raw - 1) < 4 * Number.EPSILON ? 1 : raw;
  if (chi < 1) return { kind: "reached", q: sigmaB2 / (1 - chi), chi1: chi, chiQ: chi };
  if (chi === 1 && sigmaB2 === 0) return { kind: "every", q: q0, chi1: 1, chiQ: 1 };
  return { kind: "diverges", q: Infinity, chi1: chi, chiQ: chi };
}
