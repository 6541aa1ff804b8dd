import { squareSum } from "../probes/norms";

/** Clipping in place, on [n] float32 padded with zeros to whole vectors. */

/** Every entry into −limit … limit; returns how many were outside. NaN stays. */
export function clipValues(g: usize, n: i32, limit: f32): i32 {
  const most = f32x4.splat(limit), least = f32x4.splat(-limit);
  let outside = i32x4.splat(0);
  for (const end = g + (<usize>((n + 3) >> 2) << 4); g < end; g += 16) {
    const x = v128.load(g), above = f32x4.gt(x, most), below = f32x4.lt(x, least);
    outside = i32x4.sub(outside, v128.or(above, below)); // true is −1
    v128.store(g, v128.bitselect(most, v128.bitselect(least, x, below), above));
  }
  return i32x4.extract_lane(outside, 0) + i32x4.extract_lane(outside, 1) + i32x4.extract_lane(outside, 2)
    + i32x4.extract_lane(outside, 3);
}

/** g ← factor · g. */
export function scaleFloats(g: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (const end = g + (<usize>((n + 3) >> 2) << 4); g < end; g += 16) v128.store(g, f32x4.mul(f, v128.load(g)));
}

/** The least norm of a unit's weights in the rule of Brock et al. 2021. */
const LEAST_WEIGHT: f64 = 1e-3;

/** Each of `units` runs of `width` entries shortened to λ max(‖w‖, 1e−3) where it is longer; returns how many were. */
export function clipUnits(g: usize, w: usize, units: i32, width: i32, lambda: f64): i32 {
  let count = 0;
  for (let i = 0; i < units; i++) {
    const norm = Math.sqrt(squareSum(g, width)), most = lambda * max<f64>(Math.sqrt(squareSum(w, width)), LEAST_WEIGHT);
    if (norm > most) {
      const factor = most / norm;
      for (let at = g, end = g + (<usize>width << 2); at < end; at += 4) store<f32>(
        at, <f32>(<f64>load<f32>(at) * factor),
      );
      count++;
    }
    g += <usize>width << 2; w += <usize>width << 2;
  }
  return count;
}

/** Σ (s a + r b)² of n floats, in float64. */
export function combinedSquare(a: usize, s: f64, b: usize, r: f64, n: i32): f64 {
  const fs = f64x2.splat(s), fr = f64x2.splat(r);
  let s0 = f64x2.splat(0), s1 = s0;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x = v128.load(a), y = v128.load(b);
    const low = f64x2.add(f64x2.mul(fs, f64x2.promote_low_f32x4(x)), f64x2.mul(fr, f64x2.promote_low_f32x4(y)));
    const high = f64x2.add(
      f64x2.mul(fs, f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1))), f64x2.mul(
        fr, f64x2.promote_low_f32x4(v128.shuffle<f64>(y, y, 1, 1)),
      ),
    );
    s0 = f64x2.add(s0, f64x2.mul(low, low)); s1 = f64x2.add(s1, f64x2.mul(high, high));
    a += 16; b += 16;
  }
  s0 = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; i < n; i++) {
    const d = s * <f64>load<f32>(a) + r * <f64>load<f32>(b);
    sum += d * d;
    a += 4; b += 4;
  }
  return sum;
}
