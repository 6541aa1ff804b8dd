import type { Activation } from "./activations.ts";
import { meanSquare } from "./moments.ts";
import { gaussianMean } from "./quadrature.ts";
import type { Signal } from "./signal.ts";

/**
 * The part of δ along the signal h itself, in residual nets with φ in the branch, h_s = h + α F(h).
 *
 * The factor 1 + α² g of the profile assumes a δ that is independent of h. But δ·h follows an exact equation:
 *
 *     δ_{s−1} · h_{s−1} = δ_s · y,     y = h + α (∂F/∂h) h,
 *     for bias-free ReLU y = h_s (Euler): δ·h does not change at all,
 *
 * so the part of δ along h grows as fast as h, and adds to the rest. If E φ ≠ 0, the mean of h grows with each block,
 * and h grows faster than 1 + α² g (He ReLU: by 2.9 instead of 2 at each block). In a random δ this part is 1/n of the
 * square. It is thus an effect of finite width, which dominates after about ln n blocks. Derived here, checked by
 * simulation.
 */
export interface ForwardMode {
  /** β² E h_s²/E h², the factor on the square of δ's part along h, with β = E[y h_s]/E h_s². */
  readonly kept: number;
  /** (E y² − β² E h_s²)/E h², the part along h that comes from the rest of δ, times n. */
  readonly fed: number;
  /**
   * The part across h that comes from the part along h: from the new directions of Wᵀ (large if φ' and h_s are large at
   * the same units), and because h itself changes its direction.
   */
  readonly leak: number;
}

/** The facts about a branch's layer that are needed here: σ_w², and the variance of its pre-activations. */
export interface ModeLayer {
  readonly sigmaW2: number;
  readonly q: number;
}

/**
 * The moments of y follow from the chain e_l = W T_{l−1}, T_l = φ'(a_l) ⊙ e_l, which starts at T_0 = h. Here e_l is
 * Gaussian: r_l a_l plus an independent rest.
 *
 * @param input h, the input of the block
 * @param output h_s, the sum of the block
 * @param branch F, the output of the branch
 */
export function forwardMode(
  phi: Activation,
  input: Signal,
  branch: Signal,
  output: Signal,
  alpha: number,
  layers: readonly ModeLayer[],
): ForwardMode {
  // E T, E T² and E[T φ(a)] of the previous layer; at the start T = φ = h
  let tangent = { mean: input.mean, square: input.square, along: input.square };
  for (const { sigmaW2, q } of layers) {
    const mean = (of: (a: number) => number) => gaussianMean({ of, kinks: phi.kinks }, q);
    const r = q === 0 ? 0 : (sigmaW2 * tangent.along) / q;
    const rest = Math.max(sigmaW2 * tangent.square - r * r * q, 0);
    tangent = {
      mean: r * mean((a) => a * phi.slope(a)),
      square: mean((a) => phi.slope(a) ** 2 * (r * r * a * a + rest)),
      along: r * mean((a) => a * phi.slope(a) * phi.value(a)),
    };
  }
  const yAlong = input.square + alpha * input.mean * (tangent.mean + branch.mean) + alpha * alpha * tangent.along;
  const ySquare = input.square + 2 * alpha * input.mean * tangent.mean + alpha * alpha * tangent.square;
  const kept = yAlong ** 2 / output.square;
  const turn = 1 - (input.square + alpha * input.mean * branch.mean) ** 2 / (output.square * input.square);
  return {
    kept: kept / input.square,
    fed: Math.max(ySquare - kept, 0) / input.square,
    leak: turn + acrossBranch(phi, input, alpha, layers) / output.square,
  };
}

/**
 * The isotropic part of α (∂F/∂h)ᵀ h_s, per unit. The adjoint of a layer's output is w = f ξ + κ x; that of the last
 * layer is h_s = h + α φ:
 *
 *     f ← σ_w² E[φ'² w²],     κ ← E[a φ' w]/E x²,     x the layer's input.
 */
function acrossBranch(phi: Activation, input: Signal, alpha: number, layers: readonly ModeLayer[]): number {
  let across = 0;
  let along = 0;
  for (const [place, { sigmaW2, q }] of [...layers.entries()].toReversed()) {
    const mean = (of: (a: number, slope: number, value: number) => number) =>
      gaussianMean({ of: (a) => of(a, phi.slope(a), phi.value(a)), kinks: phi.kinks }, q);
    const last = place === layers.length - 1;
    // E w² and E w given φ(a). h is independent of a; before the last layer, the independent part of w is f ξ, of mean
    // 0
    const free = last ? input.square : across;
    const level = last ? input.mean : 0;
    const tied = last ? alpha : along;
    const inputSquare = place === 0 ? input.square : meanSquare(phi, layers[place - 1].q);
    const square = mean((_, slope, value) => slope * slope * (free + 2 * level * tied * value + (tied * value) ** 2));
    along = mean((a, slope, value) => a * slope * (level + tied * value)) / inputSquare;
    across = sigmaW2 * square;
  }
  return alpha * alpha * across;
}

/**
 * One block back, for a δ with ‖δ‖² = 1 of which `share` is along h. The factor on ‖δ‖² is
 * (1 + g)(1 − share) + leak share + along, where `along` is the part that arrives along h.
 *
 * @param gain g, including the factor α²
 */
export function throughBlock(
  share: number,
  { kept, fed, leak }: ForwardMode,
  gain: number,
  width: number,
): { factor: number; share: number } {
  const along = kept * share + fed / width;
  const factor = (1 + gain) * (1 - share) + leak * share + along;
  return { factor, share: along / factor };
}
