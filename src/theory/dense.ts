import type { Activation } from "./activations.ts";
import type { LayerLaw } from "./feedforward-layers.ts";
import type { ProfileMoments } from "./feedforward-profile.ts";
import { inFloat64 } from "./beyond-float64.ts";
import { meanSquare, slopeSquare } from "./moments.ts";

/** ln(eᵃ + eᵇ). */
const lnSum = (a: number, b: number): number => {
  const [less, more] = a < b ? [a, b] : [b, a];
  return more === Number.NEGATIVE_INFINITY ? more : more + Math.log1p(Math.exp(less - more));
};

/**
 * Dense nets (Huang et al. 2017): layer l reads [h_0 … h_{l−1}], N_l units together, h_l = φ(W_l […] + b_l).
 *
 *     q_l = σ_w² Σ_{k<l} n_k E h_k²/N_l + σ_b²,     E ‖δ_k‖² = Σ_{l>k} σ_w² (n_k/N_l) E φ'(√q_l z)² E ‖δ_l‖²,
 *
 * because the blocks of W_l have mean zero and are independent of each other and of the other layers. Derived here.
 *
 * @throws BeyondFloat64 if the forward signal leaves float64
 */
export function denseWalk(
  phi: Activation,
  laws: readonly LayerLaw[],
  inputSquare: number,
  q0?: number,
): ProfileMoments {
  const q: number[] = [];
  let total = 0; // Σ n_k E h_k² so far
  for (const [l, { sigmaW2, sigmaB2, fanIn, width }] of laws.entries()) {
    const now = l === 0 ? (q0 ?? sigmaW2 * inputSquare + sigmaB2) : (sigmaW2 * total) / fanIn + sigmaB2;
    q.push(inFloat64(now, l));
    total += width * meanSquare(phi, now);
  }
  const lnSquare = new Float64Array(laws.length);
  // ln Σ_{l>k} σ_w² E φ'² E ‖δ_l‖²/N_l: only the range of the sum depends on k. A logarithm, because the gradient may
  // leave float64 although the signal does not
  let lnArriving = Number.NEGATIVE_INFINITY;
  for (let k = laws.length - 2; k >= 0; k--) {
    const { sigmaW2, fanIn } = laws[k + 1];
    lnArriving = lnSum(lnArriving, Math.log((sigmaW2 * slopeSquare(phi, q[k + 1])) / fanIn) + lnSquare[k + 1]);
    lnSquare[k] = Math.log(laws[k].width) + lnArriving;
  }
  return { q, lnSquare, finite: null };
}
