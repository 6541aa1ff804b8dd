import { Frame, padded4 } from "../../records/frame";
import { Assign, packWide, product } from "./product";
import { at, binaryExponent, largest, powerOfTwo, scale } from "./vectors";

/*
 * U ← R U, upper triangular (or trapezoidal), row i standing for 2^exponents[i] times its numbers.
 *
 * The rows of a long product are graded like its singular values: U = D Û with D diagonal and Û well conditioned. Every
 * row is a sum over its own and later, smaller rows, so its relative error stays near rounding, however much smaller
 * than the first row it is (Stewart 1997, "On graded QR decompositions of products of matrices"). Each row has an
 * exponent, so that nothing underflows.
 */

/** An exponent below all others: the row is zero. */
const NOTHING: i32 = -0x20000000;
/** Rows computed by one product. */
const ROWS: i32 = 32;

/** U = I. */
export function startProduct(f: Frame): void {
  memory.fill(f.product, 0, <usize>f.width * <usize>f.width << 3);
  memory.fill(f.exponents, 0, <usize>f.width << 2);
  for (let i = 0; i < f.columns; i++) store<f64>(at(f.product, i * f.width + i), 1);
}

/** U ← R U with the last step's R [p][k]: U [k][·] becomes [p][·]. R is overwritten. */
export function multiplyTriangle(f: Frame): void {
  const width = f.width, k = f.columns, p = min(f.rows, k), k4 = padded4(k), p4 = padded4(p);
  const exponents = f.exponents, next = exponents + (<usize>width << 2);
  for (let j = 0; j < k; j++) {
    const row = at(f.product, j * width), most = largest(row, width), place = exponents + (<usize>j << 2);
    if (most == 0) store<i32>(place, NOTHING);
    else {
      const e = binaryExponent(most);
      if (e <= -1022) scale(row, powerOfTwo(1000), width); // subnormal: two steps
      const again = e <= -1022 ? binaryExponent(largest(row, width)) : e;
      scale(row, powerOfTwo(-again), width);
      store<i32>(place, load<i32>(place) + again - (e <= -1022 ? 1000 : 0));
    }
  }
  for (let i = 0; i < p; i++) {
    let frame = NOTHING;
    for (let j = i; j < k; j++) {
      const x = load<f64>(at(f.r, i * width + j)), e = load<i32>(exponents + (<usize>j << 2));
      if (x != 0 && e != NOTHING) frame = max(frame, e + binaryExponent(x));
    }
    store<i32>(next + (<usize>i << 2), frame == NOTHING ? 0 : frame);
    for (let j = i; j < k; j++) {
      const place = at(f.r, i * width + j), x = load<f64>(place), e = load<i32>(exponents + (<usize>j << 2));
      // entries 2^200 below their row would only give subnormal numbers, which are slow
      if (x == 0 || e == NOTHING || e + binaryExponent(x) < frame - 200) { store<f64>(place, 0); continue; }
      const n = e - frame; // beyond 1000 where x is tiny: two factors
      store<f64>(place, n > 1000 ? x * powerOfTwo(1000) * powerOfTwo(n - 1000) : x * powerOfTwo(n));
    }
  }
  packWide(f.panels, f.product, width, k4, width);
  for (let i = 0; i < p4; i += ROWS) {
    product<Assign>(
      at(f.product, i * width + i), width, at(f.r, i * width + i), width,
      f.panels + (<usize>(i >> 2) * <usize>k4 << 5) + (<usize>i << 5), k4, min(ROWS, p4 - i), width - i, k4 - i,
    );
  }
  memory.fill(at(f.product, p4 * width), 0, <usize>(width - p4) * <usize>width << 3);
  memory.copy(exponents, next, <usize>p << 2);
}
