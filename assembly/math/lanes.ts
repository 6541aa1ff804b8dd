/**
 * Helpers on four float32 lanes, which all kernels use. No helper hides a NaN: `pmin` and `pmax` return their first
 * argument when the comparison is unordered, so the variable always comes first and the limit second.
 */

/** min(x, limit) per lane; NaN stays NaN. */
@inline export function atMost(x: v128, limit: f32): v128 {
  return f32x4.pmin(x, f32x4.splat(limit));
}

/** max(x, limit) per lane; NaN stays NaN. */
@inline export function atLeast(x: v128, limit: f32): v128 {
  return f32x4.pmax(x, f32x4.splat(limit));
}

/** NaN (all bits set) where x is NaN, +0 elsewhere: a result or-ed with it shows a divergence. */
@inline export function nanOf(x: v128): v128 {
  return f32x4.ne(x, x);
}

/** −|x|: one instruction; |x| and a negation would be two. */
@inline export function minusAbs(x: v128): v128 {
  return v128.or(x, i32x4.splat(0x80000000));
}

/** The sign bit of x alone: ±0. */
@inline export function signOf(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x80000000));
}

/** `value` in the lanes where `mask` is all ones, +0 elsewhere. */
@inline export function where(mask: v128, value: f32): v128 {
  return v128.and(mask, f32x4.splat(value));
}
