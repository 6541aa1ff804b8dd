import { Elman } from "../cells/elman";
import { DEAD, HEADROOM, laneSquares, mergeLanes, normalisers, powerOfFour, powersOfTwo, scaleLanes } from "../kernels/lanes";
import { FromZero, tileProduct } from "../kernels/tiles";
import { accumulate, flush } from "./gradient";
import { readoutChunk, readoutLast } from "./readout";
import { ALL_LOSSES, BLOCK, COTANGENT, Gradient, Layer, padded, panelBytes, Stream, TimePass } from "./records";

/*
 * The one time loop, its cell a compile-time parameter. It runs over one chunk of steps of one panel of eight samples, forward or
 * backward, layer inside chunk, so that a stack can be recomputed chunk by chunk.
 */

@inline export function layerOf(pass: TimePass, l: i32): Layer {
  return changetype<Layer>(pass.layerRecords + <usize>l * offsetof<Layer>());
}

@inline function streamOf(pass: TimePass, s: i32): Stream {
  return changetype<Stream>(pass.streamRecords + <usize>s * offsetof<Stream>());
}

@inline export function gradientOf(first: usize, slot: i32): Gradient {
  return changetype<Gradient>(first + <usize>slot * offsetof<Gradient>());
}

/** Which of the panels in flight holds panel p. */
@inline export function slotOf(pass: TimePass, p: i32): i32 { return pass.inFlight == 1 ? 0 : p; }

/** The state after step t (t = −1: before the first): slot t + 1 − (first stored step). */
@inline export function stateAt(pass: TimePass, layer: Layer, slot: i32, t: i32, firstStored: i32): usize {
  return layer.states + panelBytes(layer.stateRows) * (<usize>slot * <usize>(pass.stored + 1) + <usize>(t + 1 - firstStored));
}

@inline function tapeAt(pass: TimePass, layer: Layer, slot: i32, t: i32, firstStored: i32): usize {
  return layer.tape + panelBytes(layer.tapeRows) * (<usize>slot * <usize>pass.stored + <usize>(t - firstStored));
}

@inline function checkpointAt(pass: TimePass, layer: Layer, slot: i32, chunk: i32): usize {
  const chunks = (pass.steps + pass.chunk - 1) / pass.chunk;
  return layer.checkpoints + panelBytes(layer.stateRows) * (<usize>slot * <usize>chunks + <usize>chunk);
}

/** The first step whose state is stored while `chunk` is worked on. */
@inline export function firstStoredOf(pass: TimePass, chunk: i32): i32 { return pass.stored == pass.steps ? 0 : chunk * pass.chunk; }

/** What the first step of the top layer's input, or of the network's, is read from. */
@inline function inputAt(pass: TimePass, l: i32, p: i32, slot: i32, t: i32, firstStored: i32): usize {
  return l == 0
    ? pass.inputs + panelBytes(pass.inputSize) * (<usize>p * <usize>pass.steps + <usize>t)
    : stateAt(pass, layerOf(pass, l - 1), slot, t, firstStored);
}

@inline function inputStride(pass: TimePass, l: i32): usize {
  return panelBytes(l == 0 ? pass.inputSize : layerOf(pass, l - 1).stateRows);
}

/** The top layer's state after step t: what the readout reads. */
export function topState(pass: TimePass, p: i32, t: i32, chunk: i32): usize {
  return stateAt(pass, layerOf(pass, pass.layers - 1), slotOf(pass, p), t, firstStoredOf(pass, chunk));
}

/** Runs the forward recurrence of every layer over one chunk of panel p. `first`: the pass's own run, which writes the checkpoints. */
export function forwardChunk(pass: TimePass, p: i32, chunk: i32, first: bool): void {
  for (let l = 0; l < pass.layers; l++) {
    const layer = layerOf(pass, l), slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk);
    const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
    const bytes = panelBytes(layer.stateRows);
    const recomputed = layer.checkpoints != 0;
    if (from == 0) memory.fill(stateAt(pass, layer, slot, -1, 0), 0, bytes);
    else if (recomputed) memory.copy(stateAt(pass, layer, slot, from - 1, firstStored), checkpointAt(pass, layer, slot, chunk), bytes);
    forwardLayer<Elman>(pass, layer, l, p, slot, from, to, firstStored);
    if (recomputed && first && to < pass.steps) {
      memory.copy(checkpointAt(pass, layer, slot, chunk + 1), stateAt(pass, layer, slot, to - 1, firstStored), bytes);
    }
  }
}

