import { liftedGaussian, lower } from "../../math/exp";
import { atMost, signOf } from "../../math/lanes";
import { mills } from "../../math/mills";

/**
 * t = |a|, g = e^(−t²):  φ'(a) = 2/√π g
 *   φ(a) = erf a = a P(a²) for t < 0.7, ± (1 − erfc t) beyond, erfc t = 2 m(√2 t) g with Mills' ratio m
 *
 * At 0.7, 1 − erfc starts to lose digits (erf 0.7 = 0.68), and degree 4 still suffices. P is minimax for the
 * relative error (Remez): 3.7e-8.
 */
const P0: f32 = 1.1283791256090244;
const P1: f32 = -0.37612221643349843;
const P2: f32 = 0.11276998986032828;
const P3: f32 = -0.026474477804296584;
const P4: f32 = 0.0042817971573941953;
const SQRT2: f32 = 1.41421356237;
const TWO_OVER_SQRT_PI: f32 = 1.1283791671;

@unmanaged export class Erf {
  @inline both(a: v128, value: usize, slope: usize): void {
    // Clamp t where t² = 104.9: there the power of two in g is 0.
    const t = atMost(f32x4.abs(a), 10.24);
    const lifted = liftedGaussian(t, 1);
    v128.store(slope, lower(f32x4.mul(f32x4.splat(TWO_OVER_SQRT_PI), lifted)));

    const tail = f32x4.mul(lower(lifted), mills(f32x4.mul(t, f32x4.splat(SQRT2))));
    const outer = f32x4.sub(f32x4.splat(1), f32x4.add(tail, tail));
    const z = f32x4.mul(t, t);
    let P = f32x4.add(f32x4.splat(P3), f32x4.mul(z, f32x4.splat(P4)));
    P = f32x4.add(f32x4.splat(P2), f32x4.mul(z, P));
    P = f32x4.add(f32x4.splat(P1), f32x4.mul(z, P));
    P = f32x4.add(f32x4.splat(P0), f32x4.mul(z, P));
    const inner = f32x4.mul(t, P);
    const magnitude = v128.bitselect(inner, outer, f32x4.lt(t, f32x4.splat(0.7)));
    v128.store(value, v128.or(magnitude, signOf(a)));
  }
}
