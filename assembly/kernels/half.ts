import { storeColumns } from "./pack";
import { plusProduct, Start, startColumn } from "./starts";

/**
 * A panel that holds four samples or fewer, in its first lanes. A vector is four rows of one column of A, for one
 * sample:
 *
 *     C[M][0 … 3] = S + A[M][K₁] · X[K₁][0 … 3] + A'[M][K₂] · H[K₂][0 … 3]        C[M][4 … 7] = 0
 *
 * Two tiles at once need eight sums, six loads and eight products for each step of k. `tileProduct` needs as many for
 * one tile, so this takes half the time. Operands and the order of every sum are those of `tileProduct`, so the bits
 * are the same.
 *
 * Parameters as of `tileProduct`.
 */
export function halfProduct(
  from: Start, out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32,
): void {
  const xBytes = <usize>kx << 4, hBytes = <usize>kh << 4, tile = xBytes + hBytes;
  for (; tiles > 0; tiles -= 2, a += 2 * tile, out += 256, start += 32) {
    // one tile is left: it is computed twice
    const second: usize = tiles > 1 ? 1 : 0, otherOut = out + (second << 7), otherStart = start + (second << 4);
    let r0 = startColumn(from, out, start), q0 = startColumn(from, otherOut, otherStart);
    let r1 = startColumn(from, out + 4, start), q1 = startColumn(from, otherOut + 4, otherStart);
    let r2 = startColumn(from, out + 8, start), q2 = startColumn(from, otherOut + 8, otherStart);
    let r3 = startColumn(from, out + 12, start), q3 = startColumn(from, otherOut + 12, otherStart);
    let p = a, q = a + second * tile;
    // first X and then H: one loop for both halves the code
    let b = x, bytes = xBytes;
    for (let operand = 0; operand < 2; operand++) {
      for (const end = p + bytes; p < end; p += 16, q += 16, b += 32) {
        const w = v128.load(p), v = v128.load(q);
        let u = v128.load32_splat(b);
        r0 = plusProduct(r0, w, u); q0 = plusProduct(q0, v, u);
        u = v128.load32_splat(b, 4);
        r1 = plusProduct(r1, w, u); q1 = plusProduct(q1, v, u);
        u = v128.load32_splat(b, 8);
        r2 = plusProduct(r2, w, u); q2 = plusProduct(q2, v, u);
        u = v128.load32_splat(b, 12);
        r3 = plusProduct(r3, w, u); q3 = plusProduct(q3, v, u);
      }
      b = h; bytes = hBytes;
    }
    storeRows(out, r0, r1, r2, r3); storeRows(otherOut, q0, q1, q2, q3);
  }
}

/** Four rows of four samples, as rows of a panel; columns c. */
@inline function storeRows(out: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  const zero = f32x4.splat(0);
  storeColumns(out, 32, c0, c1, c2, c3);
  v128.store(out, zero, 16); v128.store(out, zero, 48); v128.store(out, zero, 80); v128.store(out, zero, 112);
}
