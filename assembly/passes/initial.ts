import { powerOfTwo } from "../kernels/lanes";
import { DEAD } from "../records/constants";
import { Route } from "../records/kinds";
import { Layer, padded, panelBytes, Stream, TimePass } from "../records/pass";
import { maskCarry } from "./dropout";
import { lanesAt } from "./places";
import { clearLanes } from "./routes";
import { cut, windowOf } from "./windows";

/*
 * The host may set the state with which a sample begins, s₀ = h₀ or (h₀, c₀); otherwise it is zero. The pass returns
 * ∂L/∂s₀ and the state after its last step, with which the next part of a long sequence begins. s₀ is the state at
 * every time before the first step: in a dilated layer and with a skip over time, several steps read it.
 */

@inline function indexOf(pass: TimePass, n: i32, p: i32): usize {
  return <usize>(p * pass.layers * pass.directions + n);
}

/** Where the state of record n, panel p stands among [P][N][most state rows][8]. */
@inline function placeAt(pass: TimePass, states: usize, n: i32, p: i32): usize {
  return states + panelBytes(pass.mostStateRows) * indexOf(pass, n, p);
}

/** state [state rows][8] ← s₀ in lanes from … 7, or zero where the host set none. */
export function beginLanes(pass: TimePass, layer: Layer, n: i32, p: i32, state: usize, from: i32): void {
  const bytes = panelBytes(layer.stateRows);
  if (pass.initial == 0) {
    if (from == 0) memory.fill(state, 0, bytes);
    else clearLanes(state, from, layer.stateRows);
    return;
  }
  const initial = placeAt(pass, pass.initial, n, p);
  if (from == 0) return memory.copy(state, initial, bytes);
  const lane = <usize>from << 2, rest = <usize>(8 - from) << 2;
  for (let at = lane; at < bytes; at += 32) memory.copy(state + at, initial + at, rest);
}

/** Keeps the state after the last step of a forward direction, where all samples end. */
export function keepFinal(pass: TimePass, layer: Layer, n: i32, p: i32, state: usize): void {
  memory.copy(placeAt(pass, pass.final, n, p), state, panelBytes(layer.stateRows));
}

/**
 * Keeps the state after step t of a reversed direction, in the lanes whose last step that is: their samples begin at t.
 */
export function keepEnded(pass: TimePass, layer: Layer, n: i32, p: i32, t: i32, state: usize): void {
  const from = t > 0 ? lanesAt(pass, p, t - 1) : 0, to = lanesAt(pass, p, t);
  if (from == to) return;
  const bytes = panelBytes(layer.stateRows), kept = placeAt(pass, pass.final, n, p);
  const lane = <usize>from << 2, count = <usize>(to - from) << 2;
  for (let at = lane; at < bytes; at += 32) memory.copy(kept + at, state + at, count);
}

/** Where a stream adds ∂L/∂s₀; 0 where it keeps none. */
@inline function gradientsOf(pass: TimePass, stream: Stream): usize {
  if (stream.weightGradients == 0) return 0;
  return stream.weightGradients == 1 ? pass.initialGradient : pass.truncatedInitial;
}

@inline export function keepsInitial(pass: TimePass, stream: Stream): bool { return gradientsOf(pass, stream) != 0; }

/** The frames [8] of ∂L/∂s₀ of record n, panel p. */
@inline function framesOf(pass: TimePass, stream: Stream, n: i32, p: i32): usize {
  const exponents = stream.weightGradients == 1 ? pass.initialExponents : pass.truncatedExponents;
  return exponents + (indexOf(pass, n, p) << 5);
}

/** Sets ∂L/∂s₀ of panel p to zero, of the whole gradient and of the truncated one. */
export function clearInitialGradient(pass: TimePass, p: i32): void {
  const N = pass.layers * pass.directions, first = indexOf(pass, 0, p) << 5;
  const bytes = panelBytes(pass.mostStateRows);
  if (pass.initialGradient != 0) {
    cut(placeAt(pass, pass.initialGradient, 0, p), pass.initialExponents + first, bytes, N);
  }
  if (pass.truncatedInitial == 0) return;
  cut(placeAt(pass, pass.truncatedInitial, 0, p), pass.truncatedExponents + first, bytes, N);
}

