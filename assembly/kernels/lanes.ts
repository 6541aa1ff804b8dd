import { DEAD, HEADROOM } from "../records/constants";

/**
 * Work on one panel `[rows][8]`, sample by sample: each lane is one sample of the batch.
 *
 * A backward signal is a panel of mantissas and an exponent for every lane: its true value is `panel · 2^exponent`.
 * Scaling by a power of two is exact, so the pair outlives float32 by 2^±(2³¹) and loses no digit.
 */

/** 2^e as a float; zero below the normal range, 2¹²⁷ above it. */
@inline export function powerOfTwo(e: i32): f32 {
  return e < -126 ? 0 : reinterpret<f32>((min(e, 127) + 127) << 23);
}

/** 2^e for four lanes, e ≤ 127; zero below the normal range. */
@inline export function powersOfTwo(e: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.max_s(e, i32x4.splat(-127)), i32x4.splat(127)), 23);
}

/** 4^e as a double; zero below the normal range, 2¹⁰²² above it. */
@inline export function powerOfFour(e: i32): f64 {
  return e < -511 ? 0 : reinterpret<f64>(<i64>(min(e, 511) * 2 + 1023) << 52);
}

/**
 * The first two floats of a vector as doubles. After `v128.load64_zero` one instruction reads and converts them; of a
 * vector that was read whole, the other two would have to be moved first.
 */
@inline export function doubles(v: v128): v128 { return f64x2.promote_low_f32x4(v); }

/** out[8] = Σ_rows panel, one sum for each lane, in float64. */
export function laneSums(out: usize, panel: usize, rows: i32): void {
  let s01 = f64x2.splat(0), s23 = s01, s45 = s01, s67 = s01;
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    s01 = f64x2.add(s01, doubles(v128.load64_zero(panel))); s23 = f64x2.add(s23, doubles(v128.load64_zero(panel, 8)));
    s45 = f64x2.add(s45, doubles(v128.load64_zero(panel, 16)));
    s67 = f64x2.add(s67, doubles(v128.load64_zero(panel, 24)));
  }
  v128.store(out, s01); v128.store(out, s23, 16); v128.store(out, s45, 32); v128.store(out, s67, 48);
}

/** out[8] = Σ_rows panel², one sum for each lane, in float64. */
export function laneSquares(out: usize, panel: usize, rows: i32): void {
  let s01 = f64x2.splat(0), s23 = s01, s45 = s01, s67 = s01;
  for (let end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    const d01 = doubles(v128.load64_zero(panel)), d23 = doubles(v128.load64_zero(panel, 8));
    const d45 = doubles(v128.load64_zero(panel, 16)), d67 = doubles(v128.load64_zero(panel, 24));
    s01 = f64x2.add(s01, f64x2.mul(d01, d01)); s23 = f64x2.add(s23, f64x2.mul(d23, d23));
    s45 = f64x2.add(s45, f64x2.mul(d45, d45)); s67 = f64x2.add(s67, f64x2.mul(d67, d67));
  }
  v128.store(out, s01); v128.store(out, s23, 16); v128.store(out, s45, 32); v128.store(out, s67, 48);
}

/** `laneSquares` of a panel that holds samples only in its first `lanes` lanes; the other sums are zero. */
export function sampleSquares(lanes: i32, out: usize, panel: usize, rows: i32): void {
  if (lanes > 1) return laneSquares(out, panel, rows);
  let sum: f64 = 0;
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    const x = <f64>load<f32>(panel);
    sum += x * x;
  }
  memory.fill(out, 0, 64);
  store<f64>(out, sum);
}

/**
 * out = a · 2^(ea − e) + b · 2^(eb − e) in each lane; writes e = max(ea, eb) to `exponents`. Outputs may alias inputs.
 * Where one side is more than 126 binary orders smaller than the other, it is lost, as in any float32 sum.
 */
export function mergeLanes(out: usize, exponents: usize, a: usize, ea: usize, b: usize, eb: usize, rows: i32): void {
  const ea0 = v128.load(ea), ea1 = v128.load(ea, 16), eb0 = v128.load(eb), eb1 = v128.load(eb, 16);
  const e0 = i32x4.max_s(ea0, eb0), e1 = i32x4.max_s(ea1, eb1);
  const a0 = powersOfTwo(i32x4.sub(ea0, e0)), a1 = powersOfTwo(i32x4.sub(ea1, e1));
  const b0 = powersOfTwo(i32x4.sub(eb0, e0)), b1 = powersOfTwo(i32x4.sub(eb1, e1));
  v128.store(exponents, e0); v128.store(exponents, e1, 16);
  for (let i = 0; i < rows; i++) {
    v128.store(out, f32x4.add(f32x4.mul(v128.load(a), a0), f32x4.mul(v128.load(b), b0)));
    v128.store(out, f32x4.add(f32x4.mul(v128.load(a, 16), a1), f32x4.mul(v128.load(b, 16), b1)), 16);
    out += 32; a += 32; b += 32;
  }
}

/**
 * Writes to scales[8] the powers of two that bring lanes of squared norm `squares[8]` to norm 2^headroom, and subtracts
 * their exponents from exponents[8], in place. A zero lane becomes DEAD; a lane that is not finite keeps its frame.
 * Returns false if a lane is so small that one float32 power of two is not enough: scale the panel, and call again.
 */
