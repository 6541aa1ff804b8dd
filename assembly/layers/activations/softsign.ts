import { atMost, signOf } from "../../math/lanes";

/**
 * m = |a|, R = 1 / (1 + m):  φ(a) = ± m R      φ'(a) = R²
 *
 * m is clamped at 2⁸⁰: there m R is 1 and R² is 0 already, as in the limit ∞, where m R would be computed as ∞ · 0.
 */
@unmanaged export class Softsign {
  @inline both(a: v128, value: usize, slope: usize): void {
    const m = atMost(f32x4.abs(a), 1208925819614629174706176.0);
    const R = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), m));
    v128.store(value, v128.or(f32x4.mul(m, R), signOf(a)));
    v128.store(slope, f32x4.mul(R, R));
  }
}
