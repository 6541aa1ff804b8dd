import { BINADE_PARTS, BINADES, LEAST_BINADE } from "../records/constants";

/*
 * Counts of a gradient's entries by magnitude, from which the host tells how many would underflow or overflow in half
 * precision. That depends on an entry's binade (the numbers between two powers of two) and on three cases within it:
 * the power of two itself, which is a tie at half of the smallest number; numbers that round up to the next binade in
 * float16 (10 fraction bits); and those that do so in bfloat16 (7). The counts keep these cases apart, so that they
 * serve both formats and every loss scale.
 *
 *   |x| = 2^e · (1 + m/2²³)    part 0  m = 0    1  others    2  m ≥ 2²³ − 2¹⁵    3  m ≥ 2²³ − 2¹²
 */
const UP_IN_BFLOAT16: i32 = (1 << 23) - (1 << 15);
const UP_IN_FLOAT16: i32 = (1 << 23) - (1 << 12);

/**
 * counts[BINADES · BINADE_PARTS] u32 += the entries of the first `lanes` samples of a panel of a gradient by magnitude,
 * in the true frame. Entries that are exactly zero are left out; NaN and infinities count as the largest.
 */
export function countMagnitudes(counts: usize, delta: usize, exponents: usize, rows: i32, lanes: i32): void {
  const end = delta + (<usize>rows << 5);
  for (let lane: usize = 0; lane < <usize>lanes; lane++) {
    const frame = load<i32>(exponents + (lane << 2));
    for (let at = delta + (lane << 2); at < end; at += 32) {
      const bits = load<i32>(at) & 0x7fffffff;
      if (bits == 0) continue;
      const place = counts + (<usize>binOf(bits, frame) << 2);
      store<u32>(place, load<u32>(place) + 1);
    }
  }
}

/** The place at which a magnitude of these bits, times 2^frame, is counted. */
@inline function binOf(bits: i32, frame: i32): i32 {
  let e = bits >>> 23, shift = 0;
  if (e == 0) {
    // a subnormal of its frame
    shift = 32;
    bits = reinterpret<i32>(reinterpret<f32>(bits) * <f32>4294967296);
    e = bits >>> 23;
  }
  const m = bits & 0x7fffff;
  const binade = e == 255 ? BINADES - 1 : max(0, min(BINADES - 1, e - 127 - shift + frame - LEAST_BINADE));
  const part = m == 0 ? 0 : m >= UP_IN_FLOAT16 ? 3 : m >= UP_IN_BFLOAT16 ? 2 : 1;
  return binade * BINADE_PARTS + part;
}
