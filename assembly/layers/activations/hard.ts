/** Piecewise stand-ins for the smooth ones. At a kink the slope is the saturated side's, PyTorch's choice. */
import { atLeast, atMost, nanOf, where } from "../../math/lanes";

/** φ(a) = min(max(a, −1), 1)      φ'(a) = [−1 < a < 1] */
@unmanaged
export class Hardtanh {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    v128.store(value, atMost(atLeast(a, -1), 1));
    v128.store(slope, v128.or(where(f32x4.lt(f32x4.abs(a), f32x4.splat(1)), 1), nanOf(a)));
  }
}
