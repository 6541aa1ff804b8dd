import { liftedExp, lower } from "../../math/exp";
import { atLeast, minusAbs } from "../../math/lanes";
import { log1pUnit } from "../../math/log";

/**
 * q = e^−|a|:  φ(a) = ln(1 + e^a) = max(a, 0) + ln(1 + q)      φ'(a) = σ(a) = q/(1 + q) where a < 0, else 1/(1 + q)
 *
 * PyTorch returns a itself beyond a = 20, where ln(1 + q) is below half a unit of a in the last place.
 */
@unmanaged export class Softplus {
  @inline both(a: v128, value: usize, slope: usize): void {
    const one = f32x4.splat(1);
    const q = lower(liftedExp(atLeast(minusAbs(a), -105)));
    v128.store(value, f32x4.add(atLeast(a, 0), log1pUnit(q)));
    const numerator = v128.bitselect(q, one, f32x4.lt(a, f32x4.splat(0)));
    v128.store(slope, f32x4.div(numerator, f32x4.add(one, q)));
  }
}
