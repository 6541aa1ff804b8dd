import type { Random } from "../../base/random.ts";
import { finish } from "../../base/time-slicing.ts";
import { DRAWN_AT_ONCE } from "./draws.ts";

/**
 * A random matrix [rows, columns] with orthonormal columns (rows ≥ columns) or rows (rows < columns), uniform over all
 * such matrices (Haar measure), row-major in float64.
 *
 * It is Q of the QR factorization of a Gaussian matrix with the signs that make R's diagonal positive (Mezzadri 2007,
 * "How to generate random matrices from the classical compact groups", section 5); `torch.nn.init.orthogonal_` (Saxe
 * et al. 2013) has the same law. The Gaussian matrix is never stored: after j Householder steps its remaining block is
 * again Gaussian, so each reflector can be drawn directly (Stewart 1980, "The efficient generation of random orthogonal
 * matrices", theorem 3.3):
 *
 *     Q = H_0 H_1 … H_{n−1} D,   H_j = I − τ_j v_j v_jᵀ,   v_j = x_j + sign(x_jj) ‖x_j‖ e_j,   D_jj = −sign(x_jj),
 *     x_j ~ N(0, I) on coordinates j … m−1.
 *
 * This takes half the work of the factorization and half of the normal draws.
 */
export function haar(rows: number, columns: number, rng: Random): Float64Array {
  return finish(haarInParts(rows, columns, rng));
}

/** `haar` with pauses. */
export function* haarInParts(rows: number, columns: number, rng: Random): Generator<void, Float64Array> {
  if (rows >= columns) return yield* haarTall(rows, columns, rng);
  const tall = yield* haarTall(columns, rows, rng); // [columns, rows]
  const wide = new Float64Array(rows * columns);
  for (let i = 0; i < columns; i++) for (let j = 0; j < rows; j++) wide[j * columns + i] = tall[i * rows + j]!;
  return wide;
}

/** Entries of Q that groups of reflectors change between two pauses: some milliseconds. */
const APPLIED_AT_ONCE = 1_000_000;

/** Reflectors applied together: each entry of Q is then loaded once for four multiply-adds. */
const GROUP = 4;

/** `haar` for m ≥ n: [m, n]. */
function* haarTall(m: number, n: number, rng: Random): Generator<void, Float64Array> {
  const even = m + (m & 1); // with a row of zeros if m is odd, because rows are processed in pairs
  const padded = Math.ceil(n / GROUP) * GROUP; // reflectors beyond n are zero: H = I
  const q = new Float64Array(even * n);
  const v = new Float64Array(even * padded); // column j is the reflector v_j: zero above row j
  const tau = new Float64Array(padded);
  const column = new Float64Array(m);
  let drawn = 0;
  for (let j = 0; j < n; j++) {
    rng.normals(column, j, m, 1);
    let squares = 0;
    for (let i = j; i < m; i++) {
      const x = column[i]!;
      v[i * padded + j] = x;
      squares += x * x;
    }
    const head = v[j * padded + j]!;
    const sign = head < 0 ? -1 : 1;
    const norm = Math.sqrt(squares);
    v[j * padded + j] = head + sign * norm;
    tau[j] = 1 / (norm * (norm + Math.abs(head))); // 2/‖v‖², for ‖v‖² = 2 norm (norm + |head|)
    q[j * n + j] = -sign; // D
    drawn += m - j;
    if (drawn < DRAWN_AT_ONCE) continue;
    drawn = 0;
    yield;
  }
  const work = Array.from({ length: GROUP }, () => new Float64Array(n));
  let applied = 0;
  for (let j = padded - GROUP; j >= 0; j -= GROUP) {
    applyGroup(q, v, tau, j, even, n, padded, work);
    applied += (m - j) * (n - j);
    if (applied < APPLIED_AT_ONCE) continue;
    applied = 0;
    yield;
  }
  return q.subarray(0, m * n);
}

/**
 * Q ← H_j H_{j+1} H_{j+2} H_{j+3} Q in place, as Q ← Q − V T (Vᵀ Q) (compact WY: Schreiber and Van Loan 1989).
 *
 * T is upper triangular: T_kk = τ_k, T_{0…k−1, k} = −τ_k T (Vᵀ v_k). Rows above j are skipped, where V is zero, and
 * columns left of j, which are still D's: their one entry lies above row j. m is even, j a multiple of four.
 *
 * @param work four scratch vectors [n]
 */
