import { LIFT, liftedExp, lower } from "../../math/exp";
import { atLeast, atMost, minusAbs } from "../../math/lanes";

/**
 * φ(a) = a tanh(softplus(a)) (Misra 2019). e^a = b/c with q = e^−|a| and (b, c) = (1, q) where a > 0, (q, 1) elsewhere,
 * so that nothing overflows:
 *
 *   D = b² + 2bc + 2c²      N = b²(b + 4c) + c²((6 + 4a) b + 4(1 + a) c)
 *   φ(a) = a b (b + 2c) / D        φ'(a) = b N / D²
 *
 * N is Misra's ω, collected in powers of e^a: 1 + a is exact near the root of φ', where factors would cancel. Where b =
 * q, b is scaled down last: q alone is subnormal, and inexact, where a q is still normal.
 */
@unmanaged export class Mish {
  @inline both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    const four = f32x4.splat(4);
    const lifted = liftedExp(atLeast(minusAbs(a), -105));
    const q = lower(lifted);
    const positive = f32x4.gt(a, f32x4.splat(0));
    // b in two factors, the second to be applied last.
    const b1 = v128.bitselect(one, lifted, positive);
    const b2 = v128.bitselect(one, f32x4.splat(1 / LIFT), positive);
    const b = v128.bitselect(one, q, positive);
    const c = v128.bitselect(q, one, positive);
    const cc = f32x4.mul(c, c);
    const bPlus2c = f32x4.add(b, f32x4.add(c, c));
    const R = f32x4.div(one, f32x4.add(f32x4.mul(b, bPlus2c), f32x4.add(cc, cc))); // 1/D
    // For large a, φ(a) is a itself; so a is clamped only on the negative side.
    const left = atLeast(a, -105);
    v128.store(value, f32x4.mul(f32x4.mul(left, f32x4.mul(b1, f32x4.mul(bPlus2c, R))), b2));

    const x = atMost(left, 105);
    const x4 = f32x4.mul(four, x);
    const inner = f32x4.add(
      f32x4.mul(f32x4.add(f32x4.splat(6), x4), b),
      f32x4.mul(f32x4.mul(four, f32x4.add(one, x)), c),
    );
    const outer = f32x4.mul(f32x4.mul(b, b), f32x4.add(b, f32x4.mul(four, c)));
    const N = f32x4.add(outer, f32x4.mul(cc, inner));
    v128.store(slope, f32x4.mul(f32x4.mul(b1, f32x4.mul(N, f32x4.mul(R, R))), b2));
  }
}
