import { expBoundedSum, gaussian } from "../../math/exp";
import { atMost } from "../../math/lanes";
import { mills } from "../../math/mills";
import { storeGated } from "./gated";

/**
 * φ(a) = a Φ(a), Φ the normal distribution. With t = |a|, s = e^(−t²/4), Mills' ratio m(t) = Φ(−t)/s²:
 *
 *   V = t m s²      G = s² (m − t/√(2π))
 */
@unmanaged
export class Gelu {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    // Held at 15, the end of `mills`: e^(−15²/2) < 2^−150 rounds to 0.
    const t = atMost(f32x4.abs(a), 15);
    const s = gaussian(t, 0.25);
    const m = mills(t);
    const G = f32x4.mul(f32x4.mul(s, f32x4.sub(m, f32x4.mul(t, f32x4.splat(INV_SQRT_2PI)))), s);
    storeGated(a, f32x4.mul(f32x4.mul(s, f32x4.mul(m, t)), s), G, value, slope);
  }
}

const INV_SQRT_2PI: f32 = 0.398942280401;

/**
 * φ(a) = ½ a (1 + tanh v) = a σ(2v),  v = √(2/π) (a + 0.044715 a³). With t = |a|, s = e^(−v), R = σ(2v) = 1/(1 + s²):
 *
 *   V = t s² R      G = s² R (1 − t 2v' R)
 *
 * v reaches 50, where one float32 would be wrong by 2⁻²⁴ · 50: so v is computed in float64 and handed on as two float32.
 */
@unmanaged
export class GeluTanh {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    // Held at 11: t e^(−2v) < 2^−150 rounds to 0.
    const t = atMost(f32x4.abs(a), 11);
    const v01 = minusV(f64x2.promote_low_f32x4(t));
    const v23 = minusV(f64x2.promote_low_f32x4(v128.shuffle<i64>(t, t, 1, 1)));
    const high01 = f32x4.demote_f64x2_zero(v01);
    const high23 = f32x4.demote_f64x2_zero(v23);
    const low01 = f32x4.demote_f64x2_zero(f64x2.sub(v01, f64x2.promote_low_f32x4(high01)));
    const low23 = f32x4.demote_f64x2_zero(f64x2.sub(v23, f64x2.promote_low_f32x4(high23)));
    const s = expBoundedSum(v128.shuffle<i64>(high01, high23, 0, 2), v128.shuffle<i64>(low01, low23, 0, 2));

    const R = f32x4.div(one, f32x4.add(one, f32x4.mul(s, s)));
    const sR = f32x4.mul(s, R);
    const twoVPrime = f32x4.add(f32x4.splat(<f32>(2 * LINEAR)), f32x4.mul(f32x4.splat(<f32>(6 * CUBIC)), f32x4.mul(t, t)));
    const G = f32x4.mul(f32x4.mul(sR, f32x4.sub(one, f32x4.mul(f32x4.mul(t, twoVPrime), R))), s);
    storeGated(a, f32x4.mul(f32x4.mul(sR, t), s), G, value, slope);
  }
}

/** √(2/π) and 0.044715 √(2/π). */
const LINEAR: f64 = 0.79788456080286536;
const CUBIC: f64 = 0.035677408136300124;

/** −v for two float64 lanes. */
// @ts-ignore: decorator
@inline
function minusV(t: v128): v128 {
  const slope = f64x2.add(f64x2.splat(-LINEAR), f64x2.mul(f64x2.splat(-CUBIC), f64x2.mul(t, t)));
  return f64x2.mul(t, slope);
}
