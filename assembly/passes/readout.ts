import { killZeroLanes, laneSquares } from "../kernels/lanes";
import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { panelHits, panelLoss, targetBytes } from "../layers/loss";
import { BLOCK } from "../records/constants";
import { LossKind } from "../records/kinds";
import { padded, panelBytes, TimePass } from "../records/pass";
import { accumulate, flush } from "./gradient";
import { firstStoredOf, gradientOf, lanesAt, lanesOf, outputAt, outputBytes, slotOf, startOf } from "./places";
import { clearLanes } from "./routes";
import { cut } from "./windows";

/*
 * y_t = W h_t + b      L = mean over batch, outputs (squared error) and steps      δ_t ← Wᵀ ∂L/∂y_t
 *
 * Without a readout the loss reads h_t itself; without targets it is the mean over the batch of Σ_H h_T.
 */

/** The top level's output after step t: what the readout reads. */
@inline function topOutput(pass: TimePass, p: i32, t: i32, chunk: i32): usize {
  return outputAt(pass, pass.layers - 1, slotOf(pass, p), t, firstStoredOf(pass, chunk));
}

/** The loss at every step of one chunk: outputs, loss, injection, and the readout's own gradient, block by block. */
export function readoutChunk(pass: TimePass, p: i32, slot: i32, chunk: i32): void {
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
  const start = startOf(pass, p);
  for (let t = to - 1; t >= from; t--) {
    if (t >= start) lossAt(pass, p, t, t, pass.steps, chunk, t - from);
    else clearOutputs(pass, t - from);
    if (pass.outputs > 0 && t % BLOCK == 0) gather(pass, p, slot, t, min(BLOCK, to - t), chunk, t - from);
  }
}

/** The loss at the last step alone. */
export function readoutLast(pass: TimePass, p: i32, slot: i32, chunk: i32): void {
  const t = pass.steps - 1, at = t - chunk * pass.chunk;
  if (pass.loss == LossKind.None) {
    const value = f32x4.splat(lossScaleOf(pass, p));
    const injection = pass.injection + panelBytes(padded(pass.width)) * <usize>at;
    for (let i: usize = 0; i < panelBytes(pass.width); i += 16) v128.store(injection + i, value);
    if (lanesOf(pass, p) < 8) clearLanes(injection, lanesOf(pass, p), pass.width);
    return sumOfStates(pass, p, topOutput(pass, p, t, chunk));
  }
  lossAt(pass, p, t, 0, 1, chunk, at);
  if (pass.outputs > 0) gather(pass, p, slot, t, 1, chunk, at);
}

/**
 * Outputs, loss and injection of step t, whose target is the `target`th of `targets` a panel; `at` is its place in the
 * chunk.
 */
function lossAt(pass: TimePass, p: i32, t: i32, target: i32, targets: i32, chunk: i32, at: i32): void {
  const h = topOutput(pass, p, t, chunk), injection = pass.injection + panelBytes(padded(pass.width)) * <usize>at;
  const outputs = pass.outputs > 0 ? pass.outputs : pass.width, lanes = lanesOf(pass, p);
  const here = lanesAt(pass, p, t), scale = lossScaleOf(pass, p);
  let y = pass.outputDeltas + panelBytes(padded(outputs)) * <usize>at;
  if (pass.outputs > 0) {
    panelProduct<FromBias>(lanes, y, pass.readoutBias, pass.readoutTiles, h, pass.width, 0, 0, padded(outputs) >> 2);
  }
  else memory.copy(y, h, panelBytes(outputs));
  const index = <usize>p * <usize>targets + <usize>target, exponents = pass.outputExponents + (<usize>at << 5);
  const sum = pass.losses + (<usize>p << 3);
  const wanted = pass.targets + targetBytes(pass.loss, outputs) * index, hits = pass.hits + (<usize>p << 2);
  const weights: usize = pass.lossWeights == 0 ? 0 : pass.lossWeights + (<usize>(p * outputs) << 2);
  store<i32>(hits, load<i32>(hits) + panelHits(pass.loss, y, wanted, outputs, here));
  memory.fill(exponents, 0, 32);
  const value = panelLoss(
    pass.loss, y, exponents, wanted, outputs, here, scale, weights, pass.lossNumber, pass.scratch,
  );
  store<f64>(sum, load<f64>(sum) + value);
  if (here < 8) clearLanes(y, here, outputs);
  killZeroLanes(exponents, y, outputs);
  if (t == pass.steps - 1) {
    laneSquares(pass.scratch, y, outputs);
    const first = <usize>p << 3;
    memory.copy(pass.outputSquares + (first << 3), pass.scratch, <usize>lanes << 3);
    memory.copy(pass.outputFrames + (first << 2), exponents, <usize>lanes << 2);
  }
  if (pass.outputs > 0) {
    panelProduct<FromZero>(lanes, injection, 0, pass.readoutBack, y, outputs, 0, 0, padded(pass.width) >> 2);
  }
  else memory.copy(injection, y, panelBytes(outputs));
}

/** Adds ∂L/∂W and ∂L/∂b of `steps` steps from t on. */
function gather(pass: TimePass, p: i32, slot: i32, t: i32, steps: i32, chunk: i32, at: i32): void {
  const gradient = gradientOf(pass.readoutGradient, slot);
  const y = pass.outputDeltas + panelBytes(padded(pass.outputs)) * <usize>at;
  const h = topOutput(pass, p, t, chunk), stride = outputBytes(pass, pass.layers - 1);
  accumulate(
    gradient, lanesOf(pass, p), steps, y, pass.outputExponents + (<usize>at << 5), 0, h, stride, 0, 0,
    pass.scratch + 256,
  );
  if ((t / BLOCK) % 16 == 0) flush(gradient);
}

/** Outputs that no sample has: they leave no gradient and no frame. */
function clearOutputs(pass: TimePass, at: i32): void {
  const outputs = padded(pass.outputs > 0 ? pass.outputs : pass.width);
  const bytes = panelBytes(outputs);
  cut(pass.outputDeltas + bytes * <usize>at, pass.outputExponents + (<usize>at << 5), bytes, 1);
}

@inline function lossScaleOf(pass: TimePass, p: i32): f32 { return load<f32>(pass.lossScales + (<usize>p << 2)); }

/** losses[p] += Σ_H Σ_b h. */
function sumOfStates(pass: TimePass, p: i32, h: usize): void {
  const lanes = lanesOf(pass, p);
  let sum: f64 = 0;
  for (let i = 0; i < pass.width; i++) {
    for (let lane = 0; lane < lanes; lane++) sum += <f64>load<f32>(h + panelBytes(i) + (<usize>lane << 2));
  }
  store<f64>(pass.losses + (<usize>p << 3), load<f64>(pass.losses + (<usize>p << 3)) + sum);
}
