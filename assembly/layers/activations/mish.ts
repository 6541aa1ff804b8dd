import { expBounded } from "../../math/exp";
import { atLeast, atMost, minusAbs } from "../../math/lanes";

/**
 * φ(a) = a tanh(softplus(a)) (Misra 2019). e^a = b/c with q = e^−|a| and (b, c) = (1, q) where a > 0, (q, 1) elsewhere, so
 * that nothing overflows:
 *
 *   D = b² + 2bc + 2c²      N = b²(b + 4c) + c²((6 + 4a) b + 4(1 + a) c)
 *   φ(a) = a b (b + 2c) / D        φ'(a) = b N / D²
 *
 * N is Misra's ω, collected in powers of e^a: 1 + a is exact about the root of φ', where the factored form would cancel.
 * q = s²; where b = q, one factor s is applied last, since a q is still normal where q no longer is.
 */
@unmanaged
export class Mish {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    const four = f32x4.splat(4);
    // Held at ±110: 110 e^−110 < 2^−150 rounds to 0. On the right the value is a itself, so it is held on the left only.
    const left = atLeast(a, -110);
    const s = expBounded(f32x4.mul(f32x4.splat(0.5), atLeast(minusAbs(a), -110)));
    const q = f32x4.mul(s, s);
    const positive = f32x4.gt(a, f32x4.splat(0));
    const rootB = v128.bitselect(one, s, positive);
    const b = v128.bitselect(one, q, positive);
    const c = v128.bitselect(q, one, positive);
    const cc = f32x4.mul(c, c);
    const bPlus2c = f32x4.add(b, f32x4.add(c, c));
    const R = f32x4.div(one, f32x4.add(f32x4.mul(b, bPlus2c), f32x4.add(cc, cc))); // 1/D
    v128.store(value, f32x4.mul(f32x4.mul(f32x4.mul(left, rootB), f32x4.mul(bPlus2c, R)), rootB));

    const x = atMost(left, 110);
    const x4 = f32x4.mul(four, x);
    const inner = f32x4.add(
      f32x4.mul(f32x4.add(f32x4.splat(6), x4), b),
      f32x4.mul(f32x4.mul(four, f32x4.add(one, x)), c),
    );
    const outer = f32x4.mul(f32x4.mul(b, b), f32x4.add(b, f32x4.mul(four, c)));
    const N = f32x4.add(outer, f32x4.mul(cc, inner));
    v128.store(slope, f32x4.mul(f32x4.mul(f32x4.mul(rootB, N), f32x4.mul(R, R)), rootB));
  }
}
