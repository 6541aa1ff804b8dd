import { positive, variance } from "./checks.ts";
import { type AnyActivation, meanSquare, slopeSquare, valueVariance } from "./moments.ts";

/**
 * Factor of one layer, a = N(W h + b), h' = φ(a), on the squared gradient norm, if N is layer norm (over units) or RMS
 * norm. N makes E a² = 1, and its adjoint divides by the standard deviation of W h + b:
 *
 *     σ_w² E[φ'(z)²]/(σ_w² E[φ(z)²] + σ_b²);   at σ_b = 0 E φ'²/E φ² at q = 1, whatever σ_w.
 *
 * Layer norm also subtracts the mean of W h + b over units, which is of order 1/√n and vanishes at infinite width.
 *
 * @throws EvanesceError for a negative variance, or σ_w² = 0
 */
export function layerNormGain(phi: AnyActivation, sigmaW2 = 1, sigmaB2 = 0): number {
  positive("sigmaW2", sigmaW2);
  variance("sigmaB2", sigmaB2);
  return (sigmaW2 * slopeSquare(phi, 1)) / (sigmaW2 * meanSquare(phi, 1) + sigmaB2);
}

/**
 * The same for batch norm: E φ'²/Var φ at q = 1. Its variance is over a large batch of inputs that have lost their
 * correlation, the fixed point of every batch (Yang et al. 2019). Weights and biases cancel. The factor is 1 only for a
 * linear φ, so batch norm makes gradients of deep plain networks explode.
 */
export const batchNormGain = (phi: AnyActivation): number => slopeSquare(phi, 1) / valueVariance(phi, 1);
