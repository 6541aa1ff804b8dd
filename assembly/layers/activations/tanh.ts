import { octaves, powerOfTwo, remainder, series } from "../../math/exp";
import { atLeast, minusAbs, signOf } from "../../math/lanes";

/**
 * q = e^−|a|:  tanh a = ± (1 − q)(1 + q) / (1 + q²)      sech a = 2q / (1 + q²)      tanh' a = sech² a
 *
 * q rather than e = q²: 1 − q keeps its relative accuracy near 0, so no second formula is needed there, and sech² is a
 * square that underflows gradually. 1 − tanh² a would be 0 beyond |a| = 9.
 *
 * In the stages of `sweepInStages`: q = w + wu, w = 2^n, u = e^r − 1.
 */
@unmanaged export class Tanh {
  /** r, w */
  @inline first(a: v128, x: usize, y: usize): void {
    // Held at −53: 4 e^−106 < 2^−150 rounds to 0, which tanh' has reached before.
    const held = atLeast(minusAbs(a), -53);
    const t = octaves(held);
    v128.store(x, remainder(held, t));
    v128.store(y, powerOfTwo(t, 1));
  }

  /** r, w → wu, w */
  @inline second(x: usize, y: usize): void {
    v128.store(x, f32x4.mul(v128.load(y), series(v128.load(x))));
  }

  @inline third(a: v128, x: usize, y: usize, value: usize, slope: usize): void {
    const one = f32x4.splat(1), wu = v128.load(x), w = v128.load(y);
    const q = f32x4.add(w, wu);
    const oneMinusQ = f32x4.sub(f32x4.sub(one, w), wu);
    const R = f32x4.div(one, f32x4.add(one, f32x4.mul(q, q)));
    v128.store(value, v128.or(f32x4.mul(oneMinusQ, f32x4.mul(f32x4.add(one, q), R)), signOf(a)));
    const sech = f32x4.mul(f32x4.add(q, q), R);
    v128.store(slope, f32x4.mul(sech, sech));
  }
}
