import { markZeroLanes, laneSquares, mergeLanes, powerOfFour } from "../kernels/lanes";
import { BLOCK, DEAD, MAGNITUDE_BYTES } from "../records/constants";
import { panelBytes, Stream, TimePass } from "../records/pass";
import { copyLanes, storeSquares } from "./routes";

/*
 * Records the size of δ_t: for each sample; as the norm of a sum, where several sweeps make up one gradient; or as one
 * number for each step, where there are too many sweeps.
 */

/**
 * Records ‖δ_t‖ of record n, of `lanes` samples from place `sample` on. @param delta [H][8] with exponents [8] @param
 * squares [8], of δ @param work 128 bytes
 */
export function record(
  pass: TimePass, stream: Stream, n: i32, t: i32, sample: usize, lanes: i32, delta: usize, exponents: usize, rows: i32,
  squares: usize, work: usize,
): void {
  if (stream.profile != 0) {
    const at = <usize>(t % pass.chunk);
    return addSquares(stream.sum + (at << 3), stream.sumExponents + (at << 2), squares, exponents, lanes);
  }
  if (stream.sum != 0) {
    const place = <usize>(n * BLOCK + t % BLOCK), sum = stream.sum + panelBytes(pass.mostRows) * place;
    const frame = stream.sumExponents + (place << 5);
    copyLanes(work, exponents);
    markZeroLanes(work, delta, rows);
    mergeLanes(sum, frame, sum, frame, delta, work, rows);
    squares = work + 64;
    laneSquares(squares, sum, rows);
    exponents = frame;
  }
  storeSquares(stream.total, sample, lanes, squares, exponents, exponents);
  memory.copy(stream.exponents + (sample << 2), exponents, <usize>lanes << 2);
}

/** Where the entries of δ_t are counted by magnitude. */
@inline export function magnitudesAt(pass: TimePass, t: i32): usize {
  const run = <usize>(<i64>t * <i64>pass.magnitudeStations / <i64>pass.steps);
  return pass.magnitudes + run * <usize>MAGNITUDE_BYTES;
}

/** Sets those counts to zero. */
export function clearMagnitudes(pass: TimePass): void {
  if (pass.magnitudes != 0) memory.fill(pass.magnitudes, 0, <usize>pass.magnitudeStations * <usize>MAGNITUDE_BYTES);
}

/** Records that no sample of a panel has a step: every norm is zero there. */
export function clearRecord(stream: Stream, sample: usize, lanes: i32): void {
  if (stream.profile != 0) return;
  const bytes = <usize>lanes << 3;
  const first = changetype<usize>(stream);
  for (let norms = offsetof<Stream>("total"); norms <= offsetof<Stream>("injectedOpen"); norms += 4) {
    clear(load<usize>(first + norms), sample, bytes);
  }
}

function clear(norms: usize, sample: usize, bytes: usize): void {
  if (norms != 0) memory.fill(norms + (sample << 3), 0, bytes);
}

/** Sets the sums of one block of steps to zero. */
export function clearSums(pass: TimePass, stream: Stream): void {
  const steps = <usize>(pass.layers * pass.directions * BLOCK);
  memory.fill(stream.sum, 0, panelBytes(pass.mostRows) * steps);
  for (let i: usize = 0; i < steps << 3; i++) store<i32>(stream.sumExponents + (i << 2), DEAD);
}

/** Sets a panel's share of a profile to zero. */
export function clearShare(pass: TimePass, stream: Stream): void { memory.fill(stream.sum, 0, <usize>pass.chunk << 3); }

/**
 * Adds a panel's share to the profile of steps from ≤ t < to of one chunk. Panels are added in their order, whichever
 * worker computed them.
 */
export function addShare(pass: TimePass, stream: Stream, from: i32, to: i32): void {
  for (let t = from; t < to; t++) {
    const at = <usize>(t % pass.chunk);
    addSquares(
      stream.profile + (<usize>t << 3), stream.profileExponents + (<usize>t << 2), stream.sum + (at << 3),
      stream.sumExponents + (at << 2), 1,
    );
  }
}

/** total · 4^exponent += Σ of n squares · 4^exponents. */
function addSquares(total: usize, exponent: usize, squares: usize, exponents: usize, n: i32): void {
  let sum = load<f64>(total), top = sum == 0 ? DEAD : load<i32>(exponent);
  for (let i: usize = 0; i < <usize>n; i++) {
    const square = load<f64>(squares + (i << 3)), e = load<i32>(exponents + (i << 2));
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
