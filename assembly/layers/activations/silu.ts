import { liftedExp, lower } from "../../math/exp";
import { atMost } from "../../math/lanes";
import { storeGated } from "./gated";

/**
 * φ(a) = a σ(a). With t = |a|, q = e^−t, R = σ(t) = 1/(1 + q), σ(−t) = q R:
 *
 *   V = t q R      G = q R (1 − t R)
 *
 * q is computed 2²⁴ times larger (`liftedExp`). V and G are scaled back last (`lower`): q alone would be subnormal, and
 * inexact, where t q is still normal.
 */
@unmanaged export class Silu {
  @inline both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    const t = atMost(f32x4.abs(a), 105);
    const lifted = liftedExp(f32x4.neg(t));
    const R = f32x4.div(one, f32x4.add(one, lower(lifted)));
    const tR = f32x4.mul(t, R);
    const V = lower(f32x4.mul(lifted, tR));
    const G = lower(f32x4.mul(lifted, f32x4.mul(R, f32x4.sub(one, tR))));
    storeGated(a, V, G, value, slope);
  }
}
