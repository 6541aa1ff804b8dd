import { addScaled, at, dot, largest } from "./vectors";

/*
 * The largest eigenvalue of a symmetric matrix: tridiagonal by Householder reflections (Golub and Van Loan 2013,
 * algorithm 8.3.1), then bisection on Sturm's count of eigenvalues above x (section 8.4).
 *
 *     v reflects column k:   p = β A v,   w = p − ½ β (pᵀv) v,   A ← A − v wᵀ − w vᵀ
 */

/**
 * λ_max of a [n][lead], which is overwritten. Both halves of the matrix must be there; padding is zero, lead a multiple
 * of four. d, e, v, w [lead] are scratch. NaN where an entry is not finite.
 */
export function largestEigenvalue(a: usize, lead: i32, n: i32, d: usize, e: usize, v: usize, w: usize): f64 {
  tridiagonalize(a, lead, n, d, e, v, w);
  let reach: f64 = 0; // Gershgorin
  for (let i = 0; i < n; i++) {
    const row = Math.abs(load<f64>(at(d, i))) + (i > 0 ? Math.abs(load<f64>(at(e, i - 1))) : 0)
      + (i < n - 1 ? Math.abs(load<f64>(at(e, i))) : 0);
    if (!isFinite(row)) return NaN;
    reach = Math.max(reach, row);
  }
  let low = -reach, high = reach;
  for (let i = 0; i < 200; i++) {
    const x = 0.5 * (low + high);
    if (x <= low || x >= high) break; // neighbors in float64
    if (anyAbove(d, e, n, x)) low = x; else high = x;
  }
  return high;
}

/** Whether an eigenvalue lies above x: a pivot of T − x I is positive. */
function anyAbove(d: usize, e: usize, n: i32, x: f64): bool {
  let pivot = load<f64>(d) - x;
  for (let i = 1; i < n && pivot <= 0; i++) {
    const b = load<f64>(at(e, i - 1));
    pivot = load<f64>(at(d, i)) - x - b * (b / (pivot == 0 ? -f64.MIN_NORMAL_VALUE : pivot));
  }
  return pivot > 0;
}

function tridiagonalize(a: usize, lead: i32, n: i32, d: usize, e: usize, v: usize, w: usize): void {
  const bytes = <usize>lead << 3;
  memory.fill(w, 0, bytes);
  for (let k = 0; k < n; k++) {
    const row = a + bytes * <usize>k; // symmetric: the column
    store<f64>(at(d, k), load<f64>(at(row, k)));
    if (k == n - 1) break;
    memory.fill(v, 0, bytes);
    memory.copy(at(v, k + 1), at(row, k + 1), <usize>(n - k - 1) << 3);
    const alpha = load<f64>(at(v, k + 1)), head = (k + 1) & ~3, width = lead - head;
    store<f64>(at(v, k + 1), 0);
    if (largest(at(v, head), width) == 0) {
      store<f64>(at(e, k), alpha);
      continue;
    }
    const norm = Math.sqrt(alpha * alpha + dot(at(v, head), at(v, head), width)), target = alpha > 0 ? -norm : norm;
    store<f64>(at(v, k + 1), alpha - target);
    store<f64>(at(e, k), target);
    const beta = 1 / (target * (target - alpha));
    for (let i = k + 1; i < n; i++) store<f64>(
      at(w, i), beta * dot(at(a + bytes * <usize>i, head), at(v, head), width),
    );
    for (let i = head; i <= k; i++) store<f64>(at(w, i), 0);
    addScaled(at(w, head), at(v, head), -0.5 * beta * dot(at(w, head), at(v, head), width), width);
    for (let i = k + 1; i < n; i++) {
      const to = at(a + bytes * <usize>i, head);
      addScaled(to, at(w, head), -load<f64>(at(v, i)), width);
      addScaled(to, at(v, head), -load<f64>(at(w, i)), width);
    }
  }
}
