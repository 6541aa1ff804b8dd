/*
 * The limit everything is measured against: how fast this machine multiplies and adds four floats at a time when nothing is loaded or
 * stored. Each loop keeps its sums in registers and adds to each a product that nobody can hoist: its factors trade places every iteration,
 * or are the sum itself. A slow loop would only flatter us, so the host takes the best of all.
 *
 * A multiplication and an addition of four lanes count 8 flop. Lanes: 128 bits, no fused multiply-add. Two multiplications and two additions
 * a cycle, what a current x86 core starts, are 16 flop a cycle.
 */

/** A factor near one. It is loaded, since V8 would build a constant anew in every iteration. */
const FACTOR = memory.data<f32>([0.9999999, 0.9999999, 0.9999999, 0.9999999], 16);

/** Six products p ← p x and as many sums s ← s + p: a chain waits for one operation a turn, not for two. */
export function growing6(iterations: i32, seed: f32): f32 {
  const x = v128.load(FACTOR);
  let p0 = f32x4.splat(1 * seed), p1 = f32x4.splat(2 * seed), p2 = f32x4.splat(3 * seed), p3 = f32x4.splat(4 * seed), p4 = f32x4.splat(5 * seed), p5 = f32x4.splat(6 * seed);
  let s0 = f32x4.splat(0 * seed), s1 = f32x4.splat(1 * seed), s2 = f32x4.splat(2 * seed), s3 = f32x4.splat(3 * seed), s4 = f32x4.splat(4 * seed), s5 = f32x4.splat(5 * seed);
  for (let n = 0; n < iterations; n++) {
    s0 = f32x4.add(s0, p0); p0 = f32x4.mul(p0, x);
    s1 = f32x4.add(s1, p1); p1 = f32x4.mul(p1, x);
    s2 = f32x4.add(s2, p2); p2 = f32x4.mul(p2, x);
    s3 = f32x4.add(s3, p3); p3 = f32x4.mul(p3, x);
    s4 = f32x4.add(s4, p4); p4 = f32x4.mul(p4, x);
    s5 = f32x4.add(s5, p5); p5 = f32x4.mul(p5, x);
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(p0, p1), p2), p3), p4), p5), s0), s1), s2), s3), s4), s5));
}

/** Six products p ← p x and as many sums s ← s + p, twice in an iteration: a chain waits for one operation a turn, not for two. */
export function growing6twice(iterations: i32, seed: f32): f32 {
  const x = v128.load(FACTOR);
  let p0 = f32x4.splat(1 * seed), p1 = f32x4.splat(2 * seed), p2 = f32x4.splat(3 * seed), p3 = f32x4.splat(4 * seed), p4 = f32x4.splat(5 * seed), p5 = f32x4.splat(6 * seed);
  let s0 = f32x4.splat(0 * seed), s1 = f32x4.splat(1 * seed), s2 = f32x4.splat(2 * seed), s3 = f32x4.splat(3 * seed), s4 = f32x4.splat(4 * seed), s5 = f32x4.splat(5 * seed);
  for (let n = 0; n < iterations; n++) {
    s0 = f32x4.add(s0, p0); p0 = f32x4.mul(p0, x);
    s1 = f32x4.add(s1, p1); p1 = f32x4.mul(p1, x);
    s2 = f32x4.add(s2, p2); p2 = f32x4.mul(p2, x);
    s3 = f32x4.add(s3, p3); p3 = f32x4.mul(p3, x);
    s4 = f32x4.add(s4, p4); p4 = f32x4.mul(p4, x);
    s5 = f32x4.add(s5, p5); p5 = f32x4.mul(p5, x);
    s0 = f32x4.add(s0, p0); p0 = f32x4.mul(p0, x);
    s1 = f32x4.add(s1, p1); p1 = f32x4.mul(p1, x);
    s2 = f32x4.add(s2, p2); p2 = f32x4.mul(p2, x);
    s3 = f32x4.add(s3, p3); p3 = f32x4.mul(p3, x);
    s4 = f32x4.add(s4, p4); p4 = f32x4.mul(p4, x);
    s5 = f32x4.add(s5, p5); p5 = f32x4.mul(p5, x);
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(p0, p1), p2), p3), p4), p5), s0), s1), s2), s3), s4), s5));
}

/** Seven products p ← p x and as many sums s ← s + p: a chain waits for one operation a turn, not for two. */
export function growing7(iterations: i32, seed: f32): f32 {
  const x = v128.load(FACTOR);
  let p0 = f32x4.splat(1 * seed), p1 = f32x4.splat(2 * seed), p2 = f32x4.splat(3 * seed), p3 = f32x4.splat(4 * seed), p4 = f32x4.splat(5 * seed), p5 = f32x4.splat(6 * seed), p6 = f32x4.splat(7 * seed);
  let s0 = f32x4.splat(0 * seed), s1 = f32x4.splat(1 * seed), s2 = f32x4.splat(2 * seed), s3 = f32x4.splat(3 * seed), s4 = f32x4.splat(4 * seed), s5 = f32x4.splat(5 * seed), s6 = f32x4.splat(6 * seed);
  for (let n = 0; n < iterations; n++) {
    s0 = f32x4.add(s0, p0); p0 = f32x4.mul(p0, x);
    s1 = f32x4.add(s1, p1); p1 = f32x4.mul(p1, x);
    s2 = f32x4.add(s2, p2); p2 = f32x4.mul(p2, x);
    s3 = f32x4.add(s3, p3); p3 = f32x4.mul(p3, x);
    s4 = f32x4.add(s4, p4); p4 = f32x4.mul(p4, x);
    s5 = f32x4.add(s5, p5); p5 = f32x4.mul(p5, x);
    s6 = f32x4.add(s6, p6); p6 = f32x4.mul(p6, x);
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(p0, p1), p2), p3), p4), p5), p6), s0), s1), s2), s3), s4), s5), s6));
}

