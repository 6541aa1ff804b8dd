import { variance, whole } from "./checks.ts";
import { type AnyActivation, meanSquare, resolve, slopeSquare } from "./moments.ts";

/** The moments of a signal at each layer of a plain network; no fixed point is assumed. */
export interface Trajectory {
  /** q_l, the variance of the pre-activations at layer l; q[0] is the given q₀. */
  readonly q: readonly number[];
  /** χ₁(q_l) = σ_w² E[φ'(√q_l z)²]: the factor of layer l on the squared gradient norm. */
  readonly chi1: readonly number[];
  /** Σ ln χ₁(q_l), nats of the *squared* norm; ln ‖δ‖ changes by half of it over these layers. */
  readonly lnSquareGain: number;
}

/**
 * The trajectory over `depth` layers, q_{l+1} = σ_w² E[φ(√q_l z)²] + σ_b² (Poole et al. 2016, equation 3) and the
 * gradient factors along it (Schoenholz et al. 2017, on gradients, before the fixed point).
 *
 * For tanh with (σ_w², σ_b², q₀) = (1, 0, 1), q falls as 1/(2l), so the product falls as a power of depth and not
 * exponentially.
 *
 * @throws EvanesceError for a bad variance or depth
 */
export function trajectory(
  phi: AnyActivation,
  sigmaW2: number,
  sigmaB2: number,
  q0: number,
  depth: number,
): Trajectory {
  const known = resolve(phi);
  variance("sigmaW2", sigmaW2);
  variance("sigmaB2", sigmaB2);
  variance("q0", q0);
  whole("depth", depth, 1);
  const q = [q0];
  const chi1 = [sigmaW2 * slopeSquare(known, q0)];
  for (let l = 1; l < depth; l++) {
    const last = q[l - 1];
    const next = sigmaW2 * meanSquare(known, last) + sigmaB2;
    q.push(next);
    chi1.push(next === last ? chi1[l - 1] : sigmaW2 * slopeSquare(known, next));
  }
  return { q, chi1, lnSquareGain: chi1.reduce((sum, chi) => sum + Math.log(chi), 0) };
}
