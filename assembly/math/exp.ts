/**
 * The exponential. Every saturating activation rests on it, and takes its tails from the square of a half exponential:
 * e^x = (e^(x/2))². Then the power of two below is always a normal number, and the one multiplication that squares it
 * underflows gradually into the subnormals, or overflows to ∞, by the hardware's own rounding.
 *
 *   x = n ln 2 + r,  |r| ≤ ½ ln 2         n = round(x / ln 2)
 *   e^x = w (1 + u),  w = 2^n,  u = e^r − 1 = r + r² Q(r)
 *
 * Reduction in two constants after Cody and Waite (1980). Q is minimax for the relative error of u (Remez 1934, weight
 * r²/(e^r − 1) on |r| ≤ 0.347): 4.6e-7 of u at the ends, so 1.6e-7 of e^x and nothing near 0. Then 1 − e^x is as accurate
 * as e^x: it is (1 − w) − w u, and 1 − w is exact.
 */
import { atLeast, atMost } from "./lanes";

/** 1/ln 2. */
const LOG2_E: f32 = 1.44269504;
/** ln 2 = LN2_HIGH + LN2_LOW. High has 15 significant bits: n · high is exact for |n| < 2⁹. Low carries ln 2 to 2⁻⁴³. */
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606765330187e-6;
/** 1.5 · 2²³: adding it rounds to an integer, which is then the low bits of the sum. */
const ROUNDER: f32 = 12582912;
const Q0: f32 = 0.49999400268818754;
const Q1: f32 = 0.16666831647349194;
const Q2: f32 = 0.041872975714020304;
const Q3: f32 = 0.0083380800822311606;

/** ROUNDER + n: the key to the power of two and to the fraction of x. */
// @ts-ignore: decorator
@inline
export function octaves(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(LOG2_E)), f32x4.splat(ROUNDER));
}

/** w = 2^n: the integer n moved into the exponent field of 1. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(octaves: v128): v128 {
  return i32x4.add(i32x4.shl(octaves, 23), f32x4.splat(1));
}

/** r = (high + low) − n ln 2. high − n · LN2_HIGH is exact, so nothing of low is lost. */
// @ts-ignore: decorator
@inline
function reduced(high: v128, low: v128, octaves: v128): v128 {
  const n = f32x4.sub(octaves, f32x4.splat(ROUNDER));
  const coarse = f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  return f32x4.add(coarse, f32x4.sub(low, f32x4.mul(n, f32x4.splat(LN2_LOW))));
}

/** u = e^r − 1. */
// @ts-ignore: decorator
@inline
function series(r: v128): v128 {
  // In halves (Estrin 1960): the latency of a Horner chain would be a quarter of the whole tanh.
  const r2 = f32x4.mul(r, r);
  const low = f32x4.add(f32x4.mul(r, f32x4.splat(Q1)), f32x4.splat(Q0));
  const high = f32x4.add(f32x4.mul(r, f32x4.splat(Q3)), f32x4.splat(Q2));
  return f32x4.add(r, f32x4.mul(r2, f32x4.add(low, f32x4.mul(r2, high))));
}

/** u = e^r − 1, r = x − n ln 2. */
// @ts-ignore: decorator
@inline
export function fraction(x: v128, octaves: v128): v128 {
  const n = f32x4.sub(octaves, f32x4.splat(ROUNDER));
  const coarse = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  return series(f32x4.sub(coarse, f32x4.mul(n, f32x4.splat(LN2_LOW))));
}

/** e^x = w + w u. |x| ≤ 87, where it is a normal number, or NaN. */
// @ts-ignore: decorator
@inline
export function expBounded(x: v128): v128 {
  const t = octaves(x);
  const w = powerOfTwo(t);
  return f32x4.add(w, f32x4.mul(w, fraction(x, t)));
}

/** e^(high + low), |low| ≤ |high|/1000: for an exponent that one float32 cannot hold. As `expBounded`. */
// @ts-ignore: decorator
@inline
export function expBoundedSum(high: v128, low: v128): v128 {
  const t = octaves(f32x4.add(high, low));
  const w = powerOfTwo(t);
  return f32x4.add(w, f32x4.mul(w, series(reduced(high, low, t))));
}

/**
 * e^(−c x²) for c = ½ or ¼. c x² ≤ 87, or NaN. x² rounded would be wrong by 2⁻²⁴ x², five roundings of the result at
 * x = 10; so x = x₁ + x₂ with x₁ the leading 12 bits, whose square is exact, and x² = x₁² + x₂ (x + x₁).
 */
// @ts-ignore: decorator
@inline
export function gaussian(x: v128, c: f32): v128 {
  const x1 = v128.and(x, i32x4.splat(0xfffff000));
  const high = f32x4.mul(f32x4.splat(-c), f32x4.mul(x1, x1));
  const low = f32x4.mul(f32x4.splat(-c), f32x4.mul(f32x4.sub(x, x1), f32x4.add(x, x1)));
  return expBoundedSum(high, low);
}

/** e^x for every x, as (e^(x/2))². Held where e^(x/2) is normal and its square 0 or ∞: e^−105 < 2^−150, e^90 > 2^128. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const s = expBounded(f32x4.mul(f32x4.splat(0.5), atMost(atLeast(x, -105), 90)));
  return f32x4.mul(s, s);
}
