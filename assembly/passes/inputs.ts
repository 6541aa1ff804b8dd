import { markZeroLanes, laneSquares, mergeLanes, powerOfFour } from "../kernels/lanes";
import { FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { DEAD } from "../records/constants";
import { Layer, padded, panelBytes, TimePass } from "../records/pass";
import { maskFirst, masksFirst } from "./dropout";
import { addInputTokens } from "./embedding";
import { lanesOf, sampleOf } from "./places";
import { copyLanes, storeSquares } from "./routes";

/*
 * The end of the backward pass:
 *
 *     ∂L/∂x_t = W_ihᵀ ∂L/∂a_t of the first level, both directions together; m ⊙ that where dropout masks x
 *
 * Only its norms are kept: of every sample at every step, and on request of every column.
 */

/** Sets the sums by column of panel p to zero. */
export function clearInputColumns(pass: TimePass, p: i32): void {
  if (pass.inputColumns == 0) return;
  memory.fill(pass.inputColumns + (<usize>(p * pass.inputSize) << 3), 0, <usize>pass.inputSize << 3);
  store<i32>(pass.inputColumnFrames + (<usize>p << 2), DEAD);
}

/** Records that no sample of panel p has step t. */
export function clearInputGradient(pass: TimePass, p: i32, t: i32): void {
  if (pass.inputDelta == 0) return;
  const sample = sampleOf(pass, 0, t, p);
  memory.fill(pass.inputSquares + (sample << 3), 0, <usize>lanesOf(pass, p) << 3);
}

/**
 * Computes ∂L/∂x_t from ∂L/∂a of a first layer's step t, [R][8] in the frames [8]. With two directions the second one
 * records the sum. work: [X₄][8] floats.
 */
export function inputGradient(
  pass: TimePass, layer: Layer, p: i32, t: i32, da: usize, frame: usize, work: usize,
): void {
  const both = pass.directions > 1, X = pass.inputSize, tiles = padded(X) >> 2;
  const delta = both ? pass.inputDelta + panelBytes(padded(X)) * <usize>t : pass.inputDelta;
  const exponents = both ? pass.inputDeltaExponents + (<usize>t << 5) : pass.inputDeltaExponents;
  if (layer.reverse) {
    panelProduct<FromZero>(layer.lanes, work, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
    markZeroLanes(exponents, delta, X);
    mergeLanes(delta, exponents, delta, exponents, work, frame, X);
  } else {
    panelProduct<FromZero>(layer.lanes, delta, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
    copyLanes(exponents, frame);
    if (both) return;
  }
  if (masksFirst(pass)) maskFirst(pass, p, t, delta);
  addInputTokens(pass, layer, p, t, delta, exponents);
  recordInput(pass, p, t, delta, exponents, work);
}

/** Records ∂L/∂x_t [X][8] in frames [8]. work: 64 bytes. */
export function recordInput(pass: TimePass, p: i32, t: i32, delta: usize, exponents: usize, work: usize): void {
  const X = pass.inputSize;
  const lanes = lanesOf(pass, p), sample = sampleOf(pass, 0, t, p);
  laneSquares(work, delta, X);
  storeSquares(pass.inputSquares, sample, lanes, work, exponents, exponents);
  memory.copy(pass.inputFrames + (sample << 2), exponents, <usize>lanes << 2);
  if (pass.inputColumns != 0) addColumns(pass, p, delta, exponents, lanes);
}

/** columns · 4^frame += Σ over lanes of delta² · 4^exponents, a number for each of X rows. */
function addColumns(pass: TimePass, p: i32, delta: usize, exponents: usize, lanes: i32): void {
  const X = <usize>pass.inputSize, columns = pass.inputColumns + ((<usize>p * X) << 3);
  const at = pass.inputColumnFrames + (<usize>p << 2);
  let frame = load<i32>(at), top = frame;
  for (let lane: usize = 0; lane < <usize>lanes; lane++) top = max(top, load<i32>(exponents + (lane << 2)));
  if (top == DEAD) return;
  if (top > frame) {
    const scale: f64 = frame == DEAD ? 0 : powerOfFour(frame - top);
    for (let x: usize = 0; x < X; x++) store<f64>(columns + (x << 3), load<f64>(columns + (x << 3)) * scale);
    store<i32>(at, top);
  }
  for (let lane: usize = 0; lane < <usize>lanes; lane++) {
    const e = load<i32>(exponents + (lane << 2));
    if (e == DEAD) continue;
    const factor = powerOfFour(e - top);
    for (let x: usize = 0; x < X; x++) {
      const u = <f64>load<f32>(delta + (x << 5) + (lane << 2));
      store<f64>(columns + (x << 3), load<f64>(columns + (x << 3)) + factor * u * u);
    }
  }
}
