import { positive, variance } from "./checks.ts";
import { type AnyActivation, meanSquare, slopeSquare, valueVariance } from "./moments.ts";

/**
 * Factor on the squared gradient norm a layer, a = N(W h + b), h' = φ(a), for N layer norm (over units) or RMS norm: N
 * makes E a² = 1, and its adjoint divides by the standard deviation of W h + b:
 *
 *     σ_w² E[φ'(z)²]/(σ_w² E[φ(z)²] + σ_b²);   at σ_b = 0 E φ'²/E φ² at q = 1, whatever σ_w.
 *
 * Layer norm subtracts the mean over units of W h + b too, which is of order 1/√n and does not count at infinite width.
 *
 * @throws EvanesceError for a negative variance, or σ_w² = 0
 */
export function layerNormGain(phi: AnyActivation, sigmaW2 = 1, sigmaB2 = 0): number {
  positive("sigmaW2", sigmaW2);
  variance("sigmaB2", sigmaB2);
  return (sigmaW2 * slopeSquare(phi, 1)) / (sigmaW2 * meanSquare(phi, 1) + sigmaB2);
}

/**
 * The same for batch norm, whose variance is over a large batch of inputs that have lost their correlation (Yang et al.
 * 2019: the fixed point every batch tends to): E φ'²/Var φ at q = 1. Weights and biases cancel. It is 1 only for a
 * linear φ: batch norm makes deep plain nets explode.
 */
export const batchNormGain = (phi: AnyActivation): number => slopeSquare(phi, 1) / valueVariance(phi, 1);
