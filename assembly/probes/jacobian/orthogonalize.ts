import { REFLECTORS } from "../../records/constants";
import { Frame, padded4 } from "../../records/frame";
import { Assign, packTall, packWide, product, Subtract } from "./product";
import { addScaled, at, dot, scale } from "./vectors";

/*
 * A = Q R by Householder reflections, in blocks of 32 columns (Schreiber and Van Loan 1989):
 *
 *     H_1 … H_b = I − V T Vᵀ        A ← A − V (Tᵀ (Vᵀ A))        Q = (I − V_1 T_1 V_1ᵀ) … (I − V_p T_p V_pᵀ) I
 *
 * The error in a column is of the order of that column (Higham 2002, theorem 19.4), so columns of any scale keep their
 * digits, and Q is orthonormal whatever the condition of A. Gram–Schmidt would fail for dependent columns.
 */

/** a [k][m] → q: the first p = min(m, k) columns of Q; r: R [p][k]; diagonal: |R_ii|. */
export function orthogonalize(f: Frame): void {
  const m = f.rows, k = f.columns, p = min(m, k), lead = f.lead, m4 = padded4(m), bytes = <usize>lead << 3;
  memory.fill(f.v, 0, bytes * <usize>padded4(p));
  for (let s = 0; s < p; s += REFLECTORS) {
    const b = min(REFLECTORS, p - s), t = f.t + (<usize>s * REFLECTORS << 3), v = f.v + bytes * <usize>s;
    reflect(f, s, b, m4);
    triangle(t, v, bytes, s, b, m4);
    apply(f, f.a + bytes * <usize>(s + b), k - s - b, v, t, s, padded4(b), m4, true);
  }
  readTriangle(f, p, k);
  memory.fill(f.q, 0, bytes * <usize>f.width);
  for (let j = 0; j < p; j++) store<f64>(f.q + bytes * <usize>j + (<usize>j << 3), 1);
  for (let s = (p - 1) & ~(REFLECTORS - 1); s >= 0; s -= REFLECTORS) {
    const t = f.t + (<usize>s * REFLECTORS << 3), v = f.v + bytes * <usize>s;
    apply(f, f.q + bytes * <usize>s, p - s, v, t, s, padded4(min(REFLECTORS, p - s)), m4, false);
  }
}

/**
 * Reflects columns s … s + b − 1, one by one: column j becomes R_0j … R_jj, v_j its reflector, v_j[j] = 1; w[j] = τ.
 */
function reflect(f: Frame, s: i32, b: i32, m4: i32): void {
  const bytes = <usize>f.lead << 3, head = s, n = m4 - head; // vectors from row s on: above it all v are zero
  for (let j = s; j < s + b; j++) {
    const x = f.a + bytes * <usize>j, v = f.v + bytes * <usize>j;
    memory.copy(at(v, j), at(x, j), <usize>(m4 - j) << 3);
    const alpha = load<f64>(at(v, j));
    store<f64>(at(v, j), 0);
    const rest = dot(at(v, head), at(v, head), n);
    let tau: f64 = 0;
    if (rest != 0) {
      const norm = Math.sqrt(alpha * alpha + rest), beta = alpha > 0 ? -norm : norm;
      tau = (beta - alpha) / beta;
      scale(at(v, head), 1 / (alpha - beta), n);
      store<f64>(at(x, j), beta);
    }
    store<f64>(at(v, j), 1);
    store<f64>(f.w + (<usize>(j - s) << 3), tau);
    if (tau == 0) continue;
    for (let c = j + 1; c < s + b; c++) {
      const y = at(f.a + bytes * <usize>c, head);
      addScaled(y, at(v, head), -tau * dot(at(v, head), y, n), n);
    }
  }
  // τ moves to the diagonal of T, where `triangle` expects it
  for (let i = 0; i < b; i++) store<f64>(
    f.t + (<usize>(s * REFLECTORS + i * REFLECTORS + i) << 3), load<f64>(f.w + (<usize>i << 3)),
  );
}

