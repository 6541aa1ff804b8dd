/**
 * The exponential, which every saturating activation uses.
 *
 *   x = n ln 2 + r,  |r| ≤ ½ ln 2         n = round(x / ln 2)
 *   e^x = w (1 + u),  w = 2^n,  u = e^r − 1 = r + r² Q(r)
 *
 * Reduction in two constants after Cody and Waite (1980). Q is minimax for the relative error of u (Remez 1934, weight
 * r²/(e^r − 1) on |r| ≤ 0.347): 4.6e-7 of u at the ends, so 1.9e-7 of e^x there and nothing near 0. 1 − e^x needs no
 * formula of its own: it is (1 − w) − w u, and 1 − w is exact.
 *
 * w is built in the exponent field, so it must be a normal number. A tail that goes on into the subnormals is therefore
 * carried as 2²⁴ e^x to the last multiplication of its formula, by `lower`, which underflows gradually.
 */
import { atLeast, atMost } from "./lanes";

/** 1/ln 2. */
const LOG2_E: f32 = 1.44269504;
/**
 * ln 2 = LN2_HIGH + LN2_LOW. HIGH has 15 significant bits: n · HIGH is exact for |n| < 2⁹. LOW holds the next bits,
 * down to 2⁻⁴³.
 */
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606765330187e-6;
/** 1.5 · 2²³: adding it rounds to an integer, which is then the low bits of the sum. */
const ROUNDER: f32 = 12582912;
const Q0: f32 = 0.49999400268818754;
const Q1: f32 = 0.16666831647349194;
const Q2: f32 = 0.041872975714020304;
const Q3: f32 = 0.0083380800822311606;
/**
 * 2²⁴: w stays normal down to n = −150, the last octave that does not round to 0. At −151 the exponent field is 0, and
 * so is w.
 */
export const LIFT: f32 = 16777216;

/**
 * The constants, for a loop that loads each of them once: V8 of Node 24 builds a constant anew in every iteration, but
 * keeps a loaded one in its register. Other callers omit the last parameters of the functions below.
 */
export const CONSTANTS = memory.data<f32>([LOG2_E, ROUNDER, LN2_HIGH, LN2_LOW, Q0, Q1, Q2, Q3], 16);

/** ROUNDER + n, from which `powerOfTwo` and `fraction` compute w and u. */
@inline export function octaves(
  x: v128, log2e: v128 = f32x4.splat(LOG2_E), rounder: v128 = f32x4.splat(ROUNDER),
): v128 {
  return f32x4.add(f32x4.mul(x, log2e), rounder);
}

/** scale · 2^n for a power of two `scale`: the integer n added to its exponent field. ROUNDER itself is shifted out. */
@inline export function powerOfTwo(octaves: v128, scale: f32): v128 {
  return i32x4.add(i32x4.shl(octaves, 23), f32x4.splat(scale));
}

/** u = e^r − 1. */
@inline export function series(
  r: v128, q0: v128 = f32x4.splat(Q0), q1: v128 = f32x4.splat(Q1), q2: v128 = f32x4.splat(Q2),
  q3: v128 = f32x4.splat(Q3),
): v128 {
  // Two halves at once (Estrin 1960): a Horner chain's latency would be a quarter of the whole tanh's.
  const r2 = f32x4.mul(r, r);
  const low = f32x4.add(f32x4.mul(r, q1), q0);
  const high = f32x4.add(f32x4.mul(r, q3), q2);
  return f32x4.add(r, f32x4.mul(r2, f32x4.add(low, f32x4.mul(r2, high))));
}

/** r = x − n ln 2. */
@inline export function remainder(
  x: v128, octaves: v128, rounder: v128 = f32x4.splat(ROUNDER), high: v128 = f32x4.splat(LN2_HIGH),
  low: v128 = f32x4.splat(LN2_LOW),
): v128 {
  const n = f32x4.sub(octaves, rounder);
  const coarse = f32x4.sub(x, f32x4.mul(n, high));
  return f32x4.sub(coarse, f32x4.mul(n, low));
}

/** u = e^r − 1, r = x − n ln 2. */
@inline export function fraction(x: v128, octaves: v128): v128 {
  return series(remainder(x, octaves));
}

@inline function scaledExp(x: v128, scale: f32): v128 {
  const t = octaves(x);
  const w = powerOfTwo(t, scale);
  return f32x4.add(w, f32x4.mul(w, fraction(x, t)));
}

/** e^x. |x| ≤ 87, where it is a normal number, or NaN. */
@inline export function expBounded(x: v128): v128 {
  return scaledExp(x, 1);
}

/** 2²⁴ e^x. −105 ≤ x ≤ 71, or NaN. */
@inline export function liftedExp(x: v128): v128 {
  return scaledExp(x, LIFT);
}

/** 2⁻²⁴ y. */
@inline export function lower(y: v128): v128 {
  return f32x4.mul(y, f32x4.splat(1 / LIFT));
}

/**
 * 2²⁴ e^(high + low), for an exponent that one float32 cannot hold: as `liftedExp`, |low| ≤ |high|/1000.
 * high − n · LN2_HIGH is exact, so r = (high + low) − n ln 2 loses nothing of low.
 */
@inline export function liftedExpSum(high: v128, low: v128): v128 {
  const t = octaves(f32x4.add(high, low));
  const w = powerOfTwo(t, LIFT);
  const n = f32x4.sub(t, f32x4.splat(ROUNDER));
  const coarse = f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.add(coarse, f32x4.sub(low, f32x4.mul(n, f32x4.splat(LN2_LOW))));
  return f32x4.add(w, f32x4.mul(w, series(r)));
}

/**
 * 2²⁴ e^(−c x²) for c = ½ or 1. c x² ≤ 105, or NaN. A rounded c x² = 100 would put 6e-6 into the result; so x = x₁ + x₂
 * with x₁ the leading 12 bits, whose square is exact, and x² = x₁² + x₂ (x + x₁).
 */
@inline export function liftedGaussian(x: v128, c: f32): v128 {
  const x1 = v128.and(x, i32x4.splat(0xfffff000));
  const high = f32x4.mul(f32x4.splat(-c), f32x4.mul(x1, x1));
  const low = f32x4.mul(f32x4.splat(-c), f32x4.mul(f32x4.sub(x, x1), f32x4.add(x, x1)));
  return liftedExpSum(high, low);
}

/**
 * e^x for every x. w comes in two factors, the first of them 2^⌊n/2⌋. x is clamped where the result is 0 or ∞: e^−105 <
 * 2^−150, e^90 > 2^128.
 */
@inline export function exp(x: v128): v128 {
  const held = atMost(atLeast(x, -105), 90);
  const t = octaves(held);
  const n = i32x4.sub(t, f32x4.splat(ROUNDER));
  const half = i32x4.shr_s(n, 1);
  const w = powerOfTwo(half, 1);
  const root = f32x4.add(w, f32x4.mul(w, fraction(held, t)));
  return f32x4.mul(root, powerOfTwo(i32x4.sub(n, half), 1));
}
