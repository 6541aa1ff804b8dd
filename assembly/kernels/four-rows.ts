import { plusProduct } from "./starts";

/**
 * `tiles` tiles of four rows of one panel, in eight sums. Parameters and the order of every sum as of `tileProduct`.
 * The relaxed and the wide build compute only their last tiles here, by the plain loop alone.
 *
 * A step of k is sixteen operations on sums and six loads; a loop adds five instructions of its own. A core cannot
 * start so many in the four cycles that its two multipliers take, so eight steps are written out. V8 would load the
 * weights of all eight first and spill registers. It does not move a load ahead of a branch, so every step ends in a
 * branch that is never taken: no aligned address meets its condition. `a` moves with every step, because V8 adds the
 * offset of a broadcast load in an instruction of its own: this way four registers hold all offsets. The order of the
 * sums in a step is the fastest of thirty on Zen 4 with V8 11 to 13, whose schedulers it fills evenly.
 */
export function fourRows<S>(
  out: usize, start: usize, a: usize, x: usize, xBytes: usize, h: usize, hBytes: usize, tiles: i32,
): void {
  const s = changetype<S>(0);
  for (; tiles > 0; tiles--, out += 128, start += 16) {
    let r0 = s.left(out, start, 0), q0 = s.right(out, start, 0, r0);
    let r1 = s.left(out, start, 1), q1 = s.right(out, start, 1, r1);
    let r2 = s.left(out, start, 2), q2 = s.right(out, start, 2, r2);
    let r3 = s.left(out, start, 3), q3 = s.right(out, start, 3, r3);
    let w0: v128, w1: v128, w2: v128, w3: v128, b0: v128, b1: v128;
    // first X and then H: one loop for both halves the code
    let b = x, bytes = xBytes;
    for (let operand = 0; operand < 2; operand++) {
      const end = a + bytes;
      // @ts-ignore: defined by asconfig.json's target "wide"
      if (!ASC_FEATURE_RELAXED_SIMD && !isDefined(WIDE)) {
        for (const whole = a + (bytes & ~127); a < whole;) {
          b0 = v128.load(b); b1 = v128.load(b, 16);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 1) break;
          a += 16;
          b0 = v128.load(b, 32); b1 = v128.load(b, 48);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 3) break;
          a += 16;
          b0 = v128.load(b, 64); b1 = v128.load(b, 80);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 5) break;
          a += 16;
          b0 = v128.load(b, 96); b1 = v128.load(b, 112);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 7) break;
          a += 16;
          b0 = v128.load(b, 128); b1 = v128.load(b, 144);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 9) break;
          a += 16;
          b0 = v128.load(b, 160); b1 = v128.load(b, 176);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 11) break;
          a += 16;
          b0 = v128.load(b, 192); b1 = v128.load(b, 208);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0); if (a == 13) break;
          a += 16;
          b0 = v128.load(b, 224); b1 = v128.load(b, 240);
          w0 = v128.load32_splat(a); w1 = v128.load32_splat(a, 4);
          w2 = v128.load32_splat(a, 8); w3 = v128.load32_splat(a, 12);
          q1 = plusProduct(q1, w1, b1); r2 = plusProduct(r2, w2, b0); q0 = plusProduct(q0, w0, b1);
          r0 = plusProduct(r0, w0, b0); q3 = plusProduct(q3, w3, b1); q2 = plusProduct(q2, w2, b1);
          r1 = plusProduct(r1, w1, b0); r3 = plusProduct(r3, w3, b0);
          a += 16; b += 256;
        }
      }
      for (; a < end; a += 16, b += 32) {
        b0 = v128.load(b); b1 = v128.load(b, 16);
        w0 = v128.load32_splat(a);
        r0 = plusProduct(r0, w0, b0); q0 = plusProduct(q0, w0, b1);
        w0 = v128.load32_splat(a, 4);
        r1 = plusProduct(r1, w0, b0); q1 = plusProduct(q1, w0, b1);
        w0 = v128.load32_splat(a, 8);
        r2 = plusProduct(r2, w0, b0); q2 = plusProduct(q2, w0, b1);
        w0 = v128.load32_splat(a, 12);
        r3 = plusProduct(r3, w0, b0); q3 = plusProduct(q3, w0, b1);
      }
      b = h; bytes = hBytes;
    }
    v128.store(out, r0); v128.store(out, q0, 16);
    v128.store(out, r1, 32); v128.store(out, q1, 48);
    v128.store(out, r2, 64); v128.store(out, q2, 80);
    v128.store(out, r3, 96); v128.store(out, q3, 112);
  }
}