function forwardLayer<Cell>(pass: TimePass, layer: Layer, l: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const cell = changetype<Cell>(0);
  const stateBytes = panelBytes(layer.stateRows), tapeBytes = panelBytes(layer.tapeRows), xBytes = inputStride(pass, l);
  let x = inputAt(pass, l, p, slot, from, firstStored);
  let state = stateAt(pass, layer, slot, from - 1, firstStored);
  let tape = tapeAt(pass, layer, slot, from, firstStored);
  for (let t = from; t < to; t++) {
    cell.forward(layer, x, state, state + stateBytes, tape);
    x += xBytes; state += stateBytes; tape += tapeBytes;
  }
}

/** Takes every stream back through one chunk of panel p, top layer first. The chunk's states and tape must be stored. */
export function backwardChunk(pass: TimePass, p: i32, chunk: i32): void {
  if (pass.lossEvery) readoutChunk(pass, p, slotOf(pass, p), chunk);
  else if ((chunk + 1) * pass.chunk >= pass.steps) readoutLast(pass, p, slotOf(pass, p), chunk);
  // the loss's own stream, number 0, goes last: its δa stay behind for the contributions
  for (let s = pass.streams - 1; s >= 0; s--) {
    const stream = streamOf(pass, s);
    for (let l = pass.layers - 1; l >= 0; l--) backwardLayer<Elman>(pass, stream, l, p, chunk);
  }
}

/** Where step t's incoming gradient stands, and whether there is any: the layer above, the loss, or the probe's cotangent. */
@inline function injectionAt(pass: TimePass, stream: Stream, l: i32, p: i32, t: i32, from: i32): usize {
  if (l < pass.layers - 1) return pass.below + panelBytes(padded(pass.hidden)) * <usize>(t - from);
  if (stream.source == COTANGENT) return t == pass.steps - 1 ? stream.cotangent + panelBytes(padded(pass.hidden)) * <usize>p : 0;
  if (t == pass.steps - 1 || (pass.lossEvery && stream.source == ALL_LOSSES)) {
    return pass.injection + panelBytes(padded(pass.hidden)) * <usize>(t - from);
  }
  return 0;
}

