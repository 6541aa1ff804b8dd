/**
 * The loops over an activation, and the contract of every activation in this folder: a class F without fields,
 *
 *   both(a: v128, value: usize, slope: usize): void      value ← φ(a), slope ← φ'(a), four float32 lanes
 *
 * It is `@inline`, has no branches, is exact at ±∞, and returns NaN for NaN. The slope is that of the pre-activation a,
 * not of a rounded h. `changetype<F>(0)` costs nothing: the call is resolved when the core is compiled.
 *
 * A block has two or four independent vectors. One is computed while another waits (a tanh is a chain of forty
 * instructions), and they share constants: V8 would build each constant again for every vector, with three
 * instructions. The remainder is the first block. It repeats its last vector, so the loop needs no scalar version.
 */

/** The place that takes a discarded output. */
const DISCARD = memory.data(16, 16);

/**
 * h[i] = φ(a[i]), slope[i] = φ'(a[i]) for i < n, in blocks of two vectors. Pointers 16-byte aligned, n a multiple of 4;
 * h or slope may be a itself; a null pointer discards that output.
 */
export function sweep<F>(a: usize, h: usize, slope: usize, n: i32): void {
  const f = changetype<F>(0);
  const end = a + ((<usize>n) << 2);
  const hStep: usize = h ? 16 : 0;
  const slopeStep: usize = slope ? 16 : 0;
  if (!h) h = DISCARD;
  if (!slope) slope = DISCARD;
  let second: usize = n & 4 ? 0 : 16;
  while (a < end) {
    // Every load before the first store: h may be a.
    const a0 = v128.load(a);
    const a1 = v128.load(a + second);
    f.both(a0, h, slope);
    h += second & hStep;
    slope += second & slopeStep;
    f.both(a1, h, slope);
    h += hStep;
    slope += slopeStep;
    a += second + 16;
    second = 16;
  }
}

/** `sweep` in blocks of four vectors: for the functions whose time matters most. */
export function sweepByFour<F>(a: usize, h: usize, slope: usize, n: i32): void {
  const f = changetype<F>(0);
  const end = a + ((<usize>n) << 2);
  const hStep: usize = h ? 16 : 0;
  const slopeStep: usize = slope ? 16 : 0;
  if (!h) h = DISCARD;
  if (!slope) slope = DISCARD;
  const vectors = n >> 2;
  // The vectors of the first block are 1, 2, 3 or 4: vector k is at min(k, last).
  const last: usize = <usize>((vectors + 3) & 3) << 4;
  let second = min<usize>(16, last);
  let third = min<usize>(32, last) - second;
  let fourth = last - second - third;
  while (a < end) {
    // Every load before the first store: h may be a.
    const a0 = v128.load(a);
    a += second;
    const a1 = v128.load(a);
    a += third;
    const a2 = v128.load(a);
    a += fourth;
    const a3 = v128.load(a);
    a += 16;
    f.both(a0, h, slope);
    h += second & hStep;
    slope += second & slopeStep;
    f.both(a1, h, slope);
    h += third & hStep;
    slope += third & slopeStep;
    f.both(a2, h, slope);
    h += fourth & hStep;
    slope += fourth & slopeStep;
    f.both(a3, h, slope);
    h += hStep;
    slope += slopeStep;
    second = 16;
    third = 16;
    fourth = 16;
  }
}
