import type { Activation } from "./activations.ts";
import { meanSquare } from "./moments.ts";
import { gaussianMean } from "./quadrature.ts";
import type { Signal } from "./signal.ts";

/**
 * The part of δ along the signal h itself, in residual nets with φ in the branch, h_s = h + α F(h).
 *
 * The profile's 1 + α² g is for a δ that has nothing to do with h. But δ·h is carried exactly:
 *
 *     δ_{s−1} · h_{s−1} = δ_s · y,     y = h + α (∂F/∂h) h,
 *     for bias-free ReLU y = h_s (Euler): δ·h does not change at all,
 *
 * so δ's part along h grows as fast as h itself, and feeds the rest. Where E φ ≠ 0, h piles up a mean and grows faster
 * than 1 + α² g (He ReLU: 2.9 against 2 a block). A random δ has 1/n of its square there: a finite-width effect, which
 * leads after some ln n blocks. Derived here, checked by simulation.
 */
export interface ForwardMode {
  /** β² E h_s²/E h²: what happens to the square of δ's part along h, β = E[y h_s]/E h_s². */
  readonly kept: number;
  /** (E y² − β² E h_s²)/E h²: what the rest of δ puts there, times n. */
  readonly fed: number;
  /**
   * What that part puts across h: Wᵀ's fresh directions, large where φ' and h_s are large on the same units, and h's
   * own turn.
   */
  readonly leak: number;
}

/** A branch's layer, as far as the mode needs it: σ_w², and the variance of its pre-activations. */
export interface ModeLayer {
  readonly sigmaW2: number;
  readonly q: number;
}

/**
 * y's moments by the chain e_l = W T_{l−1}, T_l = φ'(a_l) ⊙ e_l from T_0 = h; e_l is Gaussian, r_l a_l plus an
 * independent rest.
 *
 * @param input the block's h
 * @param output the block's sum h_s
 * @param branch F, the branch's output
 */
export function forwardMode(
  phi: Activation,
  input: Signal,
  branch: Signal,
  output: Signal,
  alpha: number,
  layers: readonly ModeLayer[],
): ForwardMode {
  // E T, E T² and E[T φ(a)] of the layer before; at the start T = φ = h
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
 * The isotropic part of α (∂F/∂h)ᵀ h_s, per unit: the adjoint of a layer's output is w = f ξ + κ x, of the last layer's
 * h_s = h + α φ,
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
    // E w² and E w given φ(a): h is independent of a; below the last layer w's independent part is f ξ, of mean 0
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
 * One block back for a δ of unit square with `share` of it along h: ‖δ‖² multiplies by (1 + g)(1 − share) + leak share
 * + along, where `along` is what arrives along h.
 *
 * @param gain g, with α²
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