/** Seven products p ← p x and as many sums s ← s + p, twice in an iteration: a chain waits for one operation a turn, not for two. */
export function growing7twice(iterations: i32, seed: f32): f32 {
  const x = v128.load(FACTOR);
  let p0 = f32x4.splat(1 * seed), p1 = f32x4.splat(2 * seed), p2 = f32x4.splat(3 * seed), p3 = f32x4.splat(4 * seed), p4 = f32x4.splat(5 * seed), p5 = f32x4.splat(6 * seed), p6 = f32x4.splat(7 * seed);
  let s0 = f32x4.splat(0 * seed), s1 = f32x4.splat(1 * seed), s2 = f32x4.splat(2 * seed), s3 = f32x4.splat(3 * seed), s4 = f32x4.splat(4 * seed), s5 = f32x4.splat(5 * seed), s6 = f32x4.splat(6 * seed);
  for (let n = 0; n < iterations; n++) {
    s0 = f32x4.add(s0, p0); p0 = f32x4.mul(p0, x);
    s1 = f32x4.add(s1, p1); p1 = f32x4.mul(p1, x);
    s2 = f32x4.add(s2, p2); p2 = f32x4.mul(p2, x);
    s3 = f32x4.add(s3, p3); p3 = f32x4.mul(p3, x);
    s4 = f32x4.add(s4, p4); p4 = f32x4.mul(p4, x);
    s5 = f32x4.add(s5, p5); p5 = f32x4.mul(p5, x);
    s6 = f32x4.add(s6, p6); p6 = f32x4.mul(p6, x);
    s0 = f32x4.add(s0, p0); p0 = f32x4.mul(p0, x);
    s1 = f32x4.add(s1, p1); p1 = f32x4.mul(p1, x);
    s2 = f32x4.add(s2, p2); p2 = f32x4.mul(p2, x);
    s3 = f32x4.add(s3, p3); p3 = f32x4.mul(p3, x);
    s4 = f32x4.add(s4, p4); p4 = f32x4.mul(p4, x);
    s5 = f32x4.add(s5, p5); p5 = f32x4.mul(p5, x);
    s6 = f32x4.add(s6, p6); p6 = f32x4.mul(p6, x);
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(p0, p1), p2), p3), p4), p5), p6), s0), s1), s2), s3), s4), s5), s6));
}

/** Eight sums and two by four factors: fourteen registers, the shape of the micro-kernel. */
export function exchange8(iterations: i32, seed: f32): f32 {
  let x0 = f32x4.splat(seed), x1 = f32x4.splat(-seed);
  const y0 = f32x4.splat(1.5), y1 = f32x4.splat(0.5), y2 = f32x4.splat(-1.5), y3 = f32x4.splat(-0.5);
  let a = f32x4.splat(0), b = f32x4.splat(1), c = f32x4.splat(2), d = f32x4.splat(3), e = f32x4.splat(4), f = f32x4.splat(5), g = f32x4.splat(6), h = f32x4.splat(7);
  for (let n = 0; n < iterations; n++) {
    a = f32x4.add(a, f32x4.mul(x0, y0)); b = f32x4.add(b, f32x4.mul(x1, y0));
    c = f32x4.add(c, f32x4.mul(x0, y1)); d = f32x4.add(d, f32x4.mul(x1, y1));
    e = f32x4.add(e, f32x4.mul(x0, y2)); f = f32x4.add(f, f32x4.mul(x1, y2));
    g = f32x4.add(g, f32x4.mul(x0, y3)); h = f32x4.add(h, f32x4.mul(x1, y3));
    const t = x0; x0 = x1; x1 = t;
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a, b), c), d), e), f), g), h));
}

