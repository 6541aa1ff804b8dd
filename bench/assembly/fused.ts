/*
 * The limit of a relaxed build: as limit.ts, a multiplication and an addition in one instruction. Still 8 flop.
 */

/** Eight chains a ← a x + y in one rounding each. */
export function fused8(iterations: i32, seed: f32): f32 {
  const x = f32x4.splat(0.9999), y = f32x4.splat(seed);
  let a = f32x4.splat(0), b = f32x4.splat(1), c = f32x4.splat(2), d = f32x4.splat(3), e = f32x4.splat(4), f = f32x4.splat(5), g = f32x4.splat(6), h = f32x4.splat(7);
  for (let n = 0; n < iterations; n++) {
    a = v128.relaxed_madd<f32>(a, x, y); b = v128.relaxed_madd<f32>(b, x, y);
    c = v128.relaxed_madd<f32>(c, x, y); d = v128.relaxed_madd<f32>(d, x, y);
    e = v128.relaxed_madd<f32>(e, x, y); f = v128.relaxed_madd<f32>(f, x, y);
    g = v128.relaxed_madd<f32>(g, x, y); h = v128.relaxed_madd<f32>(h, x, y);
  }
  return f32x4.extract_lane(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a, b), c), d), e), f), g), h), 0);
}

/** Twelve chains a ← a x + y in one rounding each. */
export function fused12(iterations: i32, seed: f32): f32 {
  const x = f32x4.splat(0.9999), y = f32x4.splat(seed);
  let a = f32x4.splat(0), b = f32x4.splat(1), c = f32x4.splat(2), d = f32x4.splat(3), e = f32x4.splat(4), f = f32x4.splat(5), g = f32x4.splat(6), h = f32x4.splat(7), i = f32x4.splat(8), j = f32x4.splat(9), k = f32x4.splat(10), l = f32x4.splat(11);
  for (let n = 0; n < iterations; n++) {
    a = v128.relaxed_madd<f32>(a, x, y); b = v128.relaxed_madd<f32>(b, x, y);
    c = v128.relaxed_madd<f32>(c, x, y); d = v128.relaxed_madd<f32>(d, x, y);
    e = v128.relaxed_madd<f32>(e, x, y); f = v128.relaxed_madd<f32>(f, x, y);
    g = v128.relaxed_madd<f32>(g, x, y); h = v128.relaxed_madd<f32>(h, x, y);
    i = v128.relaxed_madd<f32>(i, x, y); j = v128.relaxed_madd<f32>(j, x, y);
    k = v128.relaxed_madd<f32>(k, x, y); l = v128.relaxed_madd<f32>(l, x, y);
  }
  return f32x4.extract_lane(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a, b), c), d), e), f), g), h), i), j), k), l), 0);
}
