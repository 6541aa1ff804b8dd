import { addScaled, at, dot } from "./vectors";

/*
 * Eigenvalues of a real matrix: to Hessenberg form by Householder reflections, then Francis's implicitly double-shifted
 * QR steps on the active window (Francis 1961; Golub and Van Loan 2013, algorithms 7.4.2 and 7.5.1; EISPACK's hqr).
 */

/**
 * The most steps for one eigenvalue, EISPACK's 30; after that the iteration has failed. Ordinary matrices need two or
 * three.
 */
const STEPS: i32 = 60;

@inline function entry(a: usize, lead: i32, i: i32, j: i32): usize { return a + (<usize>(i * lead + j) << 3); }
@inline function get(a: usize, lead: i32, i: i32, j: i32): f64 { return load<f64>(entry(a, lead, i, j)); }

/**
 * re, im [n] ← the eigenvalues of a [n][lead], which is overwritten; v [lead], w [lead] scratch. `lead` a multiple of
 * four, padding zero.
 *
 * @returns 1, or 0 where the iteration did not converge or an entry is not finite
 */
export function eigenvalues(re: usize, im: usize, a: usize, lead: i32, n: i32, v: usize, w: usize): i32 {
  for (let i = 0; i < n; i++) if (!isFinite(dot(entry(a, lead, i, 0), entry(a, lead, i, 0), lead))) return 0;
  hessenberg(a, lead, n, v, w);
  return francis(re, im, a, lead, n);
}

/** A ← Pᵀ A P with zeros below the subdiagonal, P = (I − β v vᵀ) … */
function hessenberg(a: usize, lead: i32, n: i32, v: usize, w: usize): void {
  for (let k = 0; k < n - 2; k++) {
    let square: f64 = 0;
    memory.fill(v, 0, <usize>lead << 3);
    for (let i = k + 1; i < n; i++) {
      const x = get(a, lead, i, k);
      store<f64>(at(v, i), x);
      if (i > k + 1) square += x * x;
    }
    if (square == 0) continue;
    const alpha = load<f64>(at(v, k + 1)), norm = Math.sqrt(alpha * alpha + square), target = alpha > 0 ? -norm : norm;
    store<f64>(at(v, k + 1), alpha - target);
    const beta = 1 / (target * (target - alpha)); // 2/‖v‖²
    const head = k & ~3, width = lead - head; // whole vectors: v is zero before k + 1
    memory.fill(at(w, head), 0, <usize>width << 3);
    for (let i = k + 1; i < n; i++) addScaled(at(w, head), entry(a, lead, i, head), load<f64>(at(v, i)), width);
    for (let i = k + 1; i < n; i++) addScaled(entry(a, lead, i, head), at(w, head), -beta * load<f64>(at(v, i)), width);
    for (let i = 0; i < n; i++) {
      const row = entry(a, lead, i, head);
      addScaled(row, at(v, head), -beta * dot(row, at(v, head), width), width);
    }
    store<f64>(entry(a, lead, k + 1, k), target);
    for (let i = k + 2; i < n; i++) store<f64>(entry(a, lead, i, k), 0);
  }
}

function francis(re: usize, im: usize, a: usize, lead: i32, n: i32): i32 {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) for (let j = max(i - 1, 0); j < n; j++) norm += Math.abs(get(a, lead, i, j));
  let last = n - 1, shifted: f64 = 0, step = 0;
  while (last >= 0) {
    const first = windowOf(a, lead, last, norm);
    const x = get(a, lead, last, last);
    if (first == last) {
      store<f64>(at(re, last), x + shifted); store<f64>(at(im, last), 0);
      last--; step = 0;
      continue;
    }
    const y = get(a, lead, last - 1, last - 1), product = get(a, lead, last, last - 1) * get(a, lead, last - 1, last);
    if (first == last - 1) {
      pair(re, im, last, x, y, product, shifted);
      last -= 2; step = 0;
      continue;
    }
    if (step == STEPS) return 0;
    let sx = x, sy = y, sw = product;
    if (step > 0 && step % 10 == 0) { // an exceptional shift breaks a cycle
      shifted += x;
      for (let i = 0; i <= last; i++) store<f64>(entry(a, lead, i, i), get(a, lead, i, i) - x);
      const s = Math.abs(get(a, lead, last, last - 1)) + Math.abs(get(a, lead, last - 1, last - 2));
      sx = 0.75 * s; sy = sx; sw = -0.4375 * s * s;
    }
    step++;
    chase(a, lead, first, last, sx, sy, sw);
  }
  return 1;
}

/** The first row of the unreduced window that ends at `last`. */
function windowOf(a: usize, lead: i32, last: i32, norm: f64): i32 {
  let l = last;
  for (; l > 0; l--) {
    let size = Math.abs(get(a, lead, l - 1, l - 1)) + Math.abs(get(a, lead, l, l));
    if (size == 0) size = norm;
    if (Math.abs(get(a, lead, l, l - 1)) <= f64.EPSILON * size) {
      store<f64>(entry(a, lead, l, l - 1), 0);
      break;
    }
  }
  return l;
}

