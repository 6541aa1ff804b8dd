import { EvanesceError } from "../base/errors.ts";
import { atLeast, positive, variance } from "./checks.ts";
import { criticality } from "./critical-line.ts";
import { lengthLimit } from "./length-map.ts";
import { type AnyActivation, resolve } from "./moments.ts";
import { steepestSlope } from "./activations.ts";

/**
 * Large random recurrent networks x_{t+1} = W φ(x_t) + s ζ_t, W_ij ~ N(0, g²/n), with new Gaussian noise ζ at each
 * step.
 *
 * Dynamic mean field (Sompolinsky, Crisanti and Sommers 1988; in discrete time Cessac 1995 and Molgedey, Schuchhardt
 * and Schuster 1992): as n → ∞ the units are Gaussian, independent from one step to the next, with
 *
 *     q = g² E[φ(√q z)²] + s²,     λ = ½ ln(g² E[φ'(√q z)²]),
 *
 * the length map and ½ ln χ₁ of a deep network. The noise acts like a bias that is drawn again at each step.
 */
export interface RandomRecurrent {
  /** q, the stationary variance of the pre-activations; Infinity if they grow without bound. */
  readonly q: number;
  /** λ, the largest Lyapunov exponent, nats a step. */
  readonly lyapunov: number;
}

/**
 * Computes q and λ for a start that is not zero.
 *
 * @param g gain: the standard deviation of a weight is g/√n
 * @param inputVariance s², the variance of the input to a unit at each step; 0 for a network without input
 * @throws EvanesceError for a negative gain or variance
 */
export function randomRecurrent(phi: AnyActivation, g: number, inputVariance = 0): RandomRecurrent {
  const limit = lengthLimit(phi, atLeast("g", g, 0) ** 2, variance("inputVariance", inputVariance));
  return { q: limit.q, lyapunov: 0.5 * Math.log(limit.chi1) };
}

/** λ of a network without input, in nats a step. */
export const lyapunovExponent = (phi: AnyActivation, g: number): number => randomRecurrent(phi, g).lyapunov;

/**
 * g_c, the gain at which λ = 0 with an input of variance s². Input suppresses chaos (Molgedey et al. 1992; Schuecker et
 * al. 2018). It is the square root of the critical σ_w²; null if no gain is critical.
 */
export function edgeOfChaos(phi: AnyActivation, inputVariance: number): number | null {
  const { sigmaW2 } = criticality(phi, inputVariance);
  return sigmaW2 === null ? null : Math.sqrt(sigmaW2);
}

/** ρ(W) → g for W_ij ~ N(0, g²/n) as n → ∞ (Ginibre 1965; Girko 1984). */
export const spectralRadius = (g: number): number => atLeast("g", g, 0);

/** σ_max(W) → 2 g for W_ij ~ N(0, g²/n) as n → ∞ (Geman 1980). */
export const largestSingularValue = (g: number): number => 2 * atLeast("g", g, 0);

/**
 * ln of Pascanu's bound on ‖∂h_t/∂h_k‖ (Pascanu et al. 2013, section 2): (t − k) ln(γ σ_max), γ = sup |φ'|. The bound
 * uses the largest singular value, not the spectral radius.
 *
 * @param steps t − k, 0 or more
 * @throws EvanesceError for σ_max ≤ 0 or a negative number of steps
 */
export function lnPascanuBound(phi: AnyActivation, sigmaMax: number, steps: number): number {
  positive("sigmaMax", sigmaMax);
  return atLeast("steps", steps, 0) * Math.log(steepestSlope(resolve(phi)) * sigmaMax);
}

/**
 * ln ‖∂h_T/∂h_0‖. For a linear scalar network h_t = w h_{t−1} it is exactly T ln |w|, for a linear one with W = g Q and
 * orthogonal Q it is T ln g. −∞ for w = 0.
 */
export function lnLinearGain(w: number, steps: number): number {
  if (!Number.isFinite(w)) throw new EvanesceError("w", "a finite number", w, "use a finite weight");
  return atLeast("steps", steps, 0) === 0 ? 0 : steps * Math.log(Math.abs(w));
}
