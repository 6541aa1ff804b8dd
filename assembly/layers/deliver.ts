import { markZeroLanes, laneSquares, mergeLanes, normalize } from "../kernels/lanes";
import { countEntries } from "../probes/entries";
import { countMagnitudes } from "../probes/halves";
import { HEAD, MAGNITUDE_BYTES } from "../records/constants";
import { DepthPass, exponentsOf, gradientOf, Operation, Value } from "../records/tape";

/*
 * Reads ∂L/∂out, writes a contribution to ∂L/∂x, and records the norms of both. The head of scratch:
 *
 *   0 squares of what came in [8] f64 · 64 scales [8] f32 · 96 exponents [8] i32 · 128 squares of what goes out [8] f64
 *   · 192 exponents
 */

/** Writes squares and exponents of the samples of panel p to a slot of the running stream. */
export function record(pass: DepthPass, stream: i32, slot: i32, p: i32, squares: usize, exponents: usize): void {
  if (slot < 0) return;
  const first = <usize>(stream * pass.slots + slot) * <usize>pass.batch + <usize>(p * 8);
  const lanes = <usize>min(8, pass.batch - p * 8);
  for (let lane: usize = 0; lane < lanes; lane++) {
    store<f64>(pass.squares + ((first + lane) << 3), load<f64>(squares + (lane << 3)));
    store<i32>(pass.exponents + ((first + lane) << 2), load<i32>(exponents + (lane << 2)));
  }
}

/** Records δ = ∂L/∂out of panel p, its squares at scratch, and counts its entries where a station's are counted. */
function recordDelta(pass: DepthPass, stream: i32, op: Operation, p: i32): void {
  if (op.outSlot < 0) return;
  record(pass, stream, op.outSlot, p, pass.scratch, exponentsOf(op.out, p));
  if (stream != 0) return;
  const delta = gradientOf(op.out, p), exponents = exponentsOf(op.out, p), lanes = min(8, pass.batch - p * 8);
  if (pass.entries != 0) {
    countEntries(pass.entries + (<usize>op.outSlot << 4), delta, exponents, op.out.rows, lanes);
  }
  if (pass.magnitudes != 0 && op.outSlot < pass.stations) {
    countMagnitudes(
      pass.magnitudes + <usize>(op.outSlot * MAGNITUDE_BYTES), delta, exponents, op.out.rows, lanes,
    );
  }
}

/** Measures and records δ = ∂L/∂out of panel p, for an operation that does not renormalize it. */
export function recordOut(pass: DepthPass, stream: i32, op: Operation, p: i32): void {
  if (op.outSlot < 0) return;
  laneSquares(pass.scratch, gradientOf(op.out, p), op.out.rows);
  recordDelta(pass, stream, op, p);
}

/**
 * Measures δ = ∂L/∂out of panel p, records it, and leaves the powers of two that renormalize it at scratch + 64 (scales
 * [8]) and the exponents of δ · scales at scratch + 96.
 */
export function receive(pass: DepthPass, stream: i32, op: Operation, p: i32): void {
  const squares = pass.scratch, exponents = squares + 96;
  laneSquares(squares, gradientOf(op.out, p), op.out.rows);
  recordDelta(pass, stream, op, p);
  copyExponents(exponents, exponentsOf(op.out, p));
  normalize(squares + 64, exponents, squares, gradientOf(op.out, p), op.out.rows, pass.headroom);
}

@inline export function scalesOf(pass: DepthPass): usize { return pass.scratch + 64; }
@inline export function receivedExponents(pass: DepthPass): usize { return pass.scratch + 96; }

@inline function copyExponents(to: usize, from: usize): void {
  v128.store(to, v128.load(from)); v128.store(to, v128.load(from, 16), 16);
}

/**
 * The address at which to compute the contribution to x's gradient: in place, or in scratch where it is merged later.
 */
@inline export function contributionAt(pass: DepthPass, op: Operation, p: i32): usize {
  return op.xMerges ? pass.scratch + HEAD : gradientOf(op.x, p);
}

/**
 * Takes the contribution computed at `contributionAt`, in the frames `exponents` [8]: records it and merges it into
 * ∂L/∂x.
 */
export function deliver(pass: DepthPass, stream: i32, op: Operation, p: i32, exponents: usize): void {
  const contribution = contributionAt(pass, op, p), squares = pass.scratch + 128, part = <usize>op.partFrom << 5;
  if (op.partSlot >= 0) {
    laneSquares(squares, contribution + part, op.partRows);
    record(pass, stream, op.partSlot, p, squares, exponents);
  }
  if (op.xSlot >= 0) {
    laneSquares(squares, contribution, op.x.rows);
    record(pass, stream, op.xSlot, p, squares, exponents);
  }
  const gradient = gradientOf(op.x, p), own = exponentsOf(op.x, p);
  if (op.parts == 0) return merge(pass, op, gradient, own, contribution, exponents, op.x.rows);
  // stations side by side keep their own frames
  let row: usize = 0, frames = own;
  for (let i = 0; i < op.parts; i++) {
    const rows = load<i32>(op.partSizes + (<usize>i << 2));
    if (op.xMerges && i == op.parts - 1 && op.priorSlot >= 0) {
      laneSquares(squares, gradient + row, rows);
      record(pass, stream, op.priorSlot, p, squares, frames);
    }
    merge(pass, op, gradient + row, frames, contribution + row, exponents, rows);
    row += <usize>rows << 5;
    frames += op.partFrames;
  }
}

/**
 * gradient · 2^own += contribution · 2^exponents, or = for the first contribution. A lane of zeros has no frame, so the
 * frame of the other side stays.
 */
function merge(
  pass: DepthPass, op: Operation, gradient: usize, own: usize, contribution: usize, exponents: usize, rows: i32,
): void {
  if (!op.xMerges) return copyExponents(own, exponents);
  const frames = pass.scratch + 192;
  copyExponents(frames, exponents);
  markZeroLanes(frames, contribution, rows);
  markZeroLanes(own, gradient, rows);
  mergeLanes(gradient, own, gradient, own, contribution, frames, rows);
}

/** Finishes the gradient of a value with one consumer: writes its frames and its record. */
export function deliverWhole(pass: DepthPass, stream: i32, slot: i32, value: Value, p: i32, exponents: usize): void {
  copyExponents(exponentsOf(value, p), exponents);
  if (slot < 0) return;
  const squares = pass.scratch + 128;
  laneSquares(squares, gradientOf(value, p), value.rows);
  record(pass, stream, slot, p, squares, exponents);
}
