/**
 * Piecewise linear approximations of smooth functions. At a kink the slope is that of the saturated side, as in
 * PyTorch.
 */
import { atLeast, atMost, nanOf, where } from "../../math/lanes";

/** φ(a) = min(max(a, −1), 1)      φ'(a) = [−1 < a < 1] */
@unmanaged export class Hardtanh {
  @inline both(a: v128, value: usize, slope: usize): void {
    v128.store(value, atMost(atLeast(a, -1), 1));
    v128.store(slope, v128.or(where(f32x4.lt(f32x4.abs(a), f32x4.splat(1)), 1), nanOf(a)));
  }
}

/** φ(a) = min(max(a + 3, 0), 6) / 6      φ'(a) = [−3 < a < 3] / 6 */
@unmanaged export class Hardsigmoid {
  @inline both(a: v128, value: usize, slope: usize): void {
    v128.store(value, f32x4.mul(f32x4.splat(1.0 / 6.0), ramp(a)));
    v128.store(slope, v128.or(where(f32x4.lt(f32x4.abs(a), f32x4.splat(3)), 1.0 / 6.0), nanOf(a)));
  }
}

/**
 * φ(a) = a min(max(a + 3, 0), 6) / 6      φ'(a) = 0 up to −3, (2a + 3)/6 between, 1 from 3
 *
 * The factor a is clamped at −3, where the other factor is 0 already: at −∞ the product would be ∞ · 0.
 */
@unmanaged export class Hardswish {
  @inline both(a: v128, value: usize, slope: usize): void {
    const sixth = f32x4.splat(1.0 / 6.0);
    const x = atLeast(a, -3);
    v128.store(value, f32x4.mul(x, f32x4.mul(sixth, ramp(a))));
    const inner = f32x4.mul(sixth, f32x4.add(f32x4.add(x, x), f32x4.splat(3)));
    const right = v128.bitselect(f32x4.splat(1), inner, f32x4.ge(a, f32x4.splat(3)));
    v128.store(slope, v128.andnot(right, f32x4.le(a, f32x4.splat(-3))));
  }
}

/** min(max(a + 3, 0), 6) */
@inline function ramp(a: v128): v128 {
  return atMost(atLeast(f32x4.add(a, f32x4.splat(3)), 0), 6);
}
