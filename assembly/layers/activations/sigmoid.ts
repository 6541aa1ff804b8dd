import { expBounded } from "../../math/exp";
import { atLeast, atMost } from "../../math/lanes";

/**
 * s = e^(−a/2):  σ(a) = 1 / (1 + s²)      σ'(a) = σ(a) σ(−a) = (s σ(a))²
 *
 * No branch on the sign: for very negative a, s² is large, and 1/(1 + s²) is e^a to full relative accuracy down to a =
 * −88, below float32's smallest normal number; beyond it s² = ∞ and both are 0. The slope is computed as a square,
 * which underflows gradually.
 */
@unmanaged export class Sigmoid {
  @inline both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    // Clamp |a| at 105: e^−105 < 2^−150 rounds to 0, e^105 to ∞.
    const s = expBounded(f32x4.mul(f32x4.splat(-0.5), atMost(atLeast(a, -105), 105)));
    const sigma = f32x4.div(one, f32x4.add(one, f32x4.mul(s, s)));
    v128.store(value, sigma);
    const root = f32x4.mul(s, sigma);
    v128.store(slope, f32x4.mul(root, root));
  }
}
