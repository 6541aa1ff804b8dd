import { doubles } from "../kernels/lanes";
import { squareSum } from "../probes/norms";

/** Clipping in place, on [n] float32 padded with zeros to whole vectors. */

/** Clamps every entry to −limit … limit; returns how many were outside. NaN stays. */
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

/** kept ← g, g ← factor · g, in one sweep. */
export function keepAndScale(kept: usize, g: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (const end = g + (<usize>((n + 3) >> 2) << 4); g < end; g += 16, kept += 16) {
    const x = v128.load(g);
    v128.store(kept, x); v128.store(g, f32x4.mul(f, x));
  }
}

/** The least norm that a unit's weights count as in the rule of Brock et al. 2021. */
const LEAST_WEIGHT: f64 = 1e-3;

/**
 * Shortens each of `units` rows of `width` entries to norm λ max(‖w‖, 1e−3) where it is longer; returns how many were
 * (Brock et al. 2021).
 */
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

/** out[2] f64 = Σ (s a − r b)² and Σ (s a + r b)² of n floats, in one sweep. */
export function combinedSquares(out: usize, a: usize, s: f64, b: usize, r: f64, n: i32): void {
  const fs = f64x2.splat(s), fr = f64x2.splat(r);
  let apart0 = f64x2.splat(0), apart1 = apart0, together0 = apart0, together1 = apart0;
  const end = a + (<usize>n << 2);
  for (; a + 16 <= end; a += 16, b += 16) {
    const x0 = f64x2.mul(fs, doubles(v128.load64_zero(a))), x1 = f64x2.mul(fs, doubles(v128.load64_zero(a, 8)));
    const y0 = f64x2.mul(fr, doubles(v128.load64_zero(b))), y1 = f64x2.mul(fr, doubles(v128.load64_zero(b, 8)));
    apart0 = plusSquare(apart0, f64x2.sub(x0, y0)); apart1 = plusSquare(apart1, f64x2.sub(x1, y1));
    together0 = plusSquare(together0, f64x2.add(x0, y0)); together1 = plusSquare(together1, f64x2.add(x1, y1));
  }
  let apart = lanesTogether(apart0, apart1), together = lanesTogether(together0, together1);
  for (; a < end; a += 4, b += 4) {
    const x = s * <f64>load<f32>(a), y = r * <f64>load<f32>(b);
    apart += (x - y) * (x - y); together += (x + y) * (x + y);
  }
  store<f64>(out, apart); store<f64>(out, together, 8);
}

@inline function plusSquare(sum: v128, x: v128): v128 { return f64x2.add(sum, f64x2.mul(x, x)); }

@inline function lanesTogether(a: v128, b: v128): f64 {
  const sum = f64x2.add(a, b);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
