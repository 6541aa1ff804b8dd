import { laneSquares } from "../kernels/lanes";

/*
 * What one station looks like, in numbers a person reads: over the real samples of a batch,
 *
 *   mean, variance        of its activations
 *   saturated             share with |φ'| < 1 % of its largest possible value
 *   dead                  share of units with φ' = 0 for every sample
 *   zero, subnormal       shares of its gradient's entries that are exactly zero, or nonzero and below 2⁻¹²⁶ as a float32 would hold them
 *
 * Axes: B batch · P = ⌈B/8⌉ panels · H rows.
 */

/** All ones in the lanes of a half panel that hold samples, `left` of them. */
@inline
function sampleMask(left: i32): v128 {
  return i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
}

/**
 * out[2] = Σ h, Σ h² in float64.
 *
 * @param h [P][stride][8]
 * @param sums 64 bytes of scratch
 */
export function activationMoments(out: usize, h: usize, stride: i32, rows: i32, batch: i32, sums: usize): void {
  let sum: f64 = 0, squares: f64 = 0;
  for (let b = 0; b < batch; b += 8) {
    const lanes = <usize>min(8, batch - b);
    laneSums(sums, h, rows);
    for (let lane: usize = 0; lane < lanes; lane++) sum += load<f64>(sums + (lane << 3));
    laneSquares(sums, h, rows);
    for (let lane: usize = 0; lane < lanes; lane++) squares += load<f64>(sums + (lane << 3));
    h += <usize>stride << 5;
  }
  store<f64>(out, sum); store<f64>(out, squares, 8);
}

/** out[8] = Σ_rows panel, a lane each, in float64. */
function laneSums(out: usize, panel: usize, rows: i32): void {
  let s01 = f64x2.splat(0), s23 = s01, s45 = s01, s67 = s01;
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    const left = v128.load(panel), right = v128.load(panel, 16);
    s01 = f64x2.add(s01, f64x2.promote_low_f32x4(left)); s23 = f64x2.add(s23, f64x2.promote_low_f32x4(v128.shuffle<f64>(left, left, 1, 1)));
    s45 = f64x2.add(s45, f64x2.promote_low_f32x4(right)); s67 = f64x2.add(s67, f64x2.promote_low_f32x4(v128.shuffle<f64>(right, right, 1, 1)));
  }
  v128.store(out, s01); v128.store(out, s23, 16); v128.store(out, s45, 32); v128.store(out, s67, 48);
}

/**
 * out[2] = how many entries are saturated, |φ'| < `small`; how many units are dead.
 *
 * @param slope [P][rows][8]
 */
export function slopeCounts(out: usize, slope: usize, rows: i32, batch: i32, small: f32): void {
  const magnitude = i32x4.splat(0x7fffffff), bound = f32x4.splat(small), panelBytes = <usize>rows << 5;
  let saturated: i64 = 0, dead = 0;
  for (let i = 0; i < rows; i++) {
    let at = slope + (<usize>i << 5), count = i32x4.splat(0), alive = count;
    for (let b = 0; b < batch; b += 8) {
      const d0 = v128.and(v128.load(at), magnitude), d1 = v128.and(v128.load(at, 16), magnitude);
      const m0 = sampleMask(batch - b), m1 = sampleMask(batch - b - 4);
      count = i32x4.sub(count, v128.and(f32x4.lt(d0, bound), m0));
      count = i32x4.sub(count, v128.and(f32x4.lt(d1, bound), m1));
      alive = v128.or(alive, v128.or(v128.and(d0, m0), v128.and(d1, m1)));
      at += panelBytes;
    }
    saturated += <i64>laneTotal(count);
    if (!v128.any_true(alive)) dead++;
  }
  store<f64>(out, <f64>saturated); store<f64>(out, <f64>dead, 8);
}

/**
 * counts[2] += how many entries of one panel of a gradient are exactly zero, and how many a float32 without an exponent beside it would
 * hold as a subnormal or lose: their exponent in the true frame lies below the normal range.
 */
export function countEntries(counts: usize, delta: usize, exponents: usize, rows: i32, lanes: i32): void {
  const magnitude = i32x4.splat(0x7fffffff), none = i32x4.splat(0), one = i32x4.splat(1);
  const e0 = v128.load(exponents), e1 = v128.load(exponents, 16), m0 = sampleMask(lanes), m1 = sampleMask(lanes - 4);
  let zero = none, low = none;
  for (const end = delta + (<usize>rows << 5); delta < end; delta += 32) {
    const b0 = v128.and(v128.load(delta), magnitude), b1 = v128.and(v128.load(delta, 16), magnitude);
    const z0 = i32x4.eq(b0, none), z1 = i32x4.eq(b1, none);
    const l0 = i32x4.lt_s(i32x4.add(i32x4.shr_u(b0, 23), e0), one), l1 = i32x4.lt_s(i32x4.add(i32x4.shr_u(b1, 23), e1), one);
    zero = i32x4.sub(i32x4.sub(zero, v128.and(z0, m0)), v128.and(z1, m1));
    low = i32x4.sub(i32x4.sub(low, v128.and(v128.andnot(l0, z0), m0)), v128.and(v128.andnot(l1, z1), m1));
  }
  store<f64>(counts, load<f64>(counts) + <f64>laneTotal(zero));
  store<f64>(counts, load<f64>(counts, 8) + <f64>laneTotal(low), 8);
}

@inline
function laneTotal(counts: v128): i32 {
  return i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
}
