import { fraction, LIFT, lower, octaves, powerOfTwo } from "../../math/exp";
import { atLeast, atMost } from "../../math/lanes";

/**
 * x = min(a, 0):  φ(a) = λ (max(a, 0) + α (e^x − 1))      φ'(a) = λ where a > 0, λ α e^x elsewhere
 *
 * Klambauer 2017 for (λ, α); Clevert 2015 has λ = 1.
 */
@inline function scaledElu(a: v128, lambda: f32, lambdaAlpha: f32, value: usize, slope: usize): void {
  // Clamp x at −105: there w is 0.
  const x = atMost(atLeast(a, -105), 0);
  const t = octaves(x);
  const lifted = powerOfTwo(t, LIFT);
  const u = fraction(x, t);
  // 1 − e^x as (1 − w) − w u keeps its digits near 0.
  const w = lower(lifted);
  const oneMinusExp = f32x4.sub(f32x4.sub(f32x4.splat(1), w), f32x4.mul(w, u));
  const left = f32x4.mul(f32x4.splat(lambdaAlpha), oneMinusExp);
  v128.store(value, f32x4.sub(f32x4.mul(f32x4.splat(lambda), atLeast(a, 0)), left));
  const liftedExpX = f32x4.add(lifted, f32x4.mul(lifted, u));
  const leftSlope = lower(f32x4.mul(f32x4.splat(lambdaAlpha), liftedExpX));
  v128.store(slope, v128.bitselect(f32x4.splat(lambda), leftSlope, f32x4.gt(a, f32x4.splat(0))));
}

/** α = 1. Celu with α = 1 is the same function. */
@unmanaged export class Elu {
  @inline both(a: v128, value: usize, slope: usize): void {
    scaledElu(a, 1, 1, value, slope);
  }
}

/** λ = 1.0507009873554805, α = 1.6732632423543772: mean 0, variance 1 are a fixed point (Klambauer 2017, eq. 14). */
@unmanaged export class Selu {
  @inline both(a: v128, value: usize, slope: usize): void {
    scaledElu(a, 1.0507009873554805, 1.7580993408473766, value, slope);
  }
}
