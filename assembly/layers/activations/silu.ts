import { expBounded } from "../../math/exp";
import { atMost } from "../../math/lanes";
import { storeGated } from "./gated";

/**
 * φ(a) = a σ(a). With t = |a|, s = e^(−t/2), R = σ(t) = 1/(1 + s²), σ(−t) = s² R:
 *
 *   V = t s² R      G = s² R (1 − t R)
 *
 * The second s is the last factor: s² alone is subnormal, and inexact, while t s² is still normal.
 */
@unmanaged
export class Silu {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    // Held at 110: 110 e^−110 < 2^−150 rounds to 0.
    const t = atMost(f32x4.abs(a), 110);
    const s = expBounded(f32x4.mul(f32x4.splat(-0.5), t));
    const R = f32x4.div(one, f32x4.add(one, f32x4.mul(s, s)));
    const sR = f32x4.mul(s, R);
    const G = f32x4.mul(f32x4.mul(sR, f32x4.sub(one, f32x4.mul(t, R))), s);
    storeGated(a, f32x4.mul(f32x4.mul(sR, t), s), G, value, slope);
  }
}
