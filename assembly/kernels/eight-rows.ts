import { plusProduct } from "./starts";

/**
 * The wide build's tile: eight rows of one panel. V8's revectorizer joins a row's two vectors of four into one register
 * of eight, so that the sixteen sums written here are eight registers. Each sum has the terms and the order that
 * `tileProduct` gives it: the same bits. Eight sums cover the latency of an addition; the four of one tile do not. Each
 * iteration does two steps of k, which halves the loop's own instructions.
 *
 * Pointers as of `tileProduct`: `a` is one tile of four rows and `other` the next one.
 */
export function eightRows<S>(
  out: usize, start: usize, a: usize, other: usize, x: usize, xBytes: usize, h: usize, hBytes: usize,
): void {
  const s = changetype<S>(0);
  let r0 = s.left(out, start, 0), q0 = s.right(out, start, 0, r0);
  let r1 = s.left(out, start, 1), q1 = s.right(out, start, 1, r1);
  let r2 = s.left(out, start, 2), q2 = s.right(out, start, 2, r2);
  let r3 = s.left(out, start, 3), q3 = s.right(out, start, 3, r3);
  let r4 = s.left(out, start, 4), q4 = s.right(out, start, 4, r4);
  let r5 = s.left(out, start, 5), q5 = s.right(out, start, 5, r5);
  let r6 = s.left(out, start, 6), q6 = s.right(out, start, 6, r6);
  let r7 = s.left(out, start, 7), q7 = s.right(out, start, 7, r7);
  // first X and then H, in one loop: with two loops the sums would pass through memory in between
  let b = x, bytes = xBytes;
  for (let operand = 0; operand < 2; operand++) {
    if (bytes & 16) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      let w: v128;
      w = v128.load32_splat(a);
      r0 = plusProduct(r0, w, b0); q0 = plusProduct(q0, w, b1);
      w = v128.load32_splat(a, 4);
      r1 = plusProduct(r1, w, b0); q1 = plusProduct(q1, w, b1);
      w = v128.load32_splat(a, 8);
      r2 = plusProduct(r2, w, b0); q2 = plusProduct(q2, w, b1);
      w = v128.load32_splat(a, 12);
      r3 = plusProduct(r3, w, b0); q3 = plusProduct(q3, w, b1);
      w = v128.load32_splat(other);
      r4 = plusProduct(r4, w, b0); q4 = plusProduct(q4, w, b1);
      w = v128.load32_splat(other, 4);
      r5 = plusProduct(r5, w, b0); q5 = plusProduct(q5, w, b1);
      w = v128.load32_splat(other, 8);
      r6 = plusProduct(r6, w, b0); q6 = plusProduct(q6, w, b1);
      w = v128.load32_splat(other, 12);
      r7 = plusProduct(r7, w, b0); q7 = plusProduct(q7, w, b1);
      a += 16; other += 16; b += 32;
    }
    for (const end = a + (bytes & ~31); a < end;) {
      let b0 = v128.load(b), b1 = v128.load(b, 16);
      let w: v128;
      w = v128.load32_splat(a);
      r0 = plusProduct(r0, w, b0); q0 = plusProduct(q0, w, b1);
      w = v128.load32_splat(a, 4);
      r1 = plusProduct(r1, w, b0); q1 = plusProduct(q1, w, b1);
      w = v128.load32_splat(a, 8);
      r2 = plusProduct(r2, w, b0); q2 = plusProduct(q2, w, b1);
      w = v128.load32_splat(a, 12);
      r3 = plusProduct(r3, w, b0); q3 = plusProduct(q3, w, b1);
      w = v128.load32_splat(other);
      r4 = plusProduct(r4, w, b0); q4 = plusProduct(q4, w, b1);
      w = v128.load32_splat(other, 4);
      r5 = plusProduct(r5, w, b0); q5 = plusProduct(q5, w, b1);
      w = v128.load32_splat(other, 8);
      r6 = plusProduct(r6, w, b0); q6 = plusProduct(q6, w, b1);
      w = v128.load32_splat(other, 12);
      r7 = plusProduct(r7, w, b0); q7 = plusProduct(q7, w, b1);
      a += 16; other += 16; b += 32;
      b0 = v128.load(b); b1 = v128.load(b, 16);
      w = v128.load32_splat(a);
      r0 = plusProduct(r0, w, b0); q0 = plusProduct(q0, w, b1);
      w = v128.load32_splat(a, 4);
      r1 = plusProduct(r1, w, b0); q1 = plusProduct(q1, w, b1);
      w = v128.load32_splat(a, 8);
      r2 = plusProduct(r2, w, b0); q2 = plusProduct(q2, w, b1);
      w = v128.load32_splat(a, 12);
      r3 = plusProduct(r3, w, b0); q3 = plusProduct(q3, w, b1);
      w = v128.load32_splat(other);
      r4 = plusProduct(r4, w, b0); q4 = plusProduct(q4, w, b1);
      w = v128.load32_splat(other, 4);
      r5 = plusProduct(r5, w, b0); q5 = plusProduct(q5, w, b1);
      w = v128.load32_splat(other, 8);
      r6 = plusProduct(r6, w, b0); q6 = plusProduct(q6, w, b1);
      w = v128.load32_splat(other, 12);
      r7 = plusProduct(r7, w, b0); q7 = plusProduct(q7, w, b1);
      a += 16; other += 16; b += 32;
    }
    b = h; bytes = hBytes;
  }
  v128.store(out, r0); v128.store(out, q0, 16);
  v128.store(out, r1, 32); v128.store(out, q1, 48);
  v128.store(out, r2, 64); v128.store(out, q2, 80);
  v128.store(out, r3, 96); v128.store(out, q3, 112);
  v128.store(out, r4, 128); v128.store(out, q4, 144);
  v128.store(out, r5, 160); v128.store(out, q5, 176);
  v128.store(out, r6, 192); v128.store(out, q6, 208);
  v128.store(out, r7, 224); v128.store(out, q7, 240);
}
