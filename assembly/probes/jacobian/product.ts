/**
 * The float64 micro-kernel: a tile of four rows by four columns.
 *
 *     C[M][N] = A[M][K] · B[K][N]        or        C −= A · B
 *
 *   A, C  row-major, `lda` and `ldc` elements from row to row
 *   B     panels of four columns, packed beforehand: [N/4][stride][4], of which the K rows from `b` on are used
 *
 * M and K are any size, N a multiple of four. All pointers are 16-byte aligned except A's, which is read one element at
 * a time. Eight accumulators, two vectors of the panel and one broadcast fill eleven registers, as in
 * `kernels/tiles.ts`.
 */

/** C = A·B. */
@unmanaged export class Assign {
  @inline put(to: usize, sum: v128): void { v128.store(to, sum); }
}

/** C −= A·B. */
@unmanaged export class Subtract {
  @inline put(to: usize, sum: v128): void { v128.store(to, f64x2.sub(v128.load(to), sum)); }
}

/**
 * Rows of A that stay in the second-level cache while they are multiplied by all of B: 32 · 512 · 8 bytes are 128 kB.
 */
const ROWS: i32 = 32;

export function product<Mode>(
  c: usize, ldc: i32, a: usize, lda: i32, b: usize, stride: i32, m: i32, n: i32, k: i32,
): void {
  const cBytes = <usize>ldc << 3, aBytes = <usize>lda << 3, panelBytes = <usize>stride << 5, kBytes = <usize>k << 5;
  for (let first = 0; first < m; first += ROWS) {
    const rows = min(ROWS, m - first), tiled = rows & ~3;
    const aBlock = a + aBytes * <usize>first, cBlock = c + cBytes * <usize>first;
    for (let j = 0; j < n; j += 4) {
      const panel = b + panelBytes * <usize>(j >> 2);
      let from = aBlock, to = cBlock + (<usize>j << 3);
      for (let i = 0; i < tiled; i += 4) {
        tile<Mode>(to, cBytes, from, aBytes, panel, kBytes);
        from += aBytes << 2; to += cBytes << 2;
      }
      for (let i = tiled; i < rows; i++) {
        row<Mode>(to, from, panel, kBytes);
        from += aBytes; to += cBytes;
      }
    }
  }
}

function tile<Mode>(c: usize, cBytes: usize, a: usize, aBytes: usize, b: usize, kBytes: usize): void {
  const mode = changetype<Mode>(0);
  let r0 = f64x2.splat(0), q0 = r0, r1 = r0, q1 = r0, r2 = r0, q2 = r0, r3 = r0, q3 = r0;
  let a1 = a + aBytes, a2 = a1 + aBytes, a3 = a2 + aBytes;
  for (const end = b + kBytes; b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let w = v128.load64_splat(a);
    r0 = f64x2.add(r0, f64x2.mul(w, b0)); q0 = f64x2.add(q0, f64x2.mul(w, b1));
    w = v128.load64_splat(a1);
    r1 = f64x2.add(r1, f64x2.mul(w, b0)); q1 = f64x2.add(q1, f64x2.mul(w, b1));
    w = v128.load64_splat(a2);
    r2 = f64x2.add(r2, f64x2.mul(w, b0)); q2 = f64x2.add(q2, f64x2.mul(w, b1));
    w = v128.load64_splat(a3);
    r3 = f64x2.add(r3, f64x2.mul(w, b0)); q3 = f64x2.add(q3, f64x2.mul(w, b1));
    a += 8; a1 += 8; a2 += 8; a3 += 8;
  }
  mode.put(c, r0); mode.put(c + 16, q0);
  c += cBytes;
  mode.put(c, r1); mode.put(c + 16, q1);
  c += cBytes;
  mode.put(c, r2); mode.put(c + 16, q2);
  c += cBytes;
  mode.put(c, r3); mode.put(c + 16, q3);
}

@inline function row<Mode>(c: usize, a: usize, b: usize, kBytes: usize): void {
  const mode = changetype<Mode>(0);
  let r = f64x2.splat(0), q = r;
  for (const end = b + kBytes; b < end; b += 32) {
    const w = v128.load64_splat(a);
    r = f64x2.add(r, f64x2.mul(w, v128.load(b))); q = f64x2.add(q, f64x2.mul(w, v128.load(b, 16)));
    a += 8;
  }
  mode.put(c, r); mode.put(c + 16, q);
}

/** Panels of B out of row-major B[K][N], N a multiple of four: [N/4][K][4]. */
export function packWide(panels: usize, b: usize, ldb: i32, k: i32, n: i32): void {
  const rowBytes = <usize>ldb << 3;
  for (let j = 0; j < n; j += 4) {
    let from = b + (<usize>j << 3);
    for (let i = 0; i < k; i++) {
      v128.store(panels, v128.load(from)); v128.store(panels, v128.load(from, 16), 16);
      panels += 32; from += rowBytes;
    }
  }
}

/** Panels of Bᵀ, B[N][K] row-major, N and K multiples of four: [N/4][K][4]. */
export function packTall(panels: usize, b: usize, ldb: i32, n: i32, k: i32): void {
  const rowBytes = <usize>ldb << 3;
  for (let j = 0; j < n; j += 4) {
    let b0 = b + rowBytes * <usize>j, b1 = b0 + rowBytes, b2 = b1 + rowBytes, b3 = b2 + rowBytes;
    for (let i = 0; i < k; i += 2) {
      const x0 = v128.load(b0), x1 = v128.load(b1), x2 = v128.load(b2), x3 = v128.load(b3);
      v128.store(panels, v128.shuffle<f64>(x0, x1, 0, 2)); v128.store(panels, v128.shuffle<f64>(x2, x3, 0, 2), 16);
      v128.store(panels, v128.shuffle<f64>(x0, x1, 1, 3), 32); v128.store(panels, v128.shuffle<f64>(x2, x3, 1, 3), 48);
      panels += 64; b0 += 16; b1 += 16; b2 += 16; b3 += 16;
    }
  }
}

/**
 * Panels of Wᵀ, W[rows][columns] float32 row-major: [⌈rows/4⌉][stride][4], zero past the rows. With it, C = A·Wᵀ takes
 * every row of A through W.
 */
export function packFloats(panels: usize, stride: i32, w: usize, rows: i32, columns: i32): void {
  for (let j = 0; j < rows; j += 4) {
    const panel = panels + (<usize>(j >> 2) * <usize>stride << 5);
    for (let r = 0; r < 4; r++) {
      let from = w + (<usize>(j + r) * <usize>columns << 2), to = panel + (<usize>r << 3);
      for (let i = 0; i < columns; i++) {
        store<f64>(to, j + r < rows ? <f64>load<f32>(from) : 0);
        from += 4; to += 32;
      }
    }
  }
}
