import { markZeroLanes, laneSquares } from "../kernels/lanes";
import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { WHOLE } from "../layers/mask";
import { panelHits, panelLoss, targetBytes } from "../layers/loss";
import { BLOCK, BLOCKS_OF_FLOAT } from "../records/constants";
import { LossKind } from "../records/kinds";
import { padded, panelBytes, TimePass } from "../records/pass";
import { denseBackward, denseForward, denseGather, denseOf, denseOutput, denseSkip } from "./dense";
import { accumulate } from "./gradient";
import { pooledAt } from "./pooling";
import {
  firstStoredOf, gradientOf, lanesAt, lanesOf, outputAt, outputBytes, sampleOf, slotOf, startOf,
} from "./places";
import { clearLanes, copyLanes } from "./routes";
import { settle } from "./totals";
import { cut } from "./windows";

/*
 *      y_t = W f_t + b,  f_t = h_t, or the output of a head of dense layers that reads h_t
 *      L = mean over batch, outputs (squared error) and steps      δ_t ← Wᵀ ∂L/∂y_t
 *
 * With pooling, the pooled state takes the place of h_t. Without a readout the loss reads h_t itself; without targets
 * it is the mean over the batch of Σ_H h_T.
 */

/** The top level's output after step t, which the readout reads. */
@inline function topOutput(pass: TimePass, p: i32, t: i32, chunk: i32): usize {
  return outputAt(pass, pass.layers - 1, slotOf(pass, p), t, firstStoredOf(pass, chunk));
}

/**
 * The loss at every step last > t ≥ first of one chunk (with a decoder: of the decoder's steps): outputs, loss,
 * injection.
 *
 * @param adds whether the gradients behind it are added at once, block by block; first and last then bound blocks
 */
export function readoutSteps(pass: TimePass, p: i32, chunk: i32, first: i32, last: i32, adds: bool): void {
  const from = chunk * pass.chunk;
  const start = max(startOf(pass, p), pass.bottleneck), bytes = panelBytes(padded(pass.width));
  for (let t = last - 1; t >= first; t--) {
    const at = t - from, sample = <i32>sampleOf(pass, 0, t, p), h = topOutput(pass, p, t, chunk);
    const injection = pass.injection + bytes * <usize>at, frames = pass.injectionExponents + (<usize>at << 5);
    if (t >= start) lossAt(pass, p, t, t, pass.steps, at, sample, h, injection, frames);
    else {
      clearOutputs(pass, p, at, sample);
      cut(injection, frames, bytes, 1);
    }
    if (adds && t % BLOCK == 0) readoutGradients(pass, p, chunk, t, last);
  }
}

/** Adds the gradients of readout and head of the block of steps from t on, before `last`. */
export function readoutGradients(pass: TimePass, p: i32, chunk: i32, t: i32, last: i32): void {
  for (let task = 0; task < readoutTasks(pass); task++) readoutPart(pass, p, chunk, t, last, task, 0, 1);
}

/** One loss for each sample: at the last step, or of the pooled state. */
export function readoutLast(pass: TimePass, p: i32, chunk: i32): void {
  const slot = slotOf(pass, p), t = pass.steps - 1, at = t - chunk * pass.chunk, pools = pass.pooled != 0;
  const bytes = panelBytes(padded(pass.width)), frames = <usize>at << 5;
  if (pass.loss == LossKind.None) {
    const value = f32x4.splat(lossScaleOf(pass, p));
    const injection = pass.injection + bytes * <usize>at;
    for (let i: usize = 0; i < panelBytes(pass.width); i += 16) v128.store(injection + i, value);
    if (lanesOf(pass, p) < 8) clearLanes(injection, lanesOf(pass, p), pass.width);
    return sumOfStates(pass, p, topOutput(pass, p, t, chunk));
  }
  const h = pools ? pooledAt(pass, slot) : topOutput(pass, p, t, chunk);
  lossAt(
    pass, p, t, 0, 1, at, p * 8, h, pools ? pass.pooledDelta + bytes * <usize>slot : pass.injection + bytes * <usize>at,
    pools ? pass.pooledExponents + (<usize>slot << 5) : pass.injectionExponents + frames,
  );
}

/**
 * Outputs and loss of h [W][8], and their gradient: injection [W][8] in frames. t is the step, `target` the number of
 * its target among the panel's `targets`, `at` its place in the chunk, `sample` the place of its norms.
 */
