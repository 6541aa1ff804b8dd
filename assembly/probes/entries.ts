/** Counts the entries of a gradient that are exactly zero, or too small for a float32 without an extra exponent. */

/** All ones in the lanes of a half panel that hold samples, `left` of them. */
@inline export function sampleMask(left: i32): v128 {
  return i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
}

/**
 * counts[2] += how many entries of one panel of a gradient are exactly zero, and how many of the others float32 alone,
 * without the panel's exponents, would hold as subnormal numbers or lose: their true exponent lies below the normal
 * range.
 */
export function countEntries(counts: usize, delta: usize, exponents: usize, rows: i32, lanes: i32): void {
  const magnitude = i32x4.splat(0x7fffffff), none = i32x4.splat(0), one = i32x4.splat(1);
  const e0 = v128.load(exponents), e1 = v128.load(exponents, 16), m0 = sampleMask(lanes), m1 = sampleMask(lanes - 4);
  let zero = none, low = none;
  for (const end = delta + (<usize>rows << 5); delta < end; delta += 32) {
    const b0 = v128.and(v128.load(delta), magnitude), b1 = v128.and(v128.load(delta, 16), magnitude);
    const z0 = i32x4.eq(b0, none), z1 = i32x4.eq(b1, none);
    const l0 = i32x4.lt_s(i32x4.add(i32x4.shr_u(b0, 23), e0), one);
    const l1 = i32x4.lt_s(i32x4.add(i32x4.shr_u(b1, 23), e1), one);
    zero = i32x4.sub(i32x4.sub(zero, v128.and(z0, m0)), v128.and(z1, m1));
    low = i32x4.sub(i32x4.sub(low, v128.and(v128.andnot(l0, z0), m0)), v128.and(v128.andnot(l1, z1), m1));
  }
  store<f64>(counts, load<f64>(counts) + <f64>laneTotal(zero));
  store<f64>(counts, load<f64>(counts, 8) + <f64>laneTotal(low), 8);
}

/** The sum of four counters. */
@inline export function laneTotal(counts: v128): i32 {
  return i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) + i32x4.extract_lane(counts, 2)
    + i32x4.extract_lane(counts, 3);
}
