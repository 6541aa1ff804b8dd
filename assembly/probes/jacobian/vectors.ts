/** Float64 vectors. Pointers 16-byte aligned, n a multiple of four; padding is zero. */

/** Σ x y. Two pairs of accumulators: one would wait for each addition. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0;
  for (const end = x + (<usize>n << 3); x < end; x += 32, y += 32) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
  }
  const s = f64x2.add(s0, s1);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** y += α x. */
export function addScaled(y: usize, x: usize, alpha: f64, n: i32): void {
  const a = f64x2.splat(alpha);
  for (const end = x + (<usize>n << 3); x < end; x += 32, y += 32) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(a, v128.load(x))));
    v128.store(y, f64x2.add(v128.load(y, 16), f64x2.mul(a, v128.load(x, 16))), 16);
  }
}

/** x ← α x. */
export function scale(x: usize, alpha: f64, n: i32): void {
  const a = f64x2.splat(alpha);
  for (const end = x + (<usize>n << 3); x < end; x += 32) {
    v128.store(x, f64x2.mul(a, v128.load(x))); v128.store(x, f64x2.mul(a, v128.load(x, 16)), 16);
  }
}

/** (x, y) ← (c x − s y, s x + c y). */
export function rotate(x: usize, y: usize, c: f64, s: f64, n: i32): void {
  const cc = f64x2.splat(c), ss = f64x2.splat(s);
  for (const end = x + (<usize>n << 3); x < end; x += 16, y += 16) {
    const a = v128.load(x), b = v128.load(y);
    v128.store(x, f64x2.sub(f64x2.mul(cc, a), f64x2.mul(ss, b)));
    v128.store(y, f64x2.add(f64x2.mul(ss, a), f64x2.mul(cc, b)));
  }
}

/** max |x|; NaN where one is. */
export function largest(x: usize, n: i32): f64 {
  let most = f64x2.splat(0);
  for (const end = x + (<usize>n << 3); x < end; x += 16) most = f64x2.max(most, f64x2.abs(v128.load(x)));
  return Math.max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** ⌊log₂ |x|⌋ of a normal number; −1023 below them, 1024 for infinities and NaN. */
@inline export function binaryExponent(x: f64): i32 { return <i32>((reinterpret<u64>(x) >> 52) & 0x7ff) - 1023; }

/** 2^n, flushed to zero below 2^−1022; n ≤ 1023. */
@inline export function powerOfTwo(n: i32): f64 { return n < -1022 ? 0 : reinterpret<f64>(<u64>(n + 1023) << 52); }

@inline export function at(x: usize, i: i32): usize { return x + (<usize>i << 3); }
