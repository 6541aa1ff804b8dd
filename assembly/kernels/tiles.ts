import { eightRows } from "./eight-rows";
import { fourRows } from "./four-rows";
import { plusProduct } from "./starts";

export { firstLanes, FromBias, FromOutput, FromZero, plusProduct } from "./starts";

/**
 * The only micro-kernel: it computes a tile of four rows by eight columns from packed operands.
 *
 *     C[M][8] = S + A[M][K₁] · X[K₁][8] + A'[M][K₂] · H[K₂][8]
 *
 *   A, A'  rows in tiles of four, both operands of a tile side by side: [M/4][K₁ + K₂][4]
 *   X, H   panels of eight columns: [K][8]
 *   C      one panel: [M][8]
 *
 * Eight accumulators, two vectors of the panel and one broadcast weight fill eleven of the sixteen vector registers.
 */

/**
 * `tiles` tiles of one panel. Pointers 16-byte aligned; `out` may not alias `x` or `h`.
 * @param out   [4·tiles][8]
 * @param start as S reads it: bias[4·tiles], or unused
 * @param a     [tiles][kx + kh][4]
 * @param x     [kx][8], kx ≥ 0
 * @param h     [kh][8], kh ≥ 0
 */
export function tileProduct<S>(
  out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32,
): void {
  const s = changetype<S>(0);
  const xBytes = <usize>kx << 4, hBytes = <usize>kh << 4, tile = xBytes + hBytes;
  if (ASC_FEATURE_RELAXED_SIMD) {
    // three tiles as two halves of six rows; each half has two rows of the middle tile
    for (; tiles >= 3; tiles -= 3, a += 3 * tile, out += 384, start += 48) {
      sixRows<S>(out, out + 128, start, start + 16, a, a + tile, x, xBytes, h, hBytes);
      sixRows<S>(out + 256, out + 192, start + 32, start + 24, a + 2 * tile, a + tile + 8, x, xBytes, h, hBytes);
    }
  }
  // @ts-ignore: defined by asconfig.json's target "wide"
  if (isDefined(WIDE)) {
    for (; tiles >= 2; tiles -= 2, a += 2 * tile, out += 256, start += 32) {
      eightRows<S>(out, start, a, a + tile, x, xBytes, h, hBytes);
    }
  }
  fourRows<S>(out, start, a, x, xBytes, h, hBytes, tiles);
}

/**
 * Six rows of one panel in twelve accumulators, for fused multiplications and additions. Each takes four cycles and two
 * start in one cycle, so eight chains would be just enough if no operand ever came late. Four rows are of the tile at
 * `a`, two of its neighbor at `other`; parameters as of `tileProduct`.
 *
 * Twelve sums, two vectors of the panel and one weight are all fifteen registers that V8 gives out. It would load the
 * six weights first and spill registers. It does not move a load ahead of a branch, so every row ends in a branch that
 * is never taken: no aligned address meets its condition.
 */
function sixRows<S>(
  out: usize, otherOut: usize, start: usize, otherStart: usize, a: usize, other: usize, x: usize, xBytes: usize,
  h: usize, hBytes: usize,
): void {
  const s = changetype<S>(0), pair = other - a;
  let r0 = s.left(out, start, 0), q0 = s.right(out, start, 0, r0);
  let r1 = s.left(out, start, 1), q1 = s.right(out, start, 1, r1);
  let r2 = s.left(out, start, 2), q2 = s.right(out, start, 2, r2);
  let r3 = s.left(out, start, 3), q3 = s.right(out, start, 3, r3);
  let r4 = s.left(otherOut, otherStart, 0), q4 = s.right(otherOut, otherStart, 0, r4);
  let r5 = s.left(otherOut, otherStart, 1), q5 = s.right(otherOut, otherStart, 1, r5);
  for (let b = x, end = a + xBytes; a < end; a += 16, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let w = v128.load32_splat(a);
    r0 = plusProduct(r0, w, b0); q0 = plusProduct(q0, w, b1); if (a == 1) break;
    w = v128.load32_splat(a, 4);
    r1 = plusProduct(r1, w, b0); q1 = plusProduct(q1, w, b1); if (a == 3) break;
    w = v128.load32_splat(a, 8);
    r2 = plusProduct(r2, w, b0); q2 = plusProduct(q2, w, b1); if (a == 5) break;
    w = v128.load32_splat(a, 12);
    r3 = plusProduct(r3, w, b0); q3 = plusProduct(q3, w, b1); if (a == 7) break;
    w = v128.load32_splat(a + pair);
    r4 = plusProduct(r4, w, b0); q4 = plusProduct(q4, w, b1); if (a == 9) break;
    w = v128.load32_splat(a + pair, 4);
    r5 = plusProduct(r5, w, b0); q5 = plusProduct(q5, w, b1);
  }
  for (let b = h, end = a + hBytes; a < end; a += 16, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let w = v128.load32_splat(a);
    r0 = plusProduct(r0, w, b0); q0 = plusProduct(q0, w, b1); if (a == 1) break;
    w = v128.load32_splat(a, 4);
    r1 = plusProduct(r1, w, b0); q1 = plusProduct(q1, w, b1); if (a == 3) break;
    w = v128.load32_splat(a, 8);
    r2 = plusProduct(r2, w, b0); q2 = plusProduct(q2, w, b1); if (a == 5) break;
    w = v128.load32_splat(a, 12);
    r3 = plusProduct(r3, w, b0); q3 = plusProduct(q3, w, b1); if (a == 7) break;
    w = v128.load32_splat(a + pair);
    r4 = plusProduct(r4, w, b0); q4 = plusProduct(q4, w, b1); if (a == 9) break;
    w = v128.load32_splat(a + pair, 4);
    r5 = plusProduct(r5, w, b0); q5 = plusProduct(q5, w, b1);
  }
  v128.store(out, r0); v128.store(out, q0, 16);
  v128.store(out, r1, 32); v128.store(out, q1, 48);
  v128.store(out, r2, 64); v128.store(out, q2, 80);
  v128.store(out, r3, 96); v128.store(out, q3, 112);
  v128.store(otherOut, r4); v128.store(otherOut, q4, 16);
  v128.store(otherOut, r5, 32); v128.store(otherOut, q5, 48);
}