/** to[rows] of one lane, in frame `e`, += panel · 2^(from − e). */
function addLane(to: usize, panel: usize, lane: usize, rows: i32, from: i32, e: i32): void {
  const scale = powerOfTwo(from - e), end = lane + panelBytes(rows);
  for (let row = lane; row < end; row += 32) {
    store<f32>(to + row, load<f32>(to + row) + load<f32>(panel + row) * scale);
  }
}

/** Moves a lane's sum for ∂L/∂s₀ to a frame that can also hold numbers in frame `from`; returns that frame. */
function frameFor(frames: usize, gradient: usize, lane: usize, rows: i32, from: i32): i32 {
  const own = load<i32>(frames + lane);
  if (own >= from) return own;
  store<i32>(frames + lane, from);
  const scale = powerOfTwo(own - from), end = lane + panelBytes(rows);
  for (let row = lane; row < end; row += 32) store<f32>(gradient + row, load<f32>(gradient + row) * scale);
  return from;
}

/**
 * Adds to ∂L/∂s₀ of lanes from ≤ lane < to the gradient that a step sent to the state d steps before, which is their
 * first state: by the weights (`hidden`), by the direct route, and because the state stayed (the last two in `carry`).
 */
export function addToInitial(
  pass: TimePass, stream: Stream, layer: Layer, n: i32, p: i32, hidden: usize, carry: usize, exponents: usize,
  from: i32, to: i32,
): void {
  const gradient = placeAt(pass, gradientsOf(pass, stream), n, p), frames = framesOf(pass, stream, n, p);
  const H = layer.hidden, slab = panelBytes(padded(H)), kept = carry + panelBytes(layer.keptAt);
  for (let lane = <usize>from << 2, end = <usize>to << 2; lane < end; lane += 4) {
    const e = load<i32>(exponents + lane);
    if (e == DEAD) continue;
    const frame = frameFor(frames, gradient, lane, layer.stateRows, e);
    addLane(gradient, hidden, lane, layer.outputs, e, frame);
    if (layer.direct == Route.Hidden) addLane(gradient, carry + slab, lane, H, e, frame);
    if (layer.keptAt != 0) addLane(gradient, kept, lane, H, e, frame);
    if (layer.direct != Route.Cell) continue;
    addLane(gradient + slab, carry + slab, lane, H, e, frame);
    if (layer.keptAt != 0) addLane(gradient + slab, kept + slab, lane, H, e, frame);
  }
}

/** Adds to ∂L/∂h₀ the gradient that a skip over time sent back; it reaches h alone. */
export function addSkipToInitial(
  pass: TimePass, stream: Stream, layer: Layer, n: i32, p: i32, skipped: usize, exponents: usize, from: i32, to: i32,
): void {
  const gradient = placeAt(pass, gradientsOf(pass, stream), n, p), frames = framesOf(pass, stream, n, p);
  for (let lane = <usize>from << 2, end = <usize>to << 2; lane < end; lane += 4) {
    const e = load<i32>(exponents + lane);
    if (e == DEAD) continue;
    const frame = frameFor(frames, gradient, lane, layer.stateRows, e);
    addLane(gradient, skipped, lane, layer.outputs, e, frame);
  }
}

/** How many samples of panel p have step t and sent a gradient back from it. */
@inline function sentBackFrom(pass: TimePass, stream: Stream, p: i32, t: i32): i32 {
  if (t >= pass.steps || (stream.reach != 0 && windowOf(stream, t) < 0)) return 0;
  return lanesAt(pass, p, t);
}

/**
 * Lanes `here` … 7 do not have step t: adds to their ∂L/∂s₀ the gradients that step t + d and, over a skip, step t + s
 * sent to it. `skipped` is 0 without a skip.
 *
 * @param work a panel [H][8]
 */
export function keepBeforeFirst(
  pass: TimePass, stream: Stream, layer: Layer, n: i32, p: i32, t: i32, here: i32, carry: usize, exponents: usize,
  skipped: usize, skipExponents: usize, work: usize,
): void {
  const to = sentBackFrom(pass, stream, p, t + layer.dilation);
  if (here < to) {
    let hidden = carry;
    if (layer.operands != 0) {
      memory.copy(work, carry, panelBytes(layer.outputs));
      maskCarry(pass, layer, n, p, work);
      hidden = work;
    }
    addToInitial(pass, stream, layer, n, p, hidden, carry, exponents, here, to);
  }
  if (skipped == 0) return;
  addSkipToInitial(
    pass, stream, layer, n, p, skipped, skipExponents, here, sentBackFrom(pass, stream, p, t + layer.skip),
  );
}
