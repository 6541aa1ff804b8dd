import { halfProduct } from "./half";
import { firstLanes, plusProduct, Start, startColumn } from "./starts";
import { tileProduct } from "./tiles";

/*
 * A panel that holds one sample. Multiplying all eight lanes would waste seven of them, so here a vector is four rows
 * of one column of A:
 *
 *     C[M][0] = S + A[M][K₁] · X[K₁][0] + A'[M][K₂] · H[K₂][0]        C[M][1 … 7] = 0
 *
 * Operands have the layout of `tileProduct` and every sum has its order, so the bits are the same. Each weight is read
 * and used once, so the limit is the bandwidth of the cache that holds the weights. x and h are first copied into one
 * column. Four tiles are summed at once, because one addition has to wait for the one before it.
 */

/** The longest column, X + H: 32 kB, the size of a first-level cache. */
const LONGEST: i32 = 8192;
const COLUMN = memory.data(32768, 16); // [LONGEST]

/** `tileProduct` for a panel that holds samples only in its first `lanes` lanes; the other lanes may become zero. */
export function panelProduct<S>(
  lanes: i32, out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32,
): void {
  const from = changetype<S>(0).start();
  if (lanes == 1 && kx + kh <= LONGEST) return vectorProduct(from, out, start, a, x, kx, h, kh, tiles);
  // @ts-ignore: defined by asconfig.json's target "wide", whose whole tiles are as fast as half ones of 128 bits
  if (lanes <= 4 && !isDefined(WIDE)) halfProduct(from, out, start, a, x, kx, h, kh, tiles);
  else tileProduct<S>(out, start, a, x, kx, h, kh, tiles);
}

/**
 * Parameters as of `tileProduct`; kx + kh ≤ LONGEST. Two steps in one iteration halve the loop's own instructions. The
 * branch between them is never taken, since no aligned address meets its condition; it keeps V8 from loading both steps
 * first.
 */
export function vectorProduct(
  from: Start, out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32,
): void {
  const tile = <usize>(kx + kh) << 4, column = COLUMN + (<usize>(kx + kh) << 2), pairs = column & ~7;
  gatherColumn(COLUMN, x, kx);
  gatherColumn(COLUMN + (<usize>kx << 2), h, kh);
  for (; tiles > 0; tiles -= 4, a += 4 * tile, out += 512, start += 64) {
    // fewer than four tiles are left: the last one is read and written again
    const last = <usize>(min(tiles, 4) - 1), i1 = min<usize>(1, last), i2 = min<usize>(2, last), i3 = last;
    const out1 = out + (i1 << 7), out2 = out + (i2 << 7), out3 = out + (i3 << 7);
    let s0 = startColumn(from, out, start), s1 = startColumn(from, out1, start + (i1 << 4));
    let s2 = startColumn(from, out2, start + (i2 << 4)), s3 = startColumn(from, out3, start + (i3 << 4));
    let p0 = a, p1 = a + i1 * tile, p2 = a + i2 * tile, p3 = a + i3 * tile;
    let b = COLUMN;
    while (b < pairs) {
      let v = v128.load32_splat(b);
      s0 = plusProduct(s0, v128.load(p0), v); s1 = plusProduct(s1, v128.load(p1), v);
      s2 = plusProduct(s2, v128.load(p2), v); s3 = plusProduct(s3, v128.load(p3), v);
      b += 4; if (b == 1) break;
      v = v128.load32_splat(b);
      s0 = plusProduct(s0, v128.load(p0, 16), v); s1 = plusProduct(s1, v128.load(p1, 16), v);
      s2 = plusProduct(s2, v128.load(p2, 16), v); s3 = plusProduct(s3, v128.load(p3, 16), v);
      b += 4; p0 += 32; p1 += 32; p2 += 32; p3 += 32;
    }
    if (b < column) {
      const v = v128.load32_splat(b);
      s0 = plusProduct(s0, v128.load(p0), v); s1 = plusProduct(s1, v128.load(p1), v);
      s2 = plusProduct(s2, v128.load(p2), v); s3 = plusProduct(s3, v128.load(p3), v);
    }
    storeColumn(out, s0); storeColumn(out1, s1); storeColumn(out2, s2); storeColumn(out3, s3);
  }
}

/** column[rows] = a panel's first lane. */
export function gatherColumn(column: usize, panel: usize, rows: i32): void {
  const end = panel + (<usize>rows << 5);
  for (; panel + 128 <= end; panel += 128, column += 16) v128.store(column, firstLanes(panel));
  for (; panel < end; panel += 32, column += 4) store<f32>(column, load<f32>(panel));
}

/** A panel's first lane = column[rows], its other lanes zero; rows up to the next four. */
export function scatterColumn(panel: usize, column: usize, rows: i32): void {
  for (let i = 0; i < rows; i += 4, panel += 128, column += 16) storeColumn(panel, v128.load(column));
}

/** Four rows of one sample, as rows of a panel. */
@inline function storeColumn(out: usize, rows: v128): void {
  const zero = i32x4.splat(0);
  v128.store(out, v128.shuffle<i32>(rows, zero, 0, 4, 4, 4)); v128.store(out, zero, 16);
  v128.store(out, v128.shuffle<i32>(rows, zero, 1, 4, 4, 4), 32); v128.store(out, zero, 48);
  v128.store(out, v128.shuffle<i32>(rows, zero, 2, 4, 4, 4), 64); v128.store(out, zero, 80);
  v128.store(out, v128.shuffle<i32>(rows, zero, 3, 4, 4, 4), 96); v128.store(out, zero, 112);
}
