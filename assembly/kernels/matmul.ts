import { packColumns, packRows, unpackColumns } from "./pack";
import { FromZero, tileProduct } from "./tiles";

/** Depth of one packed block: a panel of B is then 8 kB. */
const KC: i32 = 256;
/**
 * Rows of one packed block of A, a multiple of the twelve that three tiles are: 24 kB, which stay in a 32 kB
 * first-level cache beside a panel of B.
 */
const MC: i32 = 24;

/** Bytes of scratch `matmul*` needs: one block of A, one panel strip of B, one panel of C. */
export function matmulScratch(m: i32, n: i32, k: i32): usize {
  const depth = <usize>min(k, KC), rows = <usize>((min(m, MC) + 3) & ~3), columns = <usize>((n + 7) & ~7);
  return (rows * depth + columns * depth + rows * 8) << 2;
}

/** C[m][n] = A[m][k] · B[k][n]. Row-major; c may not alias a or b; scratch 16-byte aligned, `matmulScratch` bytes. */
export function matmulNN(c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, scratch: usize): void {
  matmul(c, a, k, 1, b, n, 1, m, n, k, scratch);
}

/** C[m][n] = A[m][k] · B[n][k]ᵀ. As `matmulNN`. */
export function matmulNT(c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, scratch: usize): void {
  matmul(c, a, k, 1, b, 1, k, m, n, k, scratch);
}

/** C[m][n] = A[k][m]ᵀ · B[k][n]. As `matmulNN`. */
export function matmulTN(c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, scratch: usize): void {
  matmul(c, a, 1, m, b, n, 1, m, n, k, scratch);
}

/**
 * The block loops of Goto and van de Geijn (2008): a strip of B is packed once for each depth block, a block of A once
 * for each strip.
 */
function matmul(
  c: usize, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, m: i32, n: i32, k: i32,
  scratch: usize,
): void {
  const rows = (min(m, MC) + 3) & ~3, columns = (n + 7) & ~7, depthMost = min(k, KC);
  const packedA = scratch;
  const packedB = packedA + (<usize>rows * <usize>depthMost << 2);
  const panelC = packedB + (<usize>columns * <usize>depthMost << 2);
  for (let p = 0; p < k; p += KC) {
    const depth = min(KC, k - p);
    packColumns(packedB, b + (<usize>p * <usize>bRow << 2), depth, n, bRow, bColumn);
    for (let i = 0; i < m; i += MC) {
      const height = min(MC, m - i);
      packRows(
        packedA, depth, 0, a + ((<usize>i * <usize>aRow + <usize>p * <usize>aColumn) << 2), height, depth, aRow,
        aColumn,
      );
      for (let j = 0; j < n; j += 8) {
        tileProduct<FromZero>(
          panelC, 0, packedA, packedB + (<usize>j * <usize>depth << 2), depth, 0, 0, (height + 3) >> 2,
        );
        unpackColumns(c + ((<usize>i * <usize>n + <usize>j) << 2), panelC, height, min(8, n - j), n, p > 0);
      }
    }
  }
}
