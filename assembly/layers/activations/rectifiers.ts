/** Rectifiers. At a kink the slope is that of the saturated side, as in PyTorch. */
import { atLeast, atMost, nanOf, where } from "../../math/lanes";

/** φ(a) = max(a, 0)      φ'(a) = [a > 0] */
@unmanaged export class Relu {
  @inline both(a: v128, value: usize, slope: usize): void {
    v128.store(value, atLeast(a, 0));
    v128.store(slope, v128.or(where(f32x4.gt(a, f32x4.splat(0)), 1), nanOf(a)));
  }
}

/** φ(a) = min(max(a, 0), 6)      φ'(a) = [0 < a < 6] */
@unmanaged export class Relu6 {
  @inline both(a: v128, value: usize, slope: usize): void {
    const inside = v128.and(f32x4.gt(a, f32x4.splat(0)), f32x4.lt(a, f32x4.splat(6)));
    v128.store(value, atMost(atLeast(a, 0), 6));
    v128.store(slope, v128.or(where(inside, 1), nanOf(a)));
  }
}

/** φ(a) = a where a > 0, w a elsewhere      φ'(a) = 1, w.  w in every lane. */
@inline export function leaky(a: v128, w: v128, value: usize, slope: usize): void {
  const positive = f32x4.gt(a, f32x4.splat(0));
  v128.store(value, v128.bitselect(a, f32x4.mul(a, w), positive));
  v128.store(slope, v128.or(v128.bitselect(f32x4.splat(1), w, positive), nanOf(a)));
}

/** w = 0.01. */
@unmanaged export class LeakyRelu {
  @inline both(a: v128, value: usize, slope: usize): void {
    leaky(a, f32x4.splat(0.01), value, slope);
  }
}
