import { laneSums, powerOfFour, powersOfTwo, scaleLanes } from "../kernels/lanes";
import { DEAD } from "../records/constants";

/*
 * Joins the gradients that reach a step: by the weights, by the direct route, over a skip, and from the loss or the
 * level above. Panels are [rows][8] with one binary exponent a lane.
 */

/** out[8] = max(a, b), lane by lane. `out` may alias either. */
export function maxLanes(out: usize, a: usize, b: usize): void {
  v128.store(out, i32x4.max_s(v128.load(a), v128.load(b)));
  v128.store(out, i32x4.max_s(v128.load(a, 16), v128.load(b, 16)), 16);
}

/** out[8] = exponents[8], or DEAD where a lane is exactly zero: a zero lane must not set the frame of a sum. */
export function exponentsOrDead(out: usize, exponents: usize, squares: usize): void {
  for (let lane: usize = 0; lane < 8; lane++) {
    store<i32>(out + (lane << 2), load<f64>(squares + (lane << 3)) == 0 ? DEAD : load<i32>(exponents + (lane << 2)));
  }
}

@inline export function copyLanes(out: usize, a: usize): void {
  v128.store(out, v128.load(a)); v128.store(out, v128.load(a, 16), 16);
}

/** panel · 2^from → panel · 2^to, to ≥ from. */
export function changeFrame(panel: usize, from: usize, to: usize, rows: i32, scales: usize): void {
  v128.store(scales, powersOfTwo(i32x4.sub(v128.load(from), v128.load(to))));
  v128.store(scales, powersOfTwo(i32x4.sub(v128.load(from, 16), v128.load(to, 16))), 16);
  scaleLanes(panel, panel, scales, rows);
}

/** Eight lanes of ones, eight of zeros. */
const LANES = memory.data<i32>([-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0], 16);

/** Sets the lanes after the first `lanes` to zero. */
export function clearLanes(panel: usize, lanes: i32, rows: i32): void {
  const mask = LANES + (<usize>(8 - lanes) << 2), m0 = v128.load(mask), m1 = v128.load(mask, 16);
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    v128.store(panel, v128.and(v128.load(panel), m0)); v128.store(panel, v128.and(v128.load(panel, 16), m1), 16);
  }
}

/** `clearLanes` for a panel that a step sends back; sets their frames to DEAD too. */
export function cutLanes(carry: usize, exponents: usize, lanes: i32, rows: i32): void {
  clearLanes(carry, lanes, rows);
  for (let lane = lanes; lane < 8; lane++) store<i32>(exponents + (<usize>lane << 2), DEAD);
}

/** a += b. */
export function addPanel(a: usize, b: usize, rows: i32): void {
  for (const end = a + (<usize>rows << 5); a < end; a += 16, b += 16) v128.store(
    a, f32x4.add(v128.load(a), v128.load(b)),
  );
}

/** a += α b. */
export function addScaled(a: usize, b: usize, alpha: f32, rows: i32): void {
  const factor = f32x4.splat(alpha);
  for (const end = a + (<usize>rows << 5); a < end; a += 16, b += 16) v128.store(
    a, f32x4.add(v128.load(a), f32x4.mul(v128.load(b), factor)),
  );
}

/** out = α a. */
export function scaled(out: usize, a: usize, alpha: f32, rows: i32): void {
  const factor = f32x4.splat(alpha);
  for (const end = a + (<usize>rows << 5); a < end; a += 16, out += 16) v128.store(
    out, f32x4.mul(v128.load(a), factor),
  );
}

/** a += b ⊙ c. */
export function addProduct(a: usize, b: usize, c: usize, rows: i32): void {
  for (const end = a + (<usize>rows << 5); a < end; a += 16, b += 16, c += 16) {
    v128.store(a, f32x4.add(v128.load(a), f32x4.mul(v128.load(b), v128.load(c))));
  }
}

/** out = a ⊙ b. */
export function multiply(out: usize, a: usize, b: usize, rows: i32): void {
  for (const end = a + (<usize>rows << 5); a < end; a += 16, b += 16, out += 16) v128.store(
    out, f32x4.mul(v128.load(a), v128.load(b)),
  );
}

/** to[sample …] = squares · 4^(from − frame) for the lanes that are real samples; from ≤ frame + 511. */
export function storeSquares(to: usize, sample: usize, lanes: i32, squares: usize, from: usize, frame: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const at = <usize>lane << 2;
    store<f64>(
      to + ((sample + <usize>lane) << 3),
      load<f64>(squares + (at << 1)) * powerOfFour(load<i32>(from + at) - load<i32>(frame + at)),
    );
  }
}

/**
 * `storeSquares` of numbers before a mask is applied. The mask may set a whole lane to zero; then the sum of all routes
 * has no frame, and the squares are stored in their own frame.
 */
export function storeUnmasked(to: usize, sample: usize, lanes: i32, squares: usize, from: usize, frame: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const at = <usize>lane << 2, square = load<f64>(squares + (at << 1));
    if (square != 0 && load<i32>(frame + at) == DEAD) store<i32>(frame + at, load<i32>(from + at));
    const orders = min(load<i32>(from + at) - load<i32>(frame + at), 400);
    store<f64>(to + ((sample + <usize>lane) << 3), square == 0 ? 0 : square * powerOfFour(orders));
  }
}

const LANE_SUMS = memory.data(64, 16);

/** Σ over rows and the first `lanes` lanes. */
export function panelSum(panel: usize, rows: i32, lanes: i32): f64 {
  laneSums(LANE_SUMS, panel, rows);
  let sum = load<f64>(LANE_SUMS);
  for (let lane = 1; lane < lanes; lane++) sum += load<f64>(LANE_SUMS + (<usize>lane << 3));
  return sum;
}
