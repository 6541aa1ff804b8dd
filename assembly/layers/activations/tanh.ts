import { fraction, octaves, powerOfTwo } from "../../math/exp";
import { atLeast, minusAbs, signOf } from "../../math/lanes";

/**
 * q = e^−|a|:  tanh a = ± (1 − q)(1 + q) / (1 + q²)      sech a = 2q / (1 + q²)      tanh' a = sech² a
 *
 * q rather than e = q²: 1 − q keeps its relative accuracy near 0, so no second formula is needed there, and sech² is a
 * square that underflows gradually. 1 − tanh² a would be 0 beyond |a| = 9.
 */
@unmanaged
export class Tanh {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    // Held at −53: 4 e^−106 < 2^−150 rounds to 0, which tanh' has reached before.
    const x = atLeast(minusAbs(a), -53);
    const t = octaves(x);
    const w = powerOfTwo(t, 1);
    const wu = f32x4.mul(w, fraction(x, t));
    const q = f32x4.add(w, wu);
    const oneMinusQ = f32x4.sub(f32x4.sub(one, w), wu);
    const R = f32x4.div(one, f32x4.add(one, f32x4.mul(q, q)));
    v128.store(value, v128.or(f32x4.mul(oneMinusQ, f32x4.mul(f32x4.add(one, q), R)), signOf(a)));
    const sech = f32x4.mul(f32x4.add(q, q), R);
    v128.store(slope, f32x4.mul(sech, sech));
  }
}
