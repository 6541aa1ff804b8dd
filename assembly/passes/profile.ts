import { DEAD, killZeroLanes, laneSquares, mergeLanes, powerOfFour } from "../kernels/lanes";
import { BLOCK, padded, panelBytes, Stream, TimePass } from "./records";
import { copyLanes, storeSquares } from "./routes";

/*
 * How the size of δ_t is kept: sample by sample; or, where several sweeps make up one gradient, as the norm of their sum; or as one number
 * a step, where there are too many sweeps to keep more.
 */

/** Records ‖δ_t‖ of record n, panel p. @param delta [H][8] with exponents [8] @param squares [8], of δ @param work 128 bytes */
export function record(
  pass: TimePass, stream: Stream, n: i32, p: i32, t: i32, delta: usize, exponents: usize, rows: i32, squares: usize, work: usize,
): void {
  const lanes = min(8, pass.batch - p * 8);
  const sample = (<usize>n * <usize>pass.steps + <usize>t) * <usize>pass.batch + <usize>(p * 8);
  if (stream.profile != 0) return addSquares(stream.profile + (<usize>t << 3), stream.profileExponents + (<usize>t << 2), squares, exponents, lanes);
  if (stream.sum != 0) {
    const place = <usize>(n * BLOCK + t % BLOCK), sum = stream.sum + panelBytes(padded(rows)) * place, frame = stream.sumExponents + (place << 5);
    copyLanes(work, exponents);
    killZeroLanes(work, delta, rows);
    mergeLanes(sum, frame, sum, frame, delta, work, rows);
    squares = work + 64;
    laneSquares(squares, sum, rows);
    exponents = frame;
  }
  storeSquares(stream.total, sample, lanes, squares, exponents, exponents);
  memory.copy(stream.exponents + (sample << 2), exponents, <usize>lanes << 2);
}

/** Empties the sums of one block of steps. */
export function clearSums(pass: TimePass, stream: Stream): void {
  const steps = <usize>(pass.layers * pass.directions * BLOCK);
  memory.fill(stream.sum, 0, panelBytes(padded(pass.hidden)) * steps);
  for (let i: usize = 0; i < steps << 3; i++) store<i32>(stream.sumExponents + (i << 2), DEAD);
}

/** total · 4^exponent += Σ over lanes of squares · 4^exponents. */
function addSquares(total: usize, exponent: usize, squares: usize, exponents: usize, lanes: i32): void {
  let sum = load<f64>(total), top = sum == 0 ? DEAD : load<i32>(exponent);
  for (let lane: usize = 0; lane < <usize>lanes; lane++) {
    const square = load<f64>(squares + (lane << 3)), e = load<i32>(exponents + (lane << 2));
    if (square == 0) continue;
    if (e > top) {
      sum = sum == 0 ? 0 : sum * powerOfFour(top - e);
      top = e;
    }
    sum += square * powerOfFour(e - top);
  }
  store<f64>(total, sum);
  store<i32>(exponent, top);
}
