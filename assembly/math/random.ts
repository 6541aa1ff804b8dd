/**
 * Random numbers without a state: 32 bits that depend on a key and a counter alone. So every worker draws the same
 * numbers, in any order.
 */

/** A bijection of 32 bits that leaves no pattern (Wellons 2018, `lowbias32`, with the better constants found since). */
export function mix(x: u32): u32 {
  x = (x ^ (x >>> 16)) * 0x21f0aaad;
  x = (x ^ (x >>> 15)) * 0x735a2d97;
  return x ^ (x >>> 15);
}

/** 2³²/φ, an odd number: consecutive multiples of it lie far apart (Weyl's sequence). */
export const WEYL: u32 = 0x9e3779b9;

/** The same mix of four counters, with a second key between its two halves. */
@inline export function mixLanes(x: v128, key: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x21f0aaad));
  x = v128.xor(x, key);
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x735a2d97));
  return v128.xor(x, i32x4.shr_u(x, 15));
}
