import { laneTotal } from "./entries";

/**
 * out[2] += Σ |x| in float64, and how many of n floats are exactly zero. `x` 16-byte aligned.
 *
 * The counters are 32 bits wide: n < 2³¹.
 */
export function magnitudeSums(out: usize, x: usize, n: i32): void {
  const magnitude = i32x4.splat(0x7fffffff), none = i32x4.splat(0);
  // two accumulators for each half: one would wait for its add
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, zeros = none;
  for (const end = x + (<usize>(n & ~7) << 2); x < end; x += 32) {
    const v = v128.and(v128.load(x), magnitude), w = v128.and(v128.load(x, 16), magnitude);
    s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
    s1 = f64x2.add(s1, f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1)));
    s2 = f64x2.add(s2, f64x2.promote_low_f32x4(w));
    s3 = f64x2.add(s3, f64x2.promote_low_f32x4(v128.shuffle<f64>(w, w, 1, 1)));
    zeros = i32x4.sub(i32x4.sub(zeros, i32x4.eq(v, none)), i32x4.eq(w, none));
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  add(out, f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1), <f64>laneTotal(zeros));
  for (let i = 0; i < (n & 7); i++) {
    const value = load<f32>(x + (<usize>i << 2));
    add(out, <f64>abs(value), value == 0 ? 1 : 0);
  }
}

/** The same of a matrix kept as panels [⌈columns/8⌉][stride][8], its first `rows` rows and `columns` columns only. */
export function panelMagnitudeSums(out: usize, panels: usize, rows: i32, columns: i32, stride: i32): void {
  for (let j = 0; j < columns; j += 8) {
    if (j + 8 <= columns) {
      magnitudeSums(out, panels, rows * 8);
    } else {
      for (let i = 0; i < rows; i++) {
        for (let c = 0; c < columns - j; c++) {
          const value = load<f32>(panels + (<usize>i << 5) + (<usize>c << 2));
          add(out, <f64>abs(value), value == 0 ? 1 : 0);
        }
      }
    }
    panels += <usize>stride << 5;
  }
}

@inline function add(out: usize, magnitude: f64, zeros: f64): void {
  store<f64>(out, load<f64>(out) + magnitude);
  store<f64>(out, load<f64>(out, 8) + zeros, 8);
}
