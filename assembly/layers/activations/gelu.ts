import { liftedExpSum, liftedGaussian, lower } from "../../math/exp";
import { atMost } from "../../math/lanes";
import { mills } from "../../math/mills";
import { storeGated } from "./gated";

/**
 * φ(a) = a Φ(a), Φ the normal distribution. With t = |a|, g = e^(−t²/2), Mills' ratio m(t) = Φ(−t)/g:
 *
 *   V = t m g      G = g (m − t/√(2π))
 */
@unmanaged export class Gelu {
  @inline both(a: v128, value: usize, slope: usize): void {
    // Clamp t where t²/2 = 104.8: there the power of two in g is 0.
    const t = atMost(f32x4.abs(a), 14.48);
    const lifted = liftedGaussian(t, 0.5);
    const m = mills(t);
    const V = lower(f32x4.mul(lifted, f32x4.mul(m, t)));
    const G = lower(f32x4.mul(lifted, f32x4.sub(m, f32x4.mul(t, f32x4.splat(INV_SQRT_2PI)))));
    storeGated(a, V, G, value, slope);
  }
}

/** 1/√(2π), the density at 0. */
const INV_SQRT_2PI: f32 = 0.398942280401;

/**
 * φ(a) = ½ a (1 + tanh v) = a σ(2v),  v = √(2/π) (a + 0.044715 a³). With t = |a|, q = e^(−2v), R = σ(2v) = 1/(1 + q):
 *
 *   V = t q R      G = q R (1 − t 2v' R)
 *
 * 2v reaches 100, where one float32 would be wrong by 2⁻²⁴ · 100. So 2v is computed in float64 and passed on as two
 * float32.
 */
@unmanaged export class GeluTanh {
  @inline both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    // Clamp t where 2v = 104.9: there the power of two in q is 0.
    const t = atMost(f32x4.abs(a), 10.715);
    const v01 = minus2V(f64x2.promote_low_f32x4(t));
    const v23 = minus2V(f64x2.promote_low_f32x4(v128.shuffle<i64>(t, t, 1, 1)));
    const high01 = f32x4.demote_f64x2_zero(v01);
    const high23 = f32x4.demote_f64x2_zero(v23);
    const low01 = f32x4.demote_f64x2_zero(f64x2.sub(v01, f64x2.promote_low_f32x4(high01)));
    const low23 = f32x4.demote_f64x2_zero(f64x2.sub(v23, f64x2.promote_low_f32x4(high23)));
    const lifted = liftedExpSum(v128.shuffle<i64>(high01, high23, 0, 2), v128.shuffle<i64>(low01, low23, 0, 2));

    const R = f32x4.div(one, f32x4.add(one, lower(lifted)));
    const slope2V = f32x4.add(f32x4.splat(<f32>LINEAR), f32x4.mul(f32x4.splat(<f32>(3 * CUBIC)), f32x4.mul(t, t)));
    const tR = f32x4.mul(t, R);
    const V = lower(f32x4.mul(lifted, tR));
    const G = lower(f32x4.mul(lifted, f32x4.mul(R, f32x4.sub(one, f32x4.mul(tR, slope2V)))));
    storeGated(a, V, G, value, slope);
  }
}

/** 2√(2/π) and 0.044715 · 2√(2/π). */
const LINEAR: f64 = 1.5957691216057307;
const CUBIC: f64 = 0.071354816272600249;

/** −2v for two float64 lanes. */
@inline function minus2V(t: v128): v128 {
  const ratio = f64x2.add(f64x2.splat(-LINEAR), f64x2.mul(f64x2.splat(-CUBIC), f64x2.mul(t, t)));
  return f64x2.mul(t, ratio);
}
