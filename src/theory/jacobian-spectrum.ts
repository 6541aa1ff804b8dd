import { positive, whole } from "./checks.ts";
import { EvanesceError } from "../base/errors.ts";

/** First moments of the spectrum of J Jᵀ, the squared singular values of the input-output Jacobian of L layers. */
export interface SpectrumMoments {
  /** Mean squared singular value, χ₁^L. */
  readonly mean: number;
  /** Variance of the squared singular values. */
  readonly variance: number;
}

/**
 * Pennington, Schoenholz and Ganguli 2017 (free probability, n → ∞):
 *
 *     mean = (σ_w² μ₁)^L,     variance = mean² L (μ₂/μ₁² − 1 − s₁),     s₁ = −1 Gaussian, 0 orthogonal.
 *
 * At χ₁ = 1, the variance (Gaussian, orthogonal) is L and 0 for a linear network, 2L and L for ReLU. Use it only for
 * L ≲ n/16: beyond this, the moments are heavy-tailed, and means of logarithms should be used instead.
 *
 * @throws EvanesceError for non-positive moments or L < 1
 */
export function spectrumMoments(net: {
  readonly depth: number;
  readonly sigmaW2: number;
  /** μ₁ = E φ'². */
  readonly slopeSquare: number;
  /** μ₂ = E φ'⁴. */
  readonly slopeFourth: number;
  readonly weights: "gaussian" | "orthogonal";
}): SpectrumMoments {
  const depth = whole("depth", net.depth, 1);
  const mu1 = positive("slopeSquare", net.slopeSquare);
  const mean = (positive("sigmaW2", net.sigmaW2) * mu1) ** depth;
  const s1 = net.weights === "gaussian" ? -1 : 0;
  return { mean, variance: mean * mean * depth * (positive("slopeFourth", net.slopeFourth) / mu1 ** 2 - 1 - s1) };
}

/**
 * Largest squared singular value of a product of L square Gaussian matrices of entry variance σ²/n: σ^{2L} (L +
 * 1)^{L+1}/L^L, the edge of the Fuss–Catalan law (Pennington et al. 2017; 4 σ² at L = 1).
 */
export function largestSquaredSingularValue(depth: number, sigma2 = 1): number {
  whole("depth", depth, 1);
  positive("sigma2", sigma2);
  return Math.exp((depth + 1) * Math.log(depth + 1) - depth * Math.log(depth) + depth * Math.log(sigma2));
}

/**
 * Mean singular value of one square Gaussian layer of entry variance σ²/n: 8σ/(3π), the mean of the quarter-circle law.
 */
export function meanSingularValue(sigma: number): number {
  if (!(sigma >= 0 && sigma < Infinity))
    throw new EvanesceError("sigma", "0 or more", sigma, "use a standard deviation");
  return (8 * sigma) / (3 * Math.PI);
}
