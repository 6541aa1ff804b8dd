import { eigenvalues } from "./eigenvalues";
import { Assign, packTall, product } from "./product";
import { largestEigenvalue } from "./symmetric";
import { at } from "./vectors";

/**
 * Numbers that bound the growth of the powers of a square matrix W [n][n], float32 row-major. All scratch is float64,
 * lead a multiple of four:
 *
 *     re, im    [lead]  its eigenvalues
 *     numbers   [4]     σ_max, the numerical abscissa λ_max((W + Wᵀ)/2), ‖W‖_F², and 1 where the eigenvalues converged
 *     a, b      [lead][lead]       panels [lead]²       scratch [4][lead]
 */
export function matrixSpectrum(
  numbers: usize, re: usize, im: usize, w: usize, n: i32, lead: i32, a: usize, b: usize, panels: usize, scratch: usize,
): void {
  const row = <usize>lead << 3, d = scratch, e = d + row, v = e + row, x = v + row;
  // the largest eigenvalue of WᵀW is σ_max²; its error is the rounding of the largest entry
  spread(a, w, n, lead, true);
  packTall(panels, a, lead, lead, lead);
  product<Assign>(b, lead, a, lead, panels, lead, lead, lead, lead);
  let square: f64 = 0;
  for (let i = 0; i < n; i++) square += load<f64>(at(b, i * lead + i));
  store<f64>(numbers, Math.sqrt(Math.max(largestEigenvalue(b, lead, n, d, e, v, x), 0)));
  store<f64>(numbers, square, 16);
  spread(b, w, n, lead, false);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) store<f64>(
      at(b, i * lead + j), 0.5 * (load<f64>(at(b, i * lead + j)) + load<f64>(at(a, i * lead + j))),
    );
  }
  // b(i, j) is still W(i, j): nothing has overwritten it
  store<f64>(numbers, largestEigenvalue(b, lead, n, d, e, v, x), 8);
  spread(a, w, n, lead, false);
  store<f64>(numbers, <f64>eigenvalues(re, im, a, lead, n, d, e), 24);
}

/** to [lead][lead] ← W or Wᵀ, padding zero. */
function spread(to: usize, w: usize, n: i32, lead: i32, transposed: bool): void {
  memory.fill(to, 0, <usize>lead * <usize>lead << 3);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      store<f64>(at(to, transposed ? j * lead + i : i * lead + j), <f64>load<f32>(w + (<usize>(i * n + j) << 2)));
    }
  }
}
