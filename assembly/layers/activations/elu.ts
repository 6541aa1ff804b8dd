import { fraction, octaves, powerOfTwo } from "../../math/exp";
import { atLeast, atMost } from "../../math/lanes";

/**
 * s = e^(min(a, 0)/2):  φ(a) = λ (max(a, 0) + α (s² − 1))      φ'(a) = λ where a > 0, λ α s² elsewhere
 *
 * s² − 1 = −(1 − s)(1 + s) keeps its digits near 0. Klambauer 2017 for (λ, α); Clevert 2015 has λ = 1.
 */
// @ts-ignore: decorator
@inline
function scaledElu(a: v128, lambda: f32, lambdaAlpha: f32, value: usize, slope: usize): void {
  const one = f32x4.splat(1);
  // Held at −105: e^−105 < 2^−150 rounds to 0.
  const x = f32x4.mul(f32x4.splat(0.5), atMost(atLeast(a, -105), 0));
  const t = octaves(x);
  const w = powerOfTwo(t);
  const wu = f32x4.mul(w, fraction(x, t));
  const s = f32x4.add(w, wu);
  const oneMinusS = f32x4.sub(f32x4.sub(one, w), wu);
  const left = f32x4.mul(f32x4.splat(lambdaAlpha), f32x4.mul(oneMinusS, f32x4.add(one, s)));
  v128.store(value, f32x4.sub(f32x4.mul(f32x4.splat(lambda), atLeast(a, 0)), left));
  const leftSlope = f32x4.mul(s, f32x4.mul(s, f32x4.splat(lambdaAlpha)));
  v128.store(slope, v128.bitselect(f32x4.splat(lambda), leftSlope, f32x4.gt(a, f32x4.splat(0))));
}

/** α = 1: also celu, whose two parameters then coincide. */
@unmanaged
export class Elu {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    scaledElu(a, 1, 1, value, slope);
  }
}

/** λ = 1.0507009873554805, α = 1.6732632423543772: zero mean and unit variance are a fixed point (Klambauer 2017, eq. 14). */
@unmanaged
export class Selu {
  // @ts-ignore: decorator
  @inline
  both(a: v128, value: usize, slope: usize): void {
    scaledElu(a, 1.0507009873554805, 1.7580993408473766, value, slope);
  }
}