function applyGroup(
  q: Float64Array,
  v: Float64Array,
  tau: Float64Array,
  j: number,
  m: number,
  n: number,
  padded: number,
  work: Float64Array[],
): void {
  let g01 = 0; // Vᵀ V above its diagonal
  let g02 = 0;
  let g03 = 0;
  let g12 = 0;
  let g13 = 0;
  let g23 = 0;
  for (let i = j; i < m; i++) {
    const at = i * padded + j;
    const v0 = v[at]!;
    const v1 = v[at + 1]!;
    const v2 = v[at + 2]!;
    const v3 = v[at + 3]!;
    g01 += v0 * v1;
    g02 += v0 * v2;
    g03 += v0 * v3;
    g12 += v1 * v2;
    g13 += v1 * v3;
    g23 += v2 * v3;
  }
  const t0 = tau[j]!;
  const t1 = tau[j + 1]!;
  const t2 = tau[j + 2]!;
  const t3 = tau[j + 3]!;
  const t01 = -t1 * t0 * g01;
  const t02 = -t2 * (t0 * g02 + t01 * g12);
  const t12 = -t2 * t1 * g12;
  const t03 = -t3 * (t0 * g03 + t01 * g13 + t02 * g23);
  const t13 = -t3 * (t1 * g13 + t12 * g23);
  const t23 = -t3 * t2 * g23;

  const [w0, w1, w2, w3] = work as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (const w of work) w.fill(0, j);
  for (let i = j; i < m; i += 2) gather(w0, w1, w2, w3, q, i * n, n, v, i * padded + j, padded, j);
  for (let c = j; c < n; c++) {
    const x0 = w0[c]!;
    const x1 = w1[c]!;
    const x2 = w2[c]!;
    const x3 = w3[c]!;
    w0[c] = t0 * x0 + t01 * x1 + t02 * x2 + t03 * x3; // row k of T Vᵀ Q
    w1[c] = t1 * x1 + t12 * x2 + t13 * x3;
    w2[c] = t2 * x2 + t23 * x3;
    w3[c] = t3 * x3;
  }
  for (let i = j; i < m; i += 2) spread(w0, w1, w2, w3, q, i * n, n, v, i * padded + j, padded, j);
}

// The two inner loops are functions of their own: a small matrix is made before an engine has compiled one long
// function with all loops in it.

/**
 * W += Vᵀ Q over two rows of each, columns from `first` on. @param row where Q's first begins @param upper where V's
 * four entries begin
 */
function gather(
  w0: Float64Array,
  w1: Float64Array,
  w2: Float64Array,
  w3: Float64Array,
  q: Float64Array,
  row: number,
  n: number,
  v: Float64Array,
  upper: number,
  padded: number,
  first: number,
): void {
  const lower = upper + padded;
  const a0 = v[upper]!;
  const a1 = v[upper + 1]!;
  const a2 = v[upper + 2]!;
  const a3 = v[upper + 3]!;
  const b0 = v[lower]!;
  const b1 = v[lower + 1]!;
  const b2 = v[lower + 2]!;
  const b3 = v[lower + 3]!;
  for (let c = first; c < n; c++) {
    const x = q[row + c]!;
    const y = q[row + n + c]!;
    w0[c]! += a0 * x + b0 * y;
    w1[c]! += a1 * x + b1 * y;
    w2[c]! += a2 * x + b2 * y;
    w3[c]! += a3 * x + b3 * y;
  }
}

/** Q −= V W over two rows of Q and V, columns from `first` on; arguments as `gather`'s. */
function spread(
  w0: Float64Array,
  w1: Float64Array,
  w2: Float64Array,
  w3: Float64Array,
  q: Float64Array,
  row: number,
  n: number,
  v: Float64Array,
  upper: number,
  padded: number,
  first: number,
): void {
  const lower = upper + padded;
  const a0 = v[upper]!;
  const a1 = v[upper + 1]!;
  const a2 = v[upper + 2]!;
  const a3 = v[upper + 3]!;
  const b0 = v[lower]!;
  const b1 = v[lower + 1]!;
  const b2 = v[lower + 2]!;
  const b3 = v[lower + 3]!;
  for (let c = first; c < n; c++) {
    const x0 = w0[c]!;
    const x1 = w1[c]!;
    const x2 = w2[c]!;
    const x3 = w3[c]!;
    q[row + c]! -= a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
    q[row + n + c]! -= b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
  }
}