function backwardLayer<Cell>(pass: TimePass, stream: Stream, l: i32, p: i32, chunk: i32): void {
  const cell = changetype<Cell>(0);
  const layer = layerOf(pass, l), slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk);
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
  const rows = layer.hidden, stateBytes = panelBytes(layer.stateRows), deltaBytes = panelBytes(layer.deltaRows);
  const tapeBytes = panelBytes(layer.tapeRows), xBytes = inputStride(pass, l), hiddenBytes = panelBytes(padded(pass.hidden));
  const carryIndex = <usize>slot * <usize>pass.layers + <usize>l;
  const carry = stream.carry + carryIndex * stateBytes;
  const carryExponents = stream.carryExponents + (carryIndex << 5);
  const deltas = layer.deltas + deltaBytes * <usize>slot * <usize>pass.chunk;
  const deltaExponents = layer.deltaExponents + (<usize>slot * <usize>pass.chunk << 5);
  const squares = pass.scratch, more = squares + 64, scales = squares + 128, exponents = squares + 160;
  const gradient = gradientOf(layer.gradient, slot);
  const lanes = min(8, pass.batch - p * 8);
  const rest = squares + 256;

  if (to == pass.steps) {
    memory.fill(carry, 0, stateBytes);
    for (let lane: usize = 0; lane < 8; lane++) store<i32>(carryExponents + (lane << 2), DEAD);
  }
  for (let t = to - 1; t >= from; t--) {
    const tape = tapeAt(pass, layer, slot, t, firstStored), previous = stateAt(pass, layer, slot, t - 1, firstStored);
    const da = deltas + deltaBytes * <usize>(t - from), frame = deltaExponents + (<usize>(t - from) << 5);
    const sample = (<usize>l * <usize>pass.steps + <usize>t) * <usize>pass.batch + <usize>(p * 8);

    // δ_t = carry + injection, in one frame a lane
    const injection = injectionAt(pass, stream, l, p, t, from);
    v128.store(exponents, v128.load(carryExponents)); v128.store(exponents, v128.load(carryExponents, 16), 16);
    if (injection != 0) {
      const injectionExponents = l < pass.layers - 1 ? pass.belowExponents + (<usize>(t - from) << 5) : pass.outputExponents;
      if (stream.ledger) {
        laneSquares(squares, carry, rows);
        laneSquares(more, injection, rows);
        storeRoutes(stream, sample, lanes, squares, carryExponents, more, injectionExponents);
      }
      mergeLanes(carry, exponents, carry, carryExponents, injection, injectionExponents, rows);
      if (layer.stateRows > padded(rows)) rescaleRest(carry + hiddenBytes, carryExponents, exponents, layer.stateRows - padded(rows));
    }
    laneSquares(squares, carry, rows);
    storeLanes(stream.total, sample, lanes, squares);
    for (let lane = 0; lane < lanes; lane++) {
      store<i32>(stream.exponents + ((sample + <usize>lane) << 2), load<i32>(exponents + (<usize>lane << 2)));
    }

    v128.store(frame, v128.load(exponents)); v128.store(frame, v128.load(exponents, 16), 16);
    normalisers(scales, frame, squares);
    cell.backward(layer, carry, scales, tape, previous, previous + stateBytes, da, carry);
    v128.store(carryExponents, v128.load(frame)); v128.store(carryExponents, v128.load(frame, 16), 16);

    if (stream.ledger) {
      laneSquares(squares, da, rows);
      for (let lane = 0; lane < lanes; lane++) {
        // back into the frame of δ_t, the one that is kept
        const shift = load<i32>(frame + (<usize>lane << 2)) - load<i32>(exponents + (<usize>lane << 2));
        store<f64>(stream.gate + ((sample + <usize>lane) << 3), load<f64>(squares + (<usize>lane << 3)) * powerOfFour(shift));
      }
    }
    if (l > 0) {
      const at = <usize>(t - from);
      tileProduct<FromZero>(pass.below + hiddenBytes * at, 0, layer.inputTiles, da, layer.rows, 0, 0, padded(layer.inputs) >> 2);
      v128.store(pass.belowExponents + (at << 5), v128.load(frame)); v128.store(pass.belowExponents + (at << 5), v128.load(frame, 16), 16);
    }
    if (stream.weightGradients && t % BLOCK == 0) {
      const steps = min(BLOCK, to - t);
      accumulate(
        gradient, steps, da, frame, HEADROOM, inputAt(pass, l, p, slot, t, firstStored), xBytes, previous, stateBytes, rest,
      );
      if ((t / BLOCK) % 16 == 0) flush(gradient);
    }
  }
}

/** to[sample …] = squares, the lanes that are real samples. */
@inline function storeLanes(to: usize, sample: usize, lanes: i32, squares: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    store<f64>(to + ((sample + <usize>lane) << 3), load<f64>(squares + (<usize>lane << 3)));
  }
}

/** The squared norms of both routes that meet at a step, each brought to the frame of their sum. */
function storeRoutes(stream: Stream, sample: usize, lanes: i32, carried: usize, ec: usize, injected: usize, ei: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const c = load<i32>(ec + (<usize>lane << 2)), i = load<i32>(ei + (<usize>lane << 2)), e = max(c, i);
    store<f64>(stream.carried + ((sample + <usize>lane) << 3), load<f64>(carried + (<usize>lane << 3)) * powerOfFour(c - e));
    store<f64>(stream.injected + ((sample + <usize>lane) << 3), load<f64>(injected + (<usize>lane << 3)) * powerOfFour(i - e));
  }
}

/** Brings the rows that take no injection (a cell state) to the frame of the merged ones. */
function rescaleRest(panel: usize, from: usize, to: usize, rows: i32): void {
  const scales = from; // the old exponents are read a last time
  v128.store(scales, powersOfTwo(i32x4.sub(v128.load(from), v128.load(to))));
  v128.store(scales, powersOfTwo(i32x4.sub(v128.load(from, 16), v128.load(to, 16))), 16);
  scaleLanes(panel, panel, scales, rows);
}