function lossAt(
  pass: TimePass, p: i32, t: i32, target: i32, targets: i32, at: i32, sample: i32, h: usize, injection: usize,
  frames: usize,
): void {
  const features = pass.features, outputs = pass.outputs > 0 ? pass.outputs : features, lanes = lanesOf(pass, p);
  const here = lanesAt(pass, p, t), scale = lossScaleOf(pass, p);
  const step = pass.lossEvery ? t : WHOLE;
  const read = denseForward(pass, pass.headRecords, pass.head, p, step, lanes, at, h);
  let y = pass.outputDeltas + panelBytes(padded(outputs)) * <usize>at;
  if (pass.outputs > 0) {
    panelProduct<FromBias>(lanes, y, pass.readoutBias, pass.readoutTiles, read, features, 0, 0, padded(outputs) >> 2);
  }
  else memory.copy(y, read, panelBytes(outputs));
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
  markZeroLanes(exponents, y, outputs);
  if (t == pass.steps - 1) {
    laneSquares(pass.scratch, y, outputs);
    const first = <usize>p << 3;
    memory.copy(pass.outputSquares + (first << 3), pass.scratch, <usize>lanes << 3);
    memory.copy(pass.outputFrames + (first << 2), exponents, <usize>lanes << 2);
  }
  let delta = pass.head > 0 ? pass.headDeltas : injection;
  if (pass.outputs > 0) {
    panelProduct<FromZero>(lanes, delta, 0, pass.readoutBack, y, outputs, 0, 0, padded(features) >> 2);
  }
  else memory.copy(delta, y, panelBytes(outputs));
  if (frames != exponents) copyLanes(frames, exponents);
  if (pass.head == 0) return;
  let from = frames;
  for (let i = pass.head - 1; i >= 0; i--) {
    // two buffers in turn: a layer reads one and writes the other
    const turn = <usize>((pass.head - i) & 1), to = i == 0 ? injection : pass.headDeltas + pass.headBytes * turn;
    const toFrames = i == 0 ? frames : pass.headExponents + (turn << 5);
    denseBackward(
      pass, denseOf(pass.headRecords, i), p, step, lanes, at, at, sample, lanes, delta, from, to, toFrames,
      pass.scratch,
    );
    delta = to; from = toFrames;
  }
}

/**
 * The tasks of a block's gradients: for each layer of the head, then for the readout, the product and its move to
 * float64.
 */
@inline export function readoutTasks(pass: TimePass): i32 { return 2 * (pass.head + 1); }

/**
 * Runs part `part` of `parts` of one task of the block of steps from t on, before `last`. With one loss for each
 * sample, the block is the last step alone.
 */
export function readoutPart(
  pass: TimePass, p: i32, chunk: i32, t: i32, last: i32, task: i32, part: i32, parts: i32,
): void {
  if (pass.loss == LossKind.None) return;
  const slot = slotOf(pass, p), at = t - chunk * pass.chunk, steps = min(BLOCK, last - t);
  const i = task >> 1, settles = (task & 1) == 1;
  let h = pass.pooled != 0 ? pooledAt(pass, slot) : topOutput(pass, p, t, chunk);
  let stride = outputBytes(pass, pass.layers - 1);
  if (i > 0) {
    const below = denseOf(pass.headRecords, i - 1);
    h = denseOutput(below, at);
    stride = panelBytes(padded(below.rows));
  }
  if (i < pass.head) {
    return denseGather(
      pass, denseOf(pass.headRecords, i), p, slot, t, steps, at, h, stride, settles, part, parts,
    );
  }
  if (pass.outputs == 0) return;
  const gradient = gradientOf(pass.readoutGradient, slot);
  if (settles) return settle(gradient, (t / BLOCK) % BLOCKS_OF_FLOAT == 0, part, parts);
  const y = pass.outputDeltas + panelBytes(padded(pass.outputs)) * <usize>at;
  accumulate(
    gradient, lanesOf(pass, p), steps, y, pass.outputExponents + (<usize>at << 5), 0, h, stride, 0, 0,
    pass.scratch + 256, 0, part, parts,
  );
}

/** Clears outputs that no sample has or that no loss reads: they have no gradient and no frame. */
function clearOutputs(pass: TimePass, p: i32, at: i32, sample: i32): void {
  const outputs = padded(pass.outputs > 0 ? pass.outputs : pass.features);
  const bytes = panelBytes(outputs);
  cut(pass.outputDeltas + bytes * <usize>at, pass.outputExponents + (<usize>at << 5), bytes, 1);
  for (let i = 0; i < pass.head; i++) denseSkip(denseOf(pass.headRecords, i), at, sample, lanesOf(pass, p));
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
