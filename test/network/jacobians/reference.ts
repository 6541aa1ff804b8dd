/** Small dense float64 matrices, row-major, and a symmetric eigensolver different from the core's. All is naive, n ≤ 100. */
import { random } from "../../../src/base/random.ts";

export type Matrix = Float64Array[];

export const zeros = (m: number, n: number): Matrix => Array.from({ length: m }, () => new Float64Array(n));

export const identity = (n: number): Matrix => zeros(n, n).map((row, i) => row.fill(1, i, i + 1));

export function gaussian(m: number, n: number, seed: number, std = 1): Matrix {
  const stream = random(seed, "test/matrix");
  return zeros(m, n).map((row) => row.map(() => std * stream.normal()));
}

export function times(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => {
    const out = new Float64Array(b[0].length);
    row.forEach((x, k) => {
      for (let j = 0; j < out.length; j++) out[j] += x * b[k][j];
    });
    return out;
  });
}

export const transpose = (a: Matrix): Matrix => Array.from(a[0], (_, j) => Float64Array.from(a, (row) => row[j]));

/** Q of a random matrix, by Gram–Schmidt twice. */
export function orthogonal(n: number, seed: number): Matrix {
  const rows = gaussian(n, n, seed);
  for (let i = 0; i < n; i++) {
    for (let again = 0; again < 2; again++) {
      for (let j = 0; j < i; j++) {
        const d = rows[i].reduce((sum, x, k) => sum + x * rows[j][k], 0);
        rows[i] = rows[i].map((x, k) => x - d * rows[j][k]);
      }
    }
    const norm = Math.hypot(...rows[i]);
    rows[i] = rows[i].map((x) => x / norm);
  }
  return rows;
}

/** Eigenvalues of a symmetric matrix by two-sided Jacobi rotations, largest first. */
export function symmetricEigenvalues(matrix: Matrix): Float64Array {
  const a = matrix.map((row) => row.slice());
  const n = a.length;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let size = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        size += a[i][j] ** 2;
        if (i !== j) off += a[i][j] ** 2;
      }
    }
    if (off <= 1e-32 * size) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k][p], a[k][q]];
          a[k][p] = c * x - s * y;
          a[k][q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p][k], a[q][k]];
          a[p][k] = c * x - s * y;
          a[q][k] = s * x + c * y;
        }
      }
    }
  }
  return Float64Array.from(a, (row, i) => row[i])
    .sort()
    .reverse();
}

/** Singular values as roots of the eigenvalues of A Aᵀ or AᵀA, whichever is smaller: good above 1e-7 of the largest. */
export function singularValues(a: Matrix): Float64Array {
  const gram = a.length <= a[0].length ? times(a, transpose(a)) : times(transpose(a), a);
  return symmetricEigenvalues(gram).map((x) => Math.sqrt(Math.max(x, 0)));
}

/** The widest |a/b − 1| where b is above `floor` of the largest. */
export function widestRatio(a: readonly (number | null)[], b: ArrayLike<number>, floor = 0): number {
  let widest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < b.length; i++) {
    if (b[i] > floor * b[0]) widest = Math.max(widest, Math.abs((a[i] ?? Number.POSITIVE_INFINITY) / b[i] - 1));
  }
  return widest;
}

/** max |a − b|, a row-major. */
export function widestGap(a: ArrayLike<number>, b: Matrix): number {
  let widest = a.length === b.length * b[0].length ? 0 : Number.POSITIVE_INFINITY;
  b.forEach((row, i) => {
    row.forEach((x, j) => {
      const gap = Math.abs(a[i * row.length + j] - x);
      widest = gap <= widest ? widest : Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    });
  });
  return widest;
}
