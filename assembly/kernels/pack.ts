/** Packing: from row-major matrices to the tiles of four rows and panels of eight columns of `tiles.ts`, and back. */

/**
 * Rows into tiles of four: `tiles[m/4][stride][4]`, columns k of `a` at positions `at` … `at + k` of every tile.
 * Rows past m are written as zero. `a` element (i, j) stands at a + 4·(i·rowStride + j·columnStride): a transposed
 * matrix is a swap of its strides. `tiles` 16-byte aligned.
 */
export function packRows(
  tiles: usize, stride: i32, at: i32, a: usize, m: i32, k: i32, rowStride: i32, columnStride: i32,
): void {
  const tileBytes = <usize>stride << 4, rowBytes = <usize>rowStride << 2, columnBytes = <usize>columnStride << 2;
  for (let i = 0; i < m; i += 4) {
    let to = tiles + <usize>(i >> 2) * tileBytes + (<usize>at << 4);
    let from = a + <usize>i * rowBytes;
    let j = 0;
    if (i + 4 <= m) {
      if (columnStride == 1) {
        for (; j + 4 <= k; j += 4) {
          transposeRows(to, 16, from, rowBytes);
          to += 64; from += 16;
        }
      } else if (rowStride == 1) {
        for (; j < k; j++) { v128.store(to, v128.load(from)); to += 16; from += columnBytes; }
      }
    }
    const rows = min(4, m - i);
    for (; j < k; j++) {
      for (let r = 0; r < 4; r++) store<f32>(
        to + (<usize>r << 2), r < rows ? load<f32>(from + <usize>r * rowBytes) : 0,
      );
      to += 16; from += columnBytes;
    }
  }
}

/**
 * Transposes four rows of four, `rowBytes` apart, to four vectors: the first at `to`, the next ones `step` bytes apart.
 */
@inline function transposeRows(to: usize, step: usize, from: usize, rowBytes: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + rowBytes), r2 = v128.load(from + 2 * rowBytes);
  const r3 = v128.load(from + 3 * rowBytes);
  storeColumns(to, step, r0, r1, r2, r3);
}

/** Transposes eight rows of eight of a panel: features of eight samples become samples of eight features. */
export function transpose8(to: usize, from: usize): void {
  transposeRows(to, 32, from, 32);
  transposeRows(to + 16, 32, from + 128, 32);
  transposeRows(to + 128, 32, from + 16, 32);
  transposeRows(to + 144, 32, from + 144, 32);
}

/** Stores the columns of the 4 × 4 matrix of rows r, `step` bytes apart; returns their sum. */
@inline export function storeColumns(to: usize, step: usize, r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  const c0 = v128.shuffle<f64>(low01, low23, 0, 2), c1 = v128.shuffle<f64>(low01, low23, 1, 3);
  const c2 = v128.shuffle<f64>(high01, high23, 0, 2), c3 = v128.shuffle<f64>(high01, high23, 1, 3);
  v128.store(to, c0); v128.store(to + step, c1);
  v128.store(to + 2 * step, c2); v128.store(to + 3 * step, c3);
  return f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
}

/**
 * Columns into panels of eight: `panels[n/8][k][8]`; columns past n are written as zero. Strides as in `packRows`.
 * `panels` 16-byte aligned.
 */
export function packColumns(panels: usize, b: usize, k: i32, n: i32, rowStride: i32, columnStride: i32): void {
  const rowBytes = <usize>rowStride << 2, columnBytes = <usize>columnStride << 2;
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    let to = panels + (<usize>j * <usize>k << 2), row = b + <usize>j * columnBytes;
    let i = 0;
    if (columns == 8) {
      if (columnStride == 1) {
        for (; i < k; i++, to += 32, row += rowBytes) { v128.store(to, v128.load(row)); v128.store(
          to, v128.load(row, 16), 16,
        ); }
      } else if (rowStride == 1) {
        for (; i + 4 <= k; i += 4, to += 128, row += 16) {
          transposeRows(to, 32, row, columnBytes);
          transposeRows(to + 16, 32, row + 4 * columnBytes, columnBytes);
        }
      }
    }
    for (; i < k; i++, to += 32, row += rowBytes) {
      let from = row, c = 0;
      for (; c < columns; c++) { store<f32>(to + (<usize>c << 2), load<f32>(from)); from += columnBytes; }
      for (; c < 8; c++) store<f32>(to + (<usize>c << 2), 0);
    }
  }
}

