/*
 * The orthogonal matrix nearest to a square X in the Frobenius norm is its orthogonal polar factor U, X = U H with H
 * positive semidefinite (Fan and Hoffman 1955; Higham 1986, "Computing the polar decomposition", theorem 2.1). Applied
 * after a step X = Q + Δ, it is a second-order retraction onto the orthogonal group (Absil and Malick 2012, proposition
 * 7).
 *
 *     X ← (3I − X Xᵀ) X/2
 * each singular value σ ← σ (3 − σ²)/2: toward 1, quadratically near it, from 0 < σ < √3
 *
 * (Newton and Schulz; Björck and Bowie 1971.) It needs no inverse. A small σ grows by a factor of 3/2 in each
 * iteration.
 */

/** If ‖I − X Xᵀ‖_F is below this, σ < √3, so X need not be scaled first: the norm bounds every |1 − σ²|. */
const NEAR = 1;
/** If ‖I − X Xᵀ‖_F is below this, one more iteration gives ¾ · 10⁻¹⁴, far below float32's rounding. */
const LAST = 1e-7;
/**
 * Enough iterations for σ_min/σ_max = 1e-8 = 1.5⁻⁴⁶ after scaling by a norm up to √H larger. Then X counts as singular.
 */
const MOST = 70;
/**
 * This share of ‖X‖_F is added to the diagonal of a singular X, which has several nearest matrices. The result is then
 * within about this share of one of them.
 */
const NUDGE = 1e-8;

/**
 * Replaces a square matrix by the nearest orthogonal one, computed in float64 and rounded once. A singular matrix has
 * several nearest ones; the choice is always the same. A matrix with a NaN or an infinity has none and is not changed.
 *
 * @param matrix [n, n], row-major; overwritten. A view of the rows of one gate is allowed.
 */
export function projectOrthogonal(matrix: Float32Array, n: number): void {
  const x = Float64Array.from(matrix.subarray(0, n * n));
  const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(norm)) return;
  const gram = new Float64Array(n * n); // X Xᵀ
  timesTransposed(gram, x, x, n);
  if (!(defect(gram, n) < NEAR)) {
    for (let i = 0; i < n * n; i++) x[i] /= norm || 1;
    timesTransposed(gram, x, x, n);
  }
  for (let round = 0; !settle(x, gram, n); round++) {
    // 2^round, so a shift that happened to hit an eigenvalue is not repeated
    for (let i = 0; i < n; i++) x[i * n + i] += NUDGE * 2 ** round;
    timesTransposed(gram, x, x, n);
  }
  matrix.set(x);
}

/** Iterates until X is orthogonal; false if this takes more iterations than any nonsingular X. @param gram X Xᵀ */
function settle(x: Float64Array, gram: Float64Array, n: number): boolean {
  const transposed = new Float64Array(n * n);
  const product = new Float64Array(n * n);
  for (let k = 0; k < MOST; k++) {
    const last = defect(gram, n) < LAST;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) transposed[j * n + i] = x[i * n + j]!;
    timesTransposed(product, gram, transposed, n);
    for (let i = 0; i < n * n; i++) x[i] = (3 * x[i]! - product[i]!) / 2;
    if (last) return true;
    timesTransposed(gram, x, x, n);
  }
  return false;
}

/** out = A Bᵀ, [n, n] each. Products of rows, so four sums stay in registers. `out` must be neither A nor B. */
function timesTransposed(out: Float64Array, a: Float64Array, b: Float64Array, n: number): void {
  for (let j = 0; j < n; j += 4) {
    const b0 = j * n;
    // after the last row, the last row is used again
    const [b1, b2, b3] = [1, 2, 3].map((k) => Math.min(j + k, n - 1) * n) as [number, number, number];
    for (let i = 0; i < n; i++) {
      const row = i * n;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < n; k++) {
        const value = a[row + k]!;
        s0 += value * b[b0 + k]!;
        s1 += value * b[b1 + k]!;
        s2 += value * b[b2 + k]!;
        s3 += value * b[b3 + k]!;
      }
      out[row + j] = s0;
      if (j + 1 < n) out[row + j + 1] = s1;
      if (j + 2 < n) out[row + j + 2] = s2;
      if (j + 3 < n) out[row + j + 3] = s3;
    }
  }
}

/** ‖I − G‖_F. */
function defect(G: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += ((i === j ? 1 : 0) - G[i * n + j]!) ** 2;
  return Math.sqrt(sum);
}
