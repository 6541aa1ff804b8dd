import { laneSquares, mergeLanes, normalisers } from "../kernels/lanes";
import { DepthPass, exponentsOf, gradientOf, HEAD, Operation, Value } from "./tape";

/** squares and exponents of the samples of panel p into a slot of the running stream. */
export function record(pass: DepthPass, stream: i32, slot: i32, p: i32, squares: usize, exponents: usize): void {
  if (slot < 0) return;
  const first = <usize>(stream * pass.slots + slot) * <usize>pass.batch + <usize>(p * 8);
  const lanes = <usize>min(8, pass.batch - p * 8);
  for (let lane: usize = 0; lane < lanes; lane++) {
    store<f64>(pass.squares + ((first + lane) << 3), load<f64>(squares + (lane << 3)));
    store<i32>(pass.exponents + ((first + lane) << 2), load<i32>(exponents + (lane << 2)));
  }
}

/** Records δ = ∂L/∂out of panel p, for an operation that does not renormalise it. */
export function recordOut(pass: DepthPass, stream: i32, op: Operation, p: i32): void {
  if (op.outSlot < 0) return;
  laneSquares(pass.scratch, gradientOf(op.out, p), op.out.rows);
  record(pass, stream, op.outSlot, p, pass.scratch, exponentsOf(op.out, p));
}

/**
 * Measures δ = ∂L/∂out of panel p, records it, and leaves the powers of two that renormalise it at scratch + 64 (scales [8]) and the
 * exponents of δ · scales at scratch + 96.
 */
export function receive(pass: DepthPass, stream: i32, op: Operation, p: i32): void {
  const squares = pass.scratch, scales = squares + 64, exponents = squares + 96;
  laneSquares(squares, gradientOf(op.out, p), op.out.rows);
  const own = exponentsOf(op.out, p);
  record(pass, stream, op.outSlot, p, squares, own);
  v128.store(exponents, v128.load(own)); v128.store(exponents, v128.load(own, 16), 16);
  normalisers(scales, exponents, squares);
}

@inline export function scalesOf(pass: DepthPass): usize { return pass.scratch + 64; }
@inline export function receivedExponents(pass: DepthPass): usize { return pass.scratch + 96; }

/** Where the contribution to x's gradient is to be computed: in place, or aside where it will merge. */
@inline
export function contributionAt(pass: DepthPass, op: Operation, p: i32): usize {
  return op.xMerges ? pass.scratch + HEAD : gradientOf(op.x, p);
}

/** Takes the contribution computed at `contributionAt`, in the frames `exponents` [8]: records it and merges it into ∂L/∂x. */
export function deliver(pass: DepthPass, stream: i32, op: Operation, p: i32, exponents: usize): void {
  const contribution = contributionAt(pass, op, p), squares = pass.scratch + 128;
  const gradient = gradientOf(op.x, p), own = exponentsOf(op.x, p);
  const part = <usize>op.partFrom << 5;
  if (op.xSlot >= 0) {
    laneSquares(squares, contribution, op.x.rows);
    record(pass, stream, op.xSlot, p, squares, exponents);
  }
  if (op.partSlot >= 0) {
    laneSquares(squares, contribution + part, op.partRows);
    record(pass, stream, op.partSlot, p, squares, exponents);
  }
  if (!op.xMerges) {
    v128.store(own, v128.load(exponents)); v128.store(own, v128.load(exponents, 16), 16);
    return;
  }
  if (op.priorSlot >= 0) {
    laneSquares(squares, gradient + part, op.partRows);
    record(pass, stream, op.priorSlot, p, squares, own);
  }
  mergeLanes(gradient, own, gradient, own, contribution, exponents, op.x.rows);
}

/** Writes the whole gradient of a value that has one consumer only: the frames, and the record. */
export function deliverWhole(pass: DepthPass, stream: i32, slot: i32, value: Value, p: i32, exponents: usize): void {
  const own = exponentsOf(value, p);
  v128.store(own, v128.load(exponents)); v128.store(own, v128.load(exponents, 16), 16);
  if (slot < 0) return;
  const squares = pass.scratch + 128;
  laneSquares(squares, gradientOf(value, p), value.rows);
  record(pass, stream, slot, p, squares, exponents);
}
