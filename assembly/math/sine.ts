/**
 * Sine and cosine of one argument.
 *
 *   x = n π/2 + r,  |r| ≤ π/4        sin x, cos x = ± sin r or ± cos r by the quadrant n mod 4
 *
 * Reduction after Cody and Waite (1980), with float64 in place of their split constants: one product, one difference,
 * absolute error 1e-12 at |x| = 8192 and 1e-8 at 2²⁷. Both polynomials are minimax (Remez) on |r| ≤ π/4: sine 3.8e-9
 * relative, cosine 1.2e-10.
 */
import { atLeast, atMost, signOf } from "./lanes";

const TWO_OVER_PI: f64 = 0.63661977236758134;
const HALF_PI: f64 = 1.5707963267948966;
/** 1.5 · 2⁵²: adding it rounds to an integer, whose two's complement is then the low word of the sum. */
const ROUNDER: f64 = 6755399441055744;
/** π/4, rounded up by two units in the last place: |r| may exceed π/4 by one rounding. */
const QUARTER_PI: f32 = 0.78539826;
const S0: f32 = -0.16666654602294581;
const S1: f32 = 0.0083321602911117806;
const S2: f32 = -0.0001951521791930398;
const C0: f32 = 0.04166664567015003;
const C1: f32 = -0.001388731561617543;
const C2: f32 = 2.4433082648708223e-5;

/** ROUNDER + n for two float64 lanes. */
@inline function quarterTurns(x: v128): v128 {
  return f64x2.add(f64x2.mul(x, f64x2.splat(TWO_OVER_PI)), f64x2.splat(ROUNDER));
}

/** r, rounded to float32 in the two low lanes. */
@inline function remainder(x: v128, turns: v128): v128 {
  const n = f64x2.sub(turns, f64x2.splat(ROUNDER));
  return f32x4.demote_f64x2_zero(f64x2.sub(x, f64x2.mul(n, f64x2.splat(HALF_PI))));
}

/** Stores sin x and cos x. NaN at ±∞. Beyond 2²⁷ the phase loses its digits, but both results stay within [−1, 1]. */
@inline export function sineCosine(x: v128, sine: usize, cosine: usize): void {
  const x01 = f64x2.promote_low_f32x4(x);
  const x23 = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
  const turns01 = quarterTurns(x01);
  const turns23 = quarterTurns(x23);
  const quadrant = v128.shuffle<i32>(turns01, turns23, 0, 2, 4, 6);
  const raw = v128.shuffle<i64>(remainder(x01, turns01), remainder(x23, turns23), 0, 2);
  // Beyond 2⁵² the remainder has no meaning; it is clamped to the range of the polynomials.
  const r = atMost(atLeast(raw, -QUARTER_PI), QUARTER_PI);
  const z = f32x4.mul(r, r);
  let S = f32x4.add(f32x4.splat(S1), f32x4.mul(z, f32x4.splat(S2)));
  S = f32x4.add(f32x4.splat(S0), f32x4.mul(z, S));
  const sinR = f32x4.add(r, f32x4.mul(f32x4.mul(r, z), S));
  let C = f32x4.add(f32x4.splat(C1), f32x4.mul(z, f32x4.splat(C2)));
  C = f32x4.add(f32x4.splat(C0), f32x4.mul(z, C));
  const cosR = f32x4.add(f32x4.sub(f32x4.splat(1), f32x4.mul(f32x4.splat(0.5), z)), f32x4.mul(f32x4.mul(z, z), C));
  const even = i32x4.eq(v128.and(quadrant, i32x4.splat(1)), i32x4.splat(0));
  // Bit 1 of the quadrant, moved to the sign: sine is negative in 2 and 3, cosine in 1 and 2.
  const sineSign = signOf(i32x4.shl(quadrant, 30));
  const cosineSign = signOf(i32x4.shl(i32x4.add(quadrant, i32x4.splat(1)), 30));
  v128.store(sine, v128.xor(v128.bitselect(sinR, cosR, even), sineSign));
  v128.store(cosine, v128.xor(v128.bitselect(cosR, sinR, even), cosineSign));
}