/** T upper triangular, with τ already on its diagonal: T[:j, j] = −τ_j T[:j, :j] V[:, :j]ᵀ v_j. Elsewhere zero. */
function triangle(t: usize, v: usize, bytes: usize, s: i32, b: i32, m4: i32): void {
  for (let j = 0; j < REFLECTORS; j++) {
    const tau = j < b ? load<f64>(at(t, j * REFLECTORS + j)) : 0, column = at(v + bytes * <usize>j, s);
    for (let i = j + 1; i < REFLECTORS; i++) store<f64>(at(t, i * REFLECTORS + j), 0);
    if (j >= b) store<f64>(at(t, j * REFLECTORS + j), 0);
    for (let i = 0; i < j; i++) store<f64>(
      at(t, i * REFLECTORS + j), j < b ? dot(at(v + bytes * <usize>i, s), column, m4 - s) : 0,
    );
    for (let i = 0; i < j; i++) { // from the top down: row i needs only entries at and below row i
      let sum: f64 = 0;
      for (let l = i; l < j; l++) sum += load<f64>(at(t, i * REFLECTORS + l)) * load<f64>(at(t, l * REFLECTORS + j));
      store<f64>(at(t, i * REFLECTORS + j), -tau * sum);
    }
  }
}

/** C ← C − V (Tᵀ or T) (Vᵀ C) on `count` columns from `c` on and on their rows s … m. */
function apply(f: Frame, c: usize, count: i32, v: usize, t: usize, s: i32, b4: i32, m4: i32, transposed: bool): void {
  if (count <= 0) return;
  const n = m4 - s, second = f.w + (<usize>f.width * REFLECTORS << 3);
  packTall(f.panels, at(v, s), f.lead, b4, n);
  product<Assign>(f.w, REFLECTORS, at(c, s), f.lead, f.panels, n, count, b4, n);
  // rows of w are (Vᵀ c)ᵀ, so Tᵀ stands on their right as T
  if (transposed) packWide(f.panels, t, REFLECTORS, b4, b4);
  else packTall(f.panels, t, REFLECTORS, b4, b4);
  product<Assign>(second, REFLECTORS, f.w, REFLECTORS, f.panels, b4, count, b4, b4);
  packWide(f.panels, at(v, s), f.lead, b4, n);
  product<Subtract>(at(c, s), f.lead, second, REFLECTORS, f.panels, b4, count, n, b4);
}

/**
 * r and its diagonal. A diagonal entry below 32 √m ε of its column is rounding (of m terms of random sign, in J Q and
 * here): it is set to zero, and so are the other entries of its row below that limit. Thus a singular J gives an
 * exactly singular R.
 */
function readTriangle(f: Frame, p: i32, k: i32): void {
  const width = f.width, rounding = 32 * Math.sqrt(<f64>f.rows) * f64.EPSILON;
  memory.fill(f.r, 0, <usize>width * <usize>width << 3);
  memory.fill(f.diagonal, 0, <usize>width << 3);
  const norms = f.w;
  for (let j = 0; j < k; j++) {
    const column = f.a + (<usize>f.lead * <usize>j << 3);
    let square: f64 = 0;
    for (let i = 0; i <= min(j, p - 1); i++) {
      const x = load<f64>(at(column, i));
      square += x * x;
      store<f64>(at(f.r, i * width + j), x);
    }
    store<f64>(at(norms, j), Math.sqrt(square));
  }
  for (let i = 0; i < p; i++) {
    const x = Math.abs(load<f64>(at(f.r, i * width + i)));
    if (x <= rounding * load<f64>(at(norms, i))) {
      for (let j = i; j < k; j++) {
        const place = at(f.r, i * width + j);
        if (Math.abs(load<f64>(place)) <= rounding * load<f64>(at(norms, j))) store<f64>(place, 0);
      }
    } else store<f64>(at(f.diagonal, i), x);
  }
}