/** Ten sums and two by five factors: one register more than there are, if the exchange needs one. */
export function exchange10(iterations: i32, seed: f32): f32 {
  let x0 = f32x4.splat(seed), x1 = f32x4.splat(-seed);
  const y0 = f32x4.splat(1.5), y1 = f32x4.splat(0.5), y2 = f32x4.splat(-1.5), y3 = f32x4.splat(-0.5), y4 = f32x4.splat(2);
  let a = f32x4.splat(0), b = f32x4.splat(1), c = f32x4.splat(2), d = f32x4.splat(3), e = f32x4.splat(4), f = f32x4.splat(5), g = f32x4.splat(6), h = f32x4.splat(7), i = f32x4.splat(8), j = f32x4.splat(9);
  for (let n = 0; n < iterations; n++) {
    a = f32x4.add(a, f32x4.mul(x0, y0)); b = f32x4.add(b, f32x4.mul(x1, y0));
    c = f32x4.add(c, f32x4.mul(x0, y1)); d = f32x4.add(d, f32x4.mul(x1, y1));
    e = f32x4.add(e, f32x4.mul(x0, y2)); f = f32x4.add(f, f32x4.mul(x1, y2));
    g = f32x4.add(g, f32x4.mul(x0, y3)); h = f32x4.add(h, f32x4.mul(x1, y3));
    i = f32x4.add(i, f32x4.mul(x0, y4)); j = f32x4.add(j, f32x4.mul(x1, y4));
    const t = x0; x0 = x1; x1 = t;
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a, b), c), d), e), f), g), h), i), j));
}

/** Eight chains a ← a x + y, each waiting for its own multiplication and addition. */
export function chain8(iterations: i32, seed: f32): f32 {
  const x = f32x4.splat(0.9999), y = f32x4.splat(seed);
  let a = f32x4.splat(0), b = f32x4.splat(1), c = f32x4.splat(2), d = f32x4.splat(3), e = f32x4.splat(4), f = f32x4.splat(5), g = f32x4.splat(6), h = f32x4.splat(7);
  for (let n = 0; n < iterations; n++) {
    a = f32x4.add(f32x4.mul(a, x), y); b = f32x4.add(f32x4.mul(b, x), y);
    c = f32x4.add(f32x4.mul(c, x), y); d = f32x4.add(f32x4.mul(d, x), y);
    e = f32x4.add(f32x4.mul(e, x), y); f = f32x4.add(f32x4.mul(f, x), y);
    g = f32x4.add(f32x4.mul(g, x), y); h = f32x4.add(f32x4.mul(h, x), y);
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a, b), c), d), e), f), g), h));
}

/** Twelve chains a ← a x + y, each waiting for its own multiplication and addition. */
export function chain12(iterations: i32, seed: f32): f32 {
  const x = f32x4.splat(0.9999), y = f32x4.splat(seed);
  let a = f32x4.splat(0), b = f32x4.splat(1), c = f32x4.splat(2), d = f32x4.splat(3), e = f32x4.splat(4), f = f32x4.splat(5), g = f32x4.splat(6), h = f32x4.splat(7), i = f32x4.splat(8), j = f32x4.splat(9), k = f32x4.splat(10), l = f32x4.splat(11);
  for (let n = 0; n < iterations; n++) {
    a = f32x4.add(f32x4.mul(a, x), y); b = f32x4.add(f32x4.mul(b, x), y);
    c = f32x4.add(f32x4.mul(c, x), y); d = f32x4.add(f32x4.mul(d, x), y);
    e = f32x4.add(f32x4.mul(e, x), y); f = f32x4.add(f32x4.mul(f, x), y);
    g = f32x4.add(f32x4.mul(g, x), y); h = f32x4.add(f32x4.mul(h, x), y);
    i = f32x4.add(f32x4.mul(i, x), y); j = f32x4.add(f32x4.mul(j, x), y);
    k = f32x4.add(f32x4.mul(k, x), y); l = f32x4.add(f32x4.mul(l, x), y);
  }
  return total(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a, b), c), d), e), f), g), h), i), j), k), l));
}

@inline
function total(s: v128): f32 {
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3);
}

/** Additions that each wait for the one before, eight a turn: one a cycle, hence the clock. */
export function additions(iterations: i32, seed: i32): i32 {
  let x = seed;
  for (let n = 0; n < iterations; n++) {
    // n in between: a sum of constants would be folded into one
    x += n; x ^= seed; x += n; x ^= seed; x += n; x ^= seed; x += n; x ^= seed;
  }
  return x;
}

/** What a call costs. */
export function nothing(): void {}

/** Reads n bytes, a multiple of 256, `turns` times over: sixteen loads a turn, eight sums. */
export function read(at: usize, n: i32, turns: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (let turn = 0; turn < turns; turn++) {
    for (let p = at, end = at + <usize>n; p < end; p += 256) {
      a = v128.or(a, v128.load(p)); b = v128.or(b, v128.load(p, 16)); c = v128.or(c, v128.load(p, 32)); d = v128.or(d, v128.load(p, 48));
      e = v128.or(e, v128.load(p, 64)); f = v128.or(f, v128.load(p, 80)); g = v128.or(g, v128.load(p, 96)); h = v128.or(h, v128.load(p, 112));
      a = v128.or(a, v128.load(p, 128)); b = v128.or(b, v128.load(p, 144)); c = v128.or(c, v128.load(p, 160)); d = v128.or(d, v128.load(p, 176));
      e = v128.or(e, v128.load(p, 192)); f = v128.or(f, v128.load(p, 208)); g = v128.or(g, v128.load(p, 224)); h = v128.or(h, v128.load(p, 240));
    }
  }
  return total(v128.or(v128.or(v128.or(a, b), v128.or(c, d)), v128.or(v128.or(e, f), v128.or(g, h))));
}
