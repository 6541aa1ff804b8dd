import { packBatch } from "../kernels/pack";
import { BLOCK, SWEEPS } from "../records/constants";
import { panelBytes, Stream, TimePass } from "../records/pass";
import { backwardLayer } from "./backward";
import { handOn } from "./dropout";
import { forwardLayer } from "./forward";
import { beginLanes, clearInitialGradient } from "./initial";
import { checkpointAt, firstStoredOf, layerOf, slotOf, stateAt } from "./places";
import { addShare, clearShare, clearSums } from "./profile";
import { pool, spread } from "./pooling";
import { readoutChunk, readoutLast } from "./readout";
import { stemBackward, stemForward } from "./stem";

/*
 * The time loop of all cells. It runs over one chunk of steps of one panel of eight samples, forward or
 * backward, level inside chunk, so that a stack can be recomputed chunk by chunk. A bidirectional pass is a single
 * chunk.
 *
 * With a decoder the same states run on, and the weights change: at its first step, the bottleneck, the decoder
 * continues from the encoder's last state, and its gradient with respect to that state goes on into the encoder.
 */

@inline function streamOf(pass: TimePass, s: i32): Stream {
  return changetype<Stream>(pass.streamRecords + <usize>s * offsetof<Stream>());
}

/**
 * Runs the forward recurrence of every layer over one chunk of panel p. `first`: the pass's own run, which writes the
 * checkpoints.
 */
export function forwardChunk(pass: TimePass, p: i32, chunk: i32, first: bool): void {
  const slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk);
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
  if (pass.inputRows != 0) packInputs(pass, from, to);
  if (pass.stem > 0) stemForward(pass, p, slot, from, to, firstStored);
  for (let l = 0; l < pass.layers; l++) {
    for (let d = 0; d < pass.directions; d++) {
      const n = l * pass.directions + d, layer = layerOf(pass, n);
      const bytes = panelBytes(layer.stateRows) * <usize>layer.history, recomputed = layer.checkpoints != 0;
      const before = stateAt(pass, layer, slot, from - layer.history, firstStored);
      if (from == 0) beginAll(pass, n, p, before);
      else if (recomputed) memory.copy(before, checkpointAt(pass, layer, slot, chunk), bytes);
      forwardSteps(pass, n, p, slot, from, to, firstStored);
      if (recomputed && first && to < pass.steps) {
        memory.copy(
          checkpointAt(pass, layer, slot, chunk + 1), stateAt(pass, layer, slot, to - layer.history, firstStored),
          bytes,
        );
      }
    }
    handOn(pass, l, p, from, to, firstStored);
  }
  if (first && pass.pooled != 0) pool(pass, p, slot, from, to, firstStored);
}

/** inputs [C][X][8] ← the rows of steps from ≤ t < to. */
function packInputs(pass: TimePass, from: i32, to: i32): void {
  const step = <usize>(pass.batch * pass.inputSize) << 2;
  packBatch(pass.inputs, 0, pass.inputRows + step * <usize>from, to - from, pass.batch, pass.inputSize);
}

/** Steps from ≤ k < to of one layer: an encoder's with its weights, then the decoder's with its own. */
function forwardSteps(pass: TimePass, n: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const bottleneck = pass.bottleneck;
  if (from >= bottleneck || bottleneck >= to) return forwardLayer(pass, n, p, slot, from, to, firstStored);
  forwardLayer(pass, n, p, slot, from, bottleneck, firstStored);
  forwardLayer(pass, n, p, slot, bottleneck, to, firstStored);
}

/** The states before the first step: as many as a step looks back. */
function beginAll(pass: TimePass, n: i32, p: i32, before: usize): void {
  const layer = layerOf(pass, n), bytes = panelBytes(layer.stateRows);
  for (let i = 0; i < layer.history; i++) beginLanes(pass, layer, n, p, before + bytes * <usize>i, 0);
}

/*
 * The backward pass of a chunk is a list of pieces: credit sweeps, a few at a time; the truncated sweeps, block by
 * block; then the streams of the whole sequence. The loss's own stream, number 0, goes last: its δa stay behind for the
 * contributions.
 *
 * The truncated sweeps share one set of gradients, whose bits depend on the order in which blocks are added. A block of
 * 16 steps is the same whatever the chunk, so that all sweeps go through one before any goes on.
 */
@inline function creditPieces(credits: i32): i32 { return (credits + SWEEPS - 1) / SWEEPS; }

/** How many pieces the backward pass of a chunk of so many steps has. */
export function piecesOf(chunk: i32, truncations: i32, credits: i32): i32 {
  return creditPieces(credits) + (truncations > 0 ? chunk / BLOCK : 0) + 1;
}

/** Runs one piece of chunk `chunk` of panel p, top layer first. The chunk's states and tape must be stored. */
export function backwardPiece(pass: TimePass, p: i32, chunk: i32, piece: i32): void {
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
  if (piece == 0) {
    if (to == pass.steps) clearInitialGradient(pass, p);
    if (pass.lossEvery) readoutChunk(pass, p, slotOf(pass, p), chunk);
    else if (to == pass.steps) readoutLast(pass, p, slotOf(pass, p), chunk);
    if (pass.pooled != 0) spread(pass, p, slotOf(pass, p), chunk);
  }
  const credits = creditPieces(pass.credits), pieces = piecesOf(pass.chunk, pass.truncations, pass.credits);
  const whole = pass.streams, windowed = whole + pass.truncations;
  if (piece < credits) {
    for (let c = piece * SWEEPS; c < min((piece + 1) * SWEEPS, pass.credits); c++) {
      clearShare(pass, streamOf(pass, windowed + c));
      backwardSteps(pass, windowed + c, p, chunk, from, to);
      addShare(pass, streamOf(pass, windowed + c), from, to);
    }
  } else if (piece < pieces - 1) {
    const first = from + pass.chunk - (piece - credits + 1) * BLOCK;
    if (first >= to) return; // the last chunk may be short
    if (streamOf(pass, whole).sum != 0) clearSums(pass, streamOf(pass, whole));
    for (let s = whole; s < windowed; s++) backwardSteps(pass, s, p, chunk, first, min(first + BLOCK, to));
  } else {
    for (let s = whole - 1; s >= 0; s--) backwardSteps(pass, s, p, chunk, from, to);
  }
}

/** Adds the share of a panel that a worker computed. The host has copied it to the place of credit sweep c. */
export function addCredit(pass: TimePass, c: i32, from: i32, to: i32): void {
  addShare(pass, streamOf(pass, pass.streams + pass.truncations + c), from, to);
}

/** Sets the sums of the credit sweeps over panels and layers to zero. */
export function clearProfiles(pass: TimePass): void {
  for (let c = 0; c < pass.credits; c++) memory.fill(
    streamOf(pass, pass.streams + pass.truncations + c).profile, 0, <usize>pass.steps << 3,
  );
}

function backwardSteps(pass: TimePass, s: i32, p: i32, chunk: i32, first: i32, last: i32): void {
  const stream = streamOf(pass, s);
  for (let l = pass.layers - 1; l >= 0; l--) {
    for (let d = 0; d < pass.directions; d++) {
      const n = l * pass.directions + d, bottleneck = pass.bottleneck;
      if (first >= bottleneck || bottleneck >= last) backwardLayer(pass, stream, n, p, chunk, first, last);
      else {
        backwardLayer(pass, stream, n, p, chunk, bottleneck, last);
        backwardLayer(pass, stream, n, p, chunk, first, bottleneck);
      }
    }
  }
  if (pass.stem > 0 && stream.weightGradients != 0) stemBackward(pass, stream, p, chunk, first, last);
}
