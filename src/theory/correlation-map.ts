import { correlation, variance } from "./checks.ts";
import { type AnyActivation, meanSquare, resolve, slopeProduct, valueProduct } from "./moments.ts";
import { chi1At } from "./length-map.ts";
import { bracketedRoot } from "./roots.ts";

/**
 * The correlation map between two inputs at equal length (Poole et al. 2016, equation 5):
 *
 *     c_{l+1} = C(c_l) = (σ_w² E[φ(u₁) φ(u₂)] + σ_b²)/q_{l+1},   u ~ N(0, q [[1, c], [c, 1]]),
 *     C(1) = 1,   C'(1) = χ₁ q_l/q_{l+1}.
 *
 * @throws EvanesceError for a bad variance or correlation
 */
export function correlationMap(phi: AnyActivation, sigmaW2: number, sigmaB2: number, q: number, c: number): number {
  const known = resolve(phi);
  variance("sigmaW2", sigmaW2);
  variance("sigmaB2", sigmaB2);
  correlation("c", c);
  const next = sigmaW2 * meanSquare(known, q) + sigmaB2;
  return Math.min((sigmaW2 * valueProduct(known, q, c) + sigmaB2) / next, 1);
}

/**
 * c*: the stable fixed point of C at length q* in [0, 1].
 *
 * C has non-negative Taylor coefficients (the squares of those of φ's Hermite expansion), so it is convex on [0, 1],
 * and C(1) = 1. If χ₁ ≤ 1, the only attractor is 1. If χ₁ > 1, it is the single crossing below 1.
 *
 * @param qStar a fixed point of the length map, above 0
 * @throws EvanesceError for a bad variance
 */
export function correlationFixedPoint(phi: AnyActivation, sigmaW2: number, sigmaB2: number, qStar: number): number {
  const known = resolve(phi);
  if (chi1At(known, sigmaW2, qStar) <= 1) return 1;
  const gap = (c: number) => (sigmaW2 * valueProduct(known, qStar, c) + sigmaB2) / qStar - c;
  if (gap(0) <= 1e-14) return 0;
  for (let distance = 0.1; distance > 1e-12; distance /= 10) {
    if (gap(1 - distance) < 0) return bracketedRoot(gap, 0, 1 - distance, 1e-15);
  }
  return 1; // χ₁ − 1 is lost in rounding
}

/** C'(c) at the fixed point of the length map: σ_w² E[φ'(u₁) φ'(u₂)] (Schoenholz et al. 2017, on ξ_c). */
export const correlationSlope = (phi: AnyActivation, sigmaW2: number, qStar: number, c: number): number =>
  c === 1 ? chi1At(phi, sigmaW2, qStar) : sigmaW2 * slopeProduct(phi, qStar, c);

/**
 * Depth scale of a deviation that each layer multiplies by `chi`: ξ = −1/ln χ, in layers (Schoenholz et al. 2017, ξ_q,
 * ξ_c and ξ_∇). Infinite at χ = 1, negative where the deviation grows, 0 at χ = 0.
 */
export const depthScale = (chi: number): number => (chi === 1 ? Infinity : chi === 0 ? 0 : -1 / Math.log(chi));
