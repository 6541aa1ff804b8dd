import { markZeroLanes, laneSquares, mergeLanes, normalizers, scaleLanes } from "../kernels/lanes";
import { FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { BLOCK, BLOCKS_OF_FLOAT } from "../records/constants";
import { Layer, padded, panelBytes, Stream, TimePass } from "../records/pass";
import { addTokens } from "./embedding";
import { accumulate } from "./gradient";
import {
  aboveAt, aboveExponentsAt, computedLanes, firstStoredOf, gradientOf, inputAt, inputStride, lanesAt, lanesOf,
  operandAt, operandBytes, slotOf, tapeAt, timeOf,
} from "./places";
import { copyLanes, scaled } from "./routes";
import { settle } from "./totals";

/*
 * A step of the backward pass sends its gradient to the weights, to the level below, and over a skip to the step s
 * before. The cell itself sends it to the step before.
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

/**
 * The tasks of a block's weight gradients: the product of ∂L/∂a with x and h and its move to float64, the tokens, and
 * product and move of the inner matrix.
 */
export const TASKS: i32 = 5;

/** Adds the block of steps from k on, before `last`, to the stream's weight gradients. */
export function addWeightGradients(
  pass: TimePass, stream: Stream, layer: Layer, l: i32, p: i32, chunk: i32, k: i32, last: i32,
): void {
  for (let task = 0; task < TASKS; task++) addPart(pass, stream, layer, l, p, chunk, k, last, task, 0, 1);
}

/** Runs part `part` of `parts` of one task of that block. ∂L/∂a of its steps must be in memory. */
export function addPart(
  pass: TimePass, stream: Stream, layer: Layer, l: i32, p: i32, chunk: i32, k: i32, last: i32, task: i32, part: i32,
  parts: i32,
): void {
  const slot = slotOf(pass, p), record = (stream.weightGradients - 1) * (pass.inFlight + 1) + slot;
  const inner = task > 2;
  if (inner && layer.innerGradient == 0) return;
  const gradient = gradientOf(inner ? layer.innerGradient : layer.gradient, record);
  if (task == 1 || task == 4) return settle(gradient, (k / BLOCK) % BLOCKS_OF_FLOAT == 0, part, parts);

  const steps = min(BLOCK - k % BLOCK, last - k), at = <usize>(slot * pass.chunk + k - chunk * pass.chunk);
  const da = layer.deltas + panelBytes(layer.deltaRows) * at, frame = layer.deltaExponents + (at << 5);
  const rest = pass.scratch + 512, firstStored = firstStoredOf(pass, chunk);
  if (task == 2) {
    if (pass.embedding == 0 || pass.stem > 0 || l > 0) return;
    const low = steps - steps * (part + 1) / parts, high = steps - steps * part / parts;
    return addTokens(
      pass, layer, stream.weightGradients - 1, slot, p, k + low, high - low,
      da + panelBytes(layer.deltaRows) * <usize>low, frame + (<usize>low << 5), rest,
    );
  }
  const lanes = computedLanes(pass, p), counts = countsOf(pass, layer, p, k, steps);
  if (inner) {
    const operand = tapeAt(pass, layer, slot, k, firstStored) + panelBytes(layer.innerAt);
    return accumulate(
      gradient, lanes, steps, da, frame, pass.headroom, 0, 0, operand, panelBytes(layer.tapeRows), rest, counts, part,
      parts,
    );
  }
  accumulate(
    gradient, lanes, steps, da, frame, pass.headroom, inputAt(pass, l, p, slot, timeOf(pass, layer, k), firstStored),
    inputStride(pass, layer, l), operandAt(pass, layer, slot, k, firstStored), operandBytes(layer), rest, counts, part,
    parts,
  );
}

/**
 * skipped ← α δ, brought to norm 2^headroom in a frame of its own: no other code normalizes what a skip alone carries.
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
export function sendToLevelBelow(
  pass: TimePass, layer: Layer, l: i32, at: i32, da: usize, frame: usize, rest: usize,
): void {
  const below = aboveAt(pass, l - 1, at), exponents = aboveExponentsAt(pass, l - 1, at);
  const tiles = padded(layer.inputs) >> 2;
  if (layer.reverse) {
    panelProduct<FromZero>(layer.lanes, rest, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
    markZeroLanes(exponents, below, layer.inputs);
    mergeLanes(below, exponents, below, exponents, rest, frame, layer.inputs);
  } else {
    panelProduct<FromZero>(layer.lanes, below, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
    copyLanes(exponents, frame);
  }
}
