import type { Random } from "../../random.ts";

/**
 * A random matrix [rows, columns] with orthonormal columns (rows ≥ columns) or rows (rows < columns), uniform over all such
 * matrices (Haar measure), row-major in float64.
 *
 * It is Q of the QR factorisation of a Gaussian matrix with the signs that make R's diagonal positive (Mezzadri 2007,
 * "How to generate random matrices from the classical compact groups", section 5); `torch.nn.init.orthogonal_` (Saxe
 * et al. 2013) has the same law. The Gaussian matrix need not be written down: after j Householder steps its remaining
 * block is again Gaussian, so that each reflector may be drawn afresh (Stewart 1980, "The efficient generation of random
 * orthogonal matrices", theorem 3.3):
 *
 *     Q = H_0 H_1 … H_{n−1} D,   H_j = I − τ_j v_j v_jᵀ,   v_j = x_j + sign(x_jj) ‖x_j‖ e_j,   D_jj = −sign(x_jj),
 *     x_j ~ N(0, I) on coordinates j … m−1.
 *
 * That is half the work of the factorisation, and half the normal draws.
 */
export function haar(rows: number, columns: number, rng: Random): Float64Array {
  if (rows >= columns) return haarTall(rows, columns, rng);
  const tall = haarTall(columns, rows, rng); // [columns, rows]
  const wide = new Float64Array(rows * columns);
  for (let i = 0; i < columns; i++) for (let j = 0; j < rows; j++) wide[j * columns + i] = tall[i * rows + j]!;
  return wide;
}

/** Reflectors applied together: each row of Q is then loaded once for four multiply-adds, and its four sums stay in registers. */
const GROUP = 4;

/** `haar` for m ≥ n: [m, n]. */
function haarTall(m: number, n: number, rng: Random): Float64Array {
  const q = new Float64Array(m * n);
  const padded = Math.ceil(n / GROUP) * GROUP; // reflectors beyond n are zero, so H = I
  const v = new Float64Array(m * padded); // [m, padded], column j the reflector v_j: zero above row j
  const tau = new Float64Array(padded);
  for (let j = 0; j < n; j++) {
    let squares = 0;
    for (let i = j; i < m; i++) {
      const x = rng.normal();
      v[i * padded + j] = x;
      squares += x * x;
    }
    const head = v[j * padded + j]!;
    const sign = head < 0 ? -1 : 1;
    const norm = Math.sqrt(squares);
    v[j * padded + j] = head + sign * norm;
    tau[j] = squares === 0 ? 0 : 1 / (norm * (norm + Math.abs(head))); // 2/‖v‖², ‖v‖² = 2 norm (norm + |head|)
    q[j * n + j] = -sign; // D
  }
  for (let j = padded - GROUP; j >= 0; j -= GROUP) applyGroup(q, v, tau, j, m, n, padded);
  return q;
}

/**
 * Q ← H_j H_{j+1} H_{j+2} H_{j+3} Q, in place, as Q ← Q − V T (Vᵀ Q) (compact WY: Schreiber and Van Loan 1989).
 *
 * T is upper triangular: T_kk = τ_k, T_{0…k−1, k} = −τ_k T (Vᵀ v_k). Columns of Q left of j are still columns of D with
 * support above row j, where V is zero: they are skipped, as are rows above j.
 */
function applyGroup(
  q: Float64Array,
  v: Float64Array,
  tau: Float64Array,
  j: number,
  m: number,
  n: number,
  padded: number,
): void {
  let g01 = 0;
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

  const w0 = new Float64Array(n); // rows of Vᵀ Q, then of T Vᵀ Q: [n] each
  const w1 = new Float64Array(n);
  const w2 = new Float64Array(n);
  const w3 = new Float64Array(n);
  for (let i = j; i < m; i++) {
    const at = i * padded + j;
    const v0 = v[at]!;
    const v1 = v[at + 1]!;
    const v2 = v[at + 2]!;
    const v3 = v[at + 3]!;
    const row = i * n;
    for (let c = j; c < n; c++) {
      const x = q[row + c]!;
      w0[c]! += v0 * x;
      w1[c]! += v1 * x;
      w2[c]! += v2 * x;
      w3[c]! += v3 * x;
    }
  }
  for (let c = j; c < n; c++) {
    const a = w0[c]!;
    const b = w1[c]!;
    const d = w2[c]!;
    const e = w3[c]!;
    w0[c] = t0 * a + t01 * b + t02 * d + t03 * e;
    w1[c] = t1 * b + t12 * d + t13 * e;
    w2[c] = t2 * d + t23 * e;
    w3[c] = t3 * e;
  }
  for (let i = j; i < m; i++) {
    const at = i * padded + j;
    const v0 = v[at]!;
    const v1 = v[at + 1]!;
    const v2 = v[at + 2]!;
    const v3 = v[at + 3]!;
    const row = i * n;
    for (let c = j; c < n; c++) q[row + c]! -= v0 * w0[c]! + v1 * w1[c]! + v2 * w2[c]! + v3 * w3[c]!;
  }
}
