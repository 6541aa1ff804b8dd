/**
 * Value and slope of σ and tanh in registers, for sweeps that use several gates at once.
 * `layers/activations/sigmoid.ts` and `tanh.ts` derive the formulas.
 */
import { expBounded, fraction, octaves, powerOfTwo } from "../math/exp";
import { atLeast, atMost, minusAbs, signOf } from "../math/lanes";

/** s = e^(−a/2). */
@inline export function sigmoidRoot(a: v128): v128 {
  return expBounded(f32x4.mul(f32x4.splat(-0.5), atMost(atLeast(a, -105), 105)));
}

/** σ(a) = 1/(1 + s²). */
@inline export function sigmoid(s: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(s, s)));
}

/** σ'(a) = (s σ)². */
@inline export function sigmoidSlope(s: v128, sigma: v128): v128 {
  const root = f32x4.mul(s, sigma);
  return f32x4.mul(root, root);
}

/** 1 − σ(a) = σ(−a) without cancellation: s² σ where a ≥ 0; 1 − σ elsewhere, where σ ≤ ½ and s² may be infinite. */
@inline export function sigmoidComplement(a: v128, s: v128, sigma: v128): v128 {
  return v128.bitselect(
    f32x4.sub(f32x4.splat(1), sigma), f32x4.mul(s, f32x4.mul(s, sigma)), f32x4.lt(a, f32x4.splat(0)),
  );
}

/** n of −|a|. `tanhPower` and `tanhRest` make w and wu of it: q = e^−|a| = w + wu. */
@inline export function tanhOctaves(a: v128): v128 { return octaves(atLeast(minusAbs(a), -53)); }
@inline export function tanhPower(n: v128): v128 { return powerOfTwo(n, 1); }
@inline export function tanhRest(a: v128, n: v128, w: v128): v128 {
  return f32x4.mul(w, fraction(atLeast(minusAbs(a), -53), n));
}

/** 1/(1 + q²). */
@inline export function tanhScale(w: v128, wu: v128): v128 {
  const q = f32x4.add(w, wu);
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(q, q)));
}

/** tanh a = ± (1 − q)(1 + q)/(1 + q²). */
@inline export function tanh(a: v128, w: v128, wu: v128, scale: v128): v128 {
  const one = f32x4.splat(1), q = f32x4.add(w, wu);
  const oneMinusQ = f32x4.sub(f32x4.sub(one, w), wu);
  return v128.or(f32x4.mul(oneMinusQ, f32x4.mul(f32x4.add(one, q), scale)), signOf(a));
}

/** tanh' a = (2q/(1 + q²))². */
@inline export function tanhSlope(w: v128, wu: v128, scale: v128): v128 {
  const q = f32x4.add(w, wu), sech = f32x4.mul(f32x4.add(q, q), scale);
  return f32x4.mul(sech, sech);
}