export function normalizers(scales: usize, exponents: usize, squares: usize, headroom: i32 = HEADROOM): bool {
  const left = normalizeFour(scales, exponents, squares, headroom);
  return normalizeFour(scales + 16, exponents + 16, squares + 32, headroom) && left;
}

/** The same of four lanes. */
@inline function normalizeFour(scales: usize, exponents: usize, squares: usize, headroom: i32): bool {
  const s01 = v128.load(squares), s23 = v128.load(squares, 16), none = f64x2.splat(0), all = f64x2.splat(Infinity);
  const zero = v128.shuffle<i32>(f64x2.eq(s01, none), f64x2.eq(s23, none), 0, 2, 4, 6);
  const finite = v128.shuffle<i32>(f64x2.lt(s01, all), f64x2.lt(s23, all), 0, 2, 4, 6);
  // ⌊log₂ ‖·‖²⌋, in the high word of each double: a square of floats is never subnormal in float64
  const binary = i32x4.sub(i32x4.shr_u(v128.shuffle<i32>(s01, s23, 1, 3, 5, 7), 20), i32x4.splat(1023));
  const wanted = v128.andnot(
    v128.and(i32x4.sub(i32x4.splat(headroom), i32x4.shr_s(binary, 1)), finite), zero,
  );
  const shift = i32x4.min_s(i32x4.max_s(wanted, i32x4.splat(-126)), i32x4.splat(127));
  const moved = i32x4.sub(v128.load(exponents), shift);
  v128.store(exponents, v128.bitselect(i32x4.splat(DEAD), moved, zero));
  v128.store(scales, powersOfTwo(shift));
  return !v128.any_true(v128.xor(shift, wanted));
}

/** Sets exponents[8] to DEAD in the lanes of `panel` that are exactly zero: they need no frame. */
export function markZeroLanes(exponents: usize, panel: usize, rows: i32): void {
  let left = i32x4.splat(0), right = left;
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    left = v128.or(left, v128.load(panel)); right = v128.or(right, v128.load(panel, 16));
  }
  // the sign of a zero does not count
  const magnitude = i32x4.splat(0x7fffffff), zero = i32x4.splat(0), dead = i32x4.splat(DEAD);
  const noLeft = i32x4.eq(v128.and(left, magnitude), zero), noRight = i32x4.eq(v128.and(right, magnitude), zero);
  v128.store(exponents, v128.bitselect(dead, v128.load(exponents), noLeft));
  v128.store(exponents, v128.bitselect(dead, v128.load(exponents, 16), noRight), 16);
}

/**
 * `normalizers` for a panel of any size in float32's range, subnormals included. Where one power of two is not enough,
 * the panel is scaled in place and measured again; no norm needs that twice.
 */
export function normalize(
  scales: usize, exponents: usize, squares: usize, panel: usize, rows: i32, headroom: i32,
): void {
  if (normalizers(scales, exponents, squares, headroom)) return;
  scaleLanes(panel, panel, scales, rows);
  for (let lane: usize = 0; lane < 8; lane++) {
    const s = <f64>load<f32>(scales + (lane << 2));
    store<f64>(squares + (lane << 3), load<f64>(squares + (lane << 3)) * s * s);
  }
  normalizers(scales, exponents, squares, headroom);
}

/**
 * Raises every entry that is not zero to at least 2⁻²⁰ of its lane's largest, and keeps its sign. A lifted panel only
 * tells which entries are zero; no step can turn a nonzero entry into zero.
 */
export function liftLanes(panel: usize, rows: i32): void {
  const end = panel + (<usize>rows << 5), zero = f32x4.splat(0);
  for (let half: usize = 0; half < 32; half += 16) {
    let top = zero;
    for (let at = panel + half; at < end; at += 32) top = f32x4.max(top, f32x4.abs(v128.load(at)));
    const least = f32x4.mul(top, f32x4.splat(9.5367431640625e-7));
    for (let at = panel + half; at < end; at += 32) {
      const x = v128.load(at), size = f32x4.abs(x);
      const raised = f32x4.max(size, v128.and(least, f32x4.gt(size, zero)));
      v128.store(at, v128.or(raised, v128.xor(x, size))); // x and |x| differ only in the sign bit
    }
  }
}

/** Sets numbers smaller than `least` to zero; NaN stays. */
export function dropSmall(panel: usize, least: f32, rows: i32): void {
  const limit = f32x4.splat(least);
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 16) {
    const x = v128.load(panel);
    v128.store(panel, v128.andnot(x, f32x4.lt(f32x4.abs(x), limit)));
  }
}

/** out = a · scales, lane by lane. `out` may alias a. */
export function scaleLanes(out: usize, a: usize, scales: usize, rows: i32): void {
  const s0 = v128.load(scales), s1 = v128.load(scales, 16);
  for (let i = 0; i < rows; i++) {
    v128.store(out, f32x4.mul(v128.load(a), s0));
    v128.store(out, f32x4.mul(v128.load(a, 16), s1), 16);
    out += 32; a += 32;
  }
}