/**
 * [S][B][N] row-major to panels [S][N][8], one every `stride` bytes: lane l of the p-th is sample 8p + l. Lanes past
 * the batch repeat its last sample, so that they are finite where it is.
 */
export function packBatch(panels: usize, stride: usize, values: usize, S: i32, B: i32, N: i32): void {
  const sample = <usize>N << 2;
  for (let b = 0; b < B; b += 8, panels += stride, values += sample << 3) {
    const last = <usize>(min(8, B - b) - 1);
    let to = panels, from = values;
    if (B == 1) splatRows(to, from, S * N);
    else for (let s = 0; s < S; s++, to += sample << 3, from += sample * <usize>B) {
      if (last == 7) packColumns(to, from, N, 8, 1, N);
      else for (let lane: usize = 0; lane < 8; lane++) spread(to + (lane << 2), from + sample * min(lane, last), N);
    }
  }
}

/**
 * `packBatch` for sequences of different lengths, to panels [T][N][8]: the values are steps first ≤ s < first + S of
 * the samples, and step s of a sample of n steps becomes step T − n + s. The call with first = 0 also writes zeros for
 * the steps that samples lack.
 *
 * @param order   [⌈B/8⌉][8] i32, the sample of each lane
 * @param lengths [⌈B/8⌉][8] i32, its n; no lane has more than the one before it
 */
export function packAligned(
  panels: usize, T: i32, values: usize, first: i32, S: i32, B: i32, N: i32, order: usize, lengths: usize,
): void {
  const sample = <usize>N << 2, step = <usize>N << 5;
  for (let b = 0; b < B; b += 8, panels += step * <usize>T, order += 32, lengths += 32) {
    // up to the last step that the shortest sample lacks; its values follow
    if (first == 0) memory.fill(panels, 0, step * <usize>(T - load<i32>(lengths, 28)));
    for (let s = 0; s < S; s++) {
      const own = values + sample * <usize>(s * B);
      for (let lane: usize = 0; lane < 32; lane += 4) {
        const n = load<i32>(lengths + lane), t = first + s;
        if (t >= n) break;
        spread(panels + step * <usize>(T - n + t) + lane, own + sample * <usize>load<i32>(order + lane), N);
      }
    }
  }
}

/** Every lane of row i = values[i]. */
function splatRows(panel: usize, values: usize, rows: i32): void {
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32, values += 4) {
    const v = v128.load32_splat(values);
    v128.store(panel, v); v128.store(panel, v, 16);
  }
}

/** lane[i · 8] = values[i]. */
@inline function spread(lane: usize, values: usize, n: i32): void {
  for (const end = values + (<usize>n << 2); values < end; values += 4, lane += 32) store<f32>(lane, load<f32>(values));
}

/**
 * One panel of eight columns back to row-major: c[i][0 … columns) = panel[i][…], or added to it. `c` has row stride n.
 */
export function unpackColumns(c: usize, panel: usize, m: i32, columns: i32, n: i32, accumulate: bool): void {
  const rowBytes = <usize>n << 2;
  if (columns == 8) {
    for (let i = 0; i < m; i++) {
      let left = v128.load(panel), right = v128.load(panel, 16);
      if (accumulate) { left = f32x4.add(v128.load(c), left); right = f32x4.add(v128.load(c, 16), right); }
      v128.store(c, left); v128.store(c, right, 16);
      panel += 32; c += rowBytes;
    }
    return;
  }
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + (<usize>j << 2), value = load<f32>(panel + (<usize>j << 2));
      store<f32>(at, accumulate ? load<f32>(at) + value : value);
    }
    panel += 32; c += rowBytes;
  }
}

/**
 * Four rows of a panel, four columns each, transposed: the four vectors at `from`, `from + 32`, `+ 64`, `+ 96` become
 * the vectors at `to`, `to + step`, `+ 2·step`, `+ 3·step`, each multiplied by its column's `scale` first. Returns
 * their sum, lane by row: what a bias gradient adds.
 */
@inline export function transpose4(to: usize, step: usize, from: usize, scale: v128): v128 {
  const r0 = f32x4.mul(v128.load(from), scale), r1 = f32x4.mul(v128.load(from, 32), scale);
  const r2 = f32x4.mul(v128.load(from, 64), scale), r3 = f32x4.mul(v128.load(from, 96), scale);
  return storeColumns(to, step, r0, r1, r2, r3);
}