/** Both eigenvalues of a 2 × 2 block of diagonal y, x. */
function pair(re: usize, im: usize, last: i32, x: f64, y: f64, product: f64, shifted: f64): void {
  const p = 0.5 * (y - x), q = p * p + product, root = Math.sqrt(Math.abs(q)), center = x + shifted;
  if (q >= 0) {
    const z = p + (p < 0 ? -root : root); // the larger of the two without cancellation, the other by their product
    store<f64>(at(re, last - 1), center + z); store<f64>(at(im, last - 1), 0);
    store<f64>(at(re, last), z == 0 ? center : center - product / z); store<f64>(at(im, last), 0);
  } else {
    store<f64>(at(re, last - 1), center + p); store<f64>(at(im, last - 1), root);
    store<f64>(at(re, last), center + p); store<f64>(at(im, last), -root);
  }
}

/** One double step on rows and columns first … last: a 3 × 3 bulge chased down the subdiagonal. */
function chase(a: usize, lead: i32, first: i32, last: i32, x: f64, y: f64, product: f64): void {
  // the step begins at the lowest m where two consecutive subdiagonal entries are small enough
  let m = last - 2, p: f64 = 0, q: f64 = 0, r: f64 = 0;
  for (; m >= first; m--) {
    const z = get(a, lead, m, m), u = x - z, s = y - z;
    p = (u * s - product) / get(a, lead, m + 1, m) + get(a, lead, m, m + 1);
    q = get(a, lead, m + 1, m + 1) - z - u - s;
    r = get(a, lead, m + 2, m + 1);
    const size = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= size; q /= size; r /= size;
    if (m == first) break;
    const left = Math.abs(get(a, lead, m, m - 1)) * (Math.abs(q) + Math.abs(r));
    const right =
      Math.abs(p) * (Math.abs(get(a, lead, m - 1, m - 1)) + Math.abs(z) + Math.abs(get(a, lead, m + 1, m + 1)));
    if (left <= f64.EPSILON * right) break;
  }
  for (let i = m + 2; i <= last; i++) {
    store<f64>(entry(a, lead, i, i - 2), 0);
    if (i > m + 2) store<f64>(entry(a, lead, i, i - 3), 0);
  }
  for (let k = m; k < last; k++) {
    const three = k < last - 1;
    let size: f64 = 1;
    if (k > m) {
      p = get(a, lead, k, k - 1); q = get(a, lead, k + 1, k - 1); r = three ? get(a, lead, k + 2, k - 1) : 0;
      size = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (size == 0) continue;
      p /= size; q /= size; r /= size;
    }
    let s = Math.sqrt(p * p + q * q + r * r);
    if (p < 0) s = -s;
    if (k > m) store<f64>(entry(a, lead, k, k - 1), -s * size);
    else if (first != m) store<f64>(entry(a, lead, k, k - 1), -get(a, lead, k, k - 1));
    p += s;
    const u = p / s, v = q / s, z = r / s, q1 = q / p, r1 = r / p;
    fromLeft(a, lead, k, last, three, u, v, z, q1, r1);
    fromRight(a, lead, first, min(last, k + 3), k, three, u, v, z, q1, r1);
  }
}

/** Rows k, k + 1, k + 2, columns k … last. */
@inline function fromLeft(
  a: usize, lead: i32, k: i32, last: i32, three: bool, u: f64, v: f64, z: f64, q: f64, r: f64,
): void {
  let x = entry(a, lead, k, k);
  const bytes = <usize>lead << 3, end = entry(a, lead, k, last);
  for (; x <= end; x += 8) {
    let p = load<f64>(x) + q * load<f64>(x + bytes);
    if (three) {
      p += r * load<f64>(x + 2 * bytes);
      store<f64>(x + 2 * bytes, load<f64>(x + 2 * bytes) - p * z);
    }
    store<f64>(x + bytes, load<f64>(x + bytes) - p * v);
    store<f64>(x, load<f64>(x) - p * u);
  }
}

/** Columns k, k + 1, k + 2, rows first … to. */
@inline function fromRight(
  a: usize, lead: i32, first: i32, to: i32, k: i32, three: bool, u: f64, v: f64, z: f64, q: f64, r: f64,
): void {
  for (let i = first; i <= to; i++) {
    const x = entry(a, lead, i, k);
    let p = u * load<f64>(x) + v * load<f64>(x, 8);
    if (three) {
      p += z * load<f64>(x, 16);
      store<f64>(x, load<f64>(x, 16) - p * r, 16);
    }
    store<f64>(x, load<f64>(x, 8) - p * q, 8);
    store<f64>(x, load<f64>(x) - p);
  }
}
