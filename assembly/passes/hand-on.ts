import { killZeroLanes, laneSquares, mergeLanes, normalizers, scaleLanes } from "../kernels/lanes";
import { FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { BLOCK } from "../records/constants";
import { Layer, padded, panelBytes, Stream, TimePass } from "../records/pass";
import { addTokens } from "./embedding";
import { accumulate, flush } from "./gradient";
import {
  aboveAt, aboveExponentsAt, computedLanes, gradientOf, inputAt, inputStride, lanesAt, lanesOf, operandAt,
  operandBytes, slotOf, tapeAt, timeOf,
} from "./places";
import { copyLanes, scaled } from "./routes";

/*
 * A step of the backward pass hands its gradient on: to the weights, to the level below, and over a skip to the step s
 * before. The cell itself hands it to the step before.
 */

/** Whether a block of weight gradients begins at step k: at a multiple of BLOCK, or where its weights' steps begin. */
@inline export function beginsBlock(k: i32, first: i32): bool { return k % BLOCK == 0 || k == first; }

/** [BLOCK] i32. */
const COUNTS = memory.data(64, 16);

/** The samples that have each of `steps` steps from k on; 0 where every step has all of the panel's. */
function countsOf(pass: TimePass, layer: Layer, p: i32, k: i32, steps: i32): usize {
  const earliest = timeOf(pass, layer, layer.reverse ? k + steps - 1 : k);
  if (lanesAt(pass, p, earliest) == lanesOf(pass, p)) return 0;
  for (let s = 0; s < steps; s++) store<i32>(COUNTS + (<usize>s << 2), lanesAt(pass, p, timeOf(pass, layer, k + s)));
  return COUNTS;
}

/** Adds the block of steps that begins at k, whose ∂L/∂a stand from `da` on, to the stream's weight gradients. */
export function addWeightGradients(
  pass: TimePass, stream: Stream, layer: Layer, l: i32, p: i32, k: i32, last: i32, firstStored: i32, da: usize,
  frame: usize, rest: usize,
): void {
  const slot = slotOf(pass, p), record = (stream.weightGradients - 1) * (pass.inFlight + 1) + slot;
  const gradient = gradientOf(layer.gradient, record);
  const steps = min(BLOCK - k % BLOCK, last - k), whole = (k / BLOCK) % 16 == 0;
  const lanes = computedLanes(pass, p), counts = countsOf(pass, layer, p, k, steps);
  accumulate(
    gradient, lanes, steps, da, frame, pass.headroom, inputAt(pass, l, p, slot, timeOf(pass, layer, k), firstStored),
    inputStride(pass, layer, l), operandAt(pass, layer, slot, k, firstStored), operandBytes(layer), rest, counts,
  );
  if (whole) flush(gradient);
  if (pass.embedding != 0 && pass.stem == 0 && l == 0) {
    addTokens(pass, layer, stream.weightGradients - 1, slot, p, k, steps, da, frame, rest);
  }
  if (layer.innerGradient == 0) return;
  const inner = gradientOf(layer.innerGradient, record);
  const operand = tapeAt(pass, layer, slot, k, firstStored) + panelBytes(layer.innerAt);
  accumulate(
    inner, lanes, steps, da, frame, pass.headroom, 0, 0, operand, panelBytes(layer.tapeRows), rest, counts,
  );
  if (whole) flush(inner);
}

/**
 * skipped ← α δ, in a frame of its own: no other code normalizes a ring that only a skip feeds.
 * @param squares [8], of `delta`; kept @param scales [8], work @param work [8] f64
 */
export function sendSkip(
  skipped: usize, exponents: usize, delta: usize, alpha: f32, rows: i32, squares: usize, scales: usize, work: usize,
  headroom: i32,
): void {
  memory.copy(work, squares, 64);
  const reached = normalizers(scales, exponents, work, headroom);
  scaleLanes(skipped, delta, scales, rows);
  if (!reached) {
    laneSquares(work, skipped, rows);
    normalizers(scales, exponents, work, headroom);
    scaleLanes(skipped, skipped, scales, rows);
  }
  scaled(skipped, skipped, alpha, rows);
}

/** below ← W_ihᵀ ∂a of this step; the reversed direction adds to the result of the forward one. */
export function handDown(pass: TimePass, layer: Layer, l: i32, at: i32, da: usize, frame: usize, rest: usize): void {
  const below = aboveAt(pass, l - 1, at), exponents = aboveExponentsAt(pass, l - 1, at);
  const tiles = padded(layer.inputs) >> 2;
  if (layer.reverse) {
    panelProduct<FromZero>(layer.lanes, rest, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
    killZeroLanes(exponents, below, layer.inputs);
    mergeLanes(below, exponents, below, exponents, rest, frame, layer.inputs);
  } else {
    panelProduct<FromZero>(layer.lanes, below, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
    copyLanes(exponents, frame);
  }
}
