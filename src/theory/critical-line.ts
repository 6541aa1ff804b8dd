import { variance } from "./checks.ts";
import type { Activation } from "./activations.ts";
import { type AnyActivation, lengthSlope, meanSquare, resolve, slopeSquare } from "./moments.ts";
import { scanRoots } from "./roots.ts";

/**
 * A point with χ₁ = 1 at a fixed point of the length map. The two conditions σ_w² E φ'² = 1 and
 * q = σ_w² E φ² + σ_b² together give one equation in q (Hayou et al. 2019, the "edge of chaos"):
 *
 *     G(q) = q − E[φ²]/E[φ'²] = σ_b²,     σ_w² = 1/E[φ'²].
 */
export interface CriticalPoint {
  readonly sigmaW2: number;
  readonly sigmaB2: number;
  readonly qStar: number;
  readonly chiQ: number;
  /**
   * The kind of the fixed point q*: `stable` (χ_q < 1), `unstable` (χ_q > 1: no orbit arrives, so no network is
   * critical there), `half-stable` (χ_q = 1, attracts from one side), `neutral` (every q is a fixed point).
   */
  readonly stability: "stable" | "unstable" | "half-stable" | "neutral";
}

/** The critical points at one σ_b². */
export interface Criticality {
  readonly points: readonly CriticalPoint[];
  /**
   * The σ_w² of the first point that networks can stay at (stable, half-stable or neutral); null if there is none.
   */
  readonly sigmaW2: number | null;
}

const HALF_STABLE = 1e-6; // |χ_q − 1| within it: printed values of a half-stable point have eight digits
const NOISE = 4e-14;

/**
 * Every critical point at this σ_b² with q* ≤ 1e12.
 *
 * @throws EvanesceError for a negative or non-finite σ_b²
 */
export function criticality(phi: AnyActivation, sigmaB2: number): Criticality {
  const known = resolve(phi);
  variance("sigmaB2", sigmaB2);
  const points = known.negativeSlope === undefined ? curvedPoints(known, sigmaB2) : linearPoints(known, sigmaB2);
  return { points, sigmaW2: points.find(({ stability }) => stability !== "unstable")?.sigmaW2 ?? null };
}

function linearPoints({ negativeSlope }: Activation, sigmaB2: number): CriticalPoint[] {
  if (sigmaB2 > 0) return []; // χ₁ = χ_q = 1 and a bias: q grows by σ_b² at every layer
  return [{ sigmaW2: 2 / (1 + negativeSlope! ** 2), sigmaB2, qStar: 1, chiQ: 1, stability: "neutral" }];
}

const bias = (phi: Activation, q: number): number => q - meanSquare(phi, q) / slopeSquare(phi, q);

function curvedPoints(phi: Activation, sigmaB2: number): CriticalPoint[] {
  const points: CriticalPoint[] = [];
  if (sigmaB2 === 0 && phi.value(0) === 0) points.push(pointAtZero(phi));
  const { roots } = scanRoots(
    (q) => bias(phi, q) - sigmaB2,
    (q) => NOISE * (q + sigmaB2),
  );
  for (const qStar of roots) points.push(criticalAt(phi, qStar, sigmaB2));
  return points;
}

function criticalAt(phi: Activation, qStar: number, sigmaB2: number): CriticalPoint {
  const sigmaW2 = 1 / slopeSquare(phi, qStar);
  const chiQ = sigmaW2 * lengthSlope(phi, qStar);
  const stability = Math.abs(chiQ - 1) < HALF_STABLE ? "half-stable" : chiQ < 1 ? "stable" : "unstable";
  return { sigmaW2, sigmaB2, qStar, chiQ, stability };
}

/** q* = 0 at σ_b = 0. There χ₁ = χ_q, so the next order of V decides: it attracts if V(q) < q just above 0. */
function pointAtZero(phi: Activation): CriticalPoint {
  const sigmaW2 = 1 / slopeSquare(phi, 0);
  const attracts = sigmaW2 * meanSquare(phi, NEAR_ZERO) < NEAR_ZERO * (1 + NOISE);
  return { sigmaW2, sigmaB2: 0, qStar: 0, chiQ: 1, stability: attracts ? "stable" : "unstable" };
}
const NEAR_ZERO = 1e-4; // so small that the next order dominates, and large enough to compute it

/**
 * The half-stable critical points with σ_b² ≥ 0 and q* > 0; at these, χ₁ = χ_q = 1 (Roberts, Yaida and Hanin 2022,
 * chapter 5: SWISH and GELU). Empty if φ has none.
 */
export function halfStablePoints(phi: AnyActivation): CriticalPoint[] {
  const known = resolve(phi);
  if (known.negativeSlope !== undefined) return [];
  const excess = (q: number) => lengthSlope(known, q) - slopeSquare(known, q);
  return scanRoots(excess, () => 1e-9)
    .roots.map((q) => criticalAt(known, q, bias(known, q)))
    .filter(({ sigmaB2 }) => sigmaB2 >= 0);
}
