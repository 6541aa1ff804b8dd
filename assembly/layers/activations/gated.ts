import { atLeast } from "../../math/lanes";

/**
 * φ(a) = a Φ(a) for a distribution function with Φ(−a) = 1 − Φ(a): gelu and silu (Hendrycks and Gimpel 2016).
 * Both follow from the tail Φ(−t) of t = |a|, which underflows to 0 where 1 − Φ(t) would be nothing but rounding:
 *
 *   φ(a) = max(a, 0) − V,   V = t Φ(−t)
 *   φ'(a) = G where a < 0, 1 − G elsewhere,   G = Φ(−t) − t Φ'(t)
 */
@inline export function storeGated(a: v128, V: v128, G: v128, value: usize, slope: usize): void {
  v128.store(value, f32x4.sub(atLeast(a, 0), V));
  v128.store(slope, v128.bitselect(G, f32x4.sub(f32x4.splat(1), G), f32x4.lt(a, f32x4.splat(0))));
}
