import { powerOfTwo } from "../kernels/lanes";

/**
 * Converts the gradients of a pass, panels with an exponent, to the row-major float32 tensor that an optimizer reads:
 * out = x · 2^exponent, rounded once. Numbers below float32's range become subnormal or zero, numbers above it
 * infinite.
 */

/** 2^e in float64, −1022 ≤ e ≤ 1023 after bounding. */
@inline function power(e: i32): f64 { return reinterpret<f64>(<i64>(max(-1022, min(1023, e)) + 1023) << 52); }

/** x · 2^e by two factors: one alone may leave float64's range where the product does not. */
@inline function scaled(x: f64, first: f64, second: f64): f32 { return <f32>(x * first * second); }

/** [n] floats. */
export function gatherFloats(out: usize, x: usize, n: i32, exponent: i32): void {
  const first = power(exponent / 2), second = power(exponent - exponent / 2);
  for (const end = x + (<usize>n << 2); x < end; x += 4) { store<f32>(
    out, scaled(<f64>load<f32>(x), first, second),
  ); out += 4; }
}

/** [n] doubles. */
export function gatherDoubles(out: usize, x: usize, n: i32, exponent: i32): void {
  const first = power(exponent / 2), second = power(exponent - exponent / 2);
  for (const end = x + (<usize>n << 3); x < end; x += 8) { store<f32>(
    out, scaled(load<f64>(x), first, second),
  ); out += 4; }
}

/**
 * [rows][columns] out of float panels [⌈columns/8⌉][stride][8]. Where 2^exponent is a normal float32, one product by it
 * rounds only once, as the two products in float64 do.
 */
export function gatherFloatPanels(
  out: usize, panels: usize, rows: i32, columns: i32, stride: i32, exponent: i32,
): void {
  const whole = columns & ~7;
  if (exponent >= -126 && exponent <= 127) {
    const factor = f32x4.splat(powerOfTwo(exponent));
    for (let j = 0; j < whole; j += 8) {
      let from = panels + <usize>(j >> 3) * (<usize>stride << 5), to = out + (<usize>j << 2);
      for (let i = 0; i < rows; i++) {
        v128.store(to, f32x4.mul(v128.load(from), factor)); v128.store(to, f32x4.mul(v128.load(from, 16), factor), 16);
        from += 32; to += <usize>columns << 2;
      }
    }
    gatherColumns(out, panels, rows, columns, stride, exponent, whole);
  } else {
    gatherColumns(out, panels, rows, columns, stride, exponent, 0);
  }
}

/** `gatherFloatPanels` one number at a time, from column j on. */
function gatherColumns(out: usize, panels: usize, rows: i32, columns: i32, stride: i32, exponent: i32, j: i32): void {
  const first = power(exponent / 2), second = power(exponent - exponent / 2);
  for (; j < columns; j++) {
    let from = panels + <usize>(j >> 3) * (<usize>stride << 5) + (<usize>(j & 7) << 2), to = out + (<usize>j << 2);
    for (let i = 0; i < rows; i++) {
      store<f32>(to, scaled(<f64>load<f32>(from), first, second));
      from += 32; to += <usize>columns << 2;
    }
  }
}

/** [rows][columns] out of double panels [⌈columns/8⌉][stride][8]. */
export function gatherDoublePanels(
  out: usize, panels: usize, rows: i32, columns: i32, stride: i32, exponent: i32,
): void {
  const first = power(exponent / 2), second = power(exponent - exponent / 2);
  const f = f64x2.splat(first), s = f64x2.splat(second);
  for (let j = 0; j < columns; j += 8) {
    let from = panels, to = out + (<usize>j << 2);
    const width = min(8, columns - j);
    for (let i = 0; i < rows; i++) {
      if (width == 8) {
        v128.store(to, narrow(v128.load(from), v128.load(from, 16), f, s));
        v128.store(to, narrow(v128.load(from, 32), v128.load(from, 48), f, s), 16);
      } else {
        for (let c = 0; c < width; c++) store<f32>(
          to + (<usize>c << 2), scaled(load<f64>(from + (<usize>c << 3)), first, second),
        );
      }
      from += 64; to += <usize>columns << 2;
    }
    panels += <usize>stride << 6;
  }
}

/** Four doubles, scaled, as four floats. */
@inline function narrow(low: v128, high: v128, f: v128, s: v128): v128 {
  const a = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.mul(low, f), s));
  const b = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.mul(high, f), s));
  return v128.shuffle<f64>(a, b, 0, 2);
}

/** Σ x² of n doubles. */
export function doubleSquares(x: usize, n: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0;
  for (const end = x + (<usize>(n & ~3) << 3); x < end; x += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    s0 = f64x2.add(s0, f64x2.mul(a, a)); s1 = f64x2.add(s1, f64x2.mul(b, b));
  }
  s0 = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (let i = 0; i < (n & 3); i++) { const value = load<f64>(x + (<usize>i << 3)); sum += value * value; }
  return sum;
}

/** Σ x² of double panels [⌈columns/8⌉][stride][8], the first `rows` rows and `columns` columns. */
export function doublePanelSquares(panels: usize, rows: i32, columns: i32, stride: i32): f64 {
  let sum: f64 = 0;
  for (let j = 0; j < columns; j += 8) {
    const width = min(8, columns - j);
    if (width == 8) sum += doubleSquares(panels, rows * 8);
    else for (let i = 0; i < rows; i++) sum += doubleSquares(panels + (<usize>i << 6), width);
    panels += <usize>stride << 6;
  }
  return sum;
}
