import { at, dot, powerOfTwo, rotate } from "./vectors";

/*
 * Singular values of the rows G = (g_0, …, g_{n−1}) by one-sided Jacobi rotations (Hestenes 1958), rows by descending
 * norm (de Rijk 1989): rotate pairs until all are orthogonal; their norms are the singular values.
 *
 *     ζ = (‖g_j‖² − ‖g_i‖²)/(2 g_i·g_j)      t = sign ζ/(|ζ| + √(1 + ζ²))      c = 1/√(1 + t²), s = c t
 *
 * The relative error of every singular value is ε times the condition of the rows scaled to norm 1 (Demmel and Veselić
 * 1992). So small singular values keep their digits even where rows differ greatly in scale; a bidiagonalization would
 * lose them.
 */

/** Jacobi converges quadratically once the rows are nearly orthogonal: six to ten sweeps are usual. */
const SWEEPS: i32 = 40;

/**
 * norms [n] ← singular values, in no order. g [n][lead] is overwritten. Rows whose norm is below 2^−64 of the largest
 * are left as they are: they change no other row by more than that share.
 *
 * @returns sweeps taken
 */
export function singularValues(norms: usize, g: usize, lead: i32, n: i32): i32 {
  const bytes = <usize>lead << 3, tolerance = Math.sqrt(<f64>lead) * f64.EPSILON;
  let most: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = g + bytes * <usize>i, square = dot(row, row, lead);
    store<f64>(at(norms, i), square);
    most = Math.max(most, square);
  }
  const least = most * powerOfTwo(-128);
  let sweep = 0;
  for (let rotated = true; rotated && sweep < SWEEPS; sweep++) {
    rotated = false;
    for (let i = 0; i < n - 1; i++) {
      toFront(norms, g, lead, i, n);
      const x = g + bytes * <usize>i;
      let a = load<f64>(at(norms, i));
      if (!(a > least)) break; // the rows are sorted: all following rows are smaller
      for (let j = i + 1; j < n; j++) {
        const b = load<f64>(at(norms, j));
        if (!(b > least)) continue;
        const y = g + bytes * <usize>j, d = dot(x, y, lead);
        if (!(Math.abs(d) > tolerance * Math.sqrt(a) * Math.sqrt(b))) continue;
        rotated = true;
        const zeta = (b - a) / (2 * d), t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        rotate(x, y, c, c * t, lead);
        a -= t * d;
        store<f64>(at(norms, j), b + t * d);
      }
      store<f64>(at(norms, i), a);
    }
    for (let i = 0; i < n; i++) { // repeated updates would collect rounding errors
      const row = g + bytes * <usize>i;
      store<f64>(at(norms, i), dot(row, row, lead));
    }
  }
  for (let i = 0; i < n; i++) store<f64>(at(norms, i), Math.sqrt(load<f64>(at(norms, i))));
  return sweep;
}

/** Swaps the largest of rows i … n − 1 into place i. */
function toFront(norms: usize, g: usize, lead: i32, i: i32, n: i32): void {
  let best = i;
  for (let j = i + 1; j < n; j++) if (load<f64>(at(norms, j)) > load<f64>(at(norms, best))) best = j;
  if (best == i) return;
  const a = load<f64>(at(norms, i)), b = load<f64>(at(norms, best));
  store<f64>(at(norms, i), b); store<f64>(at(norms, best), a);
  // x, y ← y, −x swaps two rows without a third: it is a rotation
  rotate(g + (<usize>(i * lead) << 3), g + (<usize>(best * lead) << 3), 0, -1, lead);
}
