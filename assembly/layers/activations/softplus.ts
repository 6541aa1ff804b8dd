import { expBounded } from "../../math/exp";
import { atLeast, minusAbs } from "../../math/lanes";
import { log1pUnit } from "../../math/log";

/**
 * q = e^−|a|:  φ(a) = ln(1 + e^a) = max(a, 0) + ln(1 + q)      φ'(a) = σ(a) = 1/(1 + q) on the right, q/(1 + q) on the left
 *
 * PyTorch returns a itself beyond a = 20, where ln(1 + q) is below half a unit of a in the last place.
 */
@unmanaged
export class Softplus {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    // Held at −105: e^−105 < 2^−150 rounds to 0.
    const s = expBounded(f32x4.mul(f32x4.splat(0.5), atLeast(minusAbs(a), -105)));
    const q = f32x4.mul(s, s);
    v128.store(value, f32x4.add(atLeast(a, 0), log1pUnit(q)));
    const numerator = v128.bitselect(q, one, f32x4.lt(a, f32x4.splat(0)));
    v128.store(slope, f32x4.div(numerator, f32x4.add(one, q)));
  }
}
