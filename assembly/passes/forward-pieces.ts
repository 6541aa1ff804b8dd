import { packBatch } from "../kernels/pack";
import { panelBytes, TimePass } from "../records/pass";
import { writeLevelOutput } from "./dropout";
import { forwardLayer } from "./forward";
import { beginLanes } from "./initial";
import { checkpointAt, firstStoredOf, layerOf, recordsOf, slotOf, stateAt } from "./places";
import { pool } from "./pooling";
import { stemForward } from "./stem";

/*
 * The time loop forward. It runs all levels over one chunk of steps of one panel of eight samples, so that a stack can
 * be recomputed chunk by chunk. A bidirectional pass is a single chunk, as each level needs all of the level below.
 *
 * A chunk is a list of pieces, so that a host may pause inside it: for each layer the strips of its steps, then the
 * strips of pooling.
 *
 * With a decoder the states run on and the weights change: at its first step, the bottleneck, the decoder continues
 * from the encoder's last state, and its gradient with respect to that state goes back into the encoder.
 */

/** Strips of one chunk. */
@inline export function stripsOf(pass: TimePass): i32 { return (pass.chunk + pass.strip - 1) / pass.strip; }

/** How many pieces a chunk has. */
export function forwardPieces(pass: TimePass): i32 {
  return (recordsOf(pass) + (pass.pooled != 0 ? 1 : 0)) * stripsOf(pass);
}

/**
 * Runs one piece of one chunk of panel p. `first` is true in the forward pass itself, which writes the checkpoints and
 * pools, and false when a chunk is recomputed.
 */
export function forwardPiece(pass: TimePass, p: i32, chunk: i32, piece: i32, first: bool): void {
  const slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk), strips = stripsOf(pass);
  const begin = chunk * pass.chunk, end = min(begin + pass.chunk, pass.steps), n = piece / strips;
  const from = begin + piece % strips * pass.strip, to = min(from + pass.strip, end);
  if (from >= to) return; // the last chunk may be short
  if (n == recordsOf(pass)) {
    if (first) pool(pass, p, slot, from, to, firstStored);
    return;
  }
  if (n == 0 && pass.inputRows != 0) packInputs(pass, from, to, from - begin);
  if (n == 0 && pass.stem > 0) stemForward(pass, p, slot, from, to, firstStored);
  const layer = layerOf(pass, n), recomputed = layer.checkpoints != 0;
  const bytes = panelBytes(layer.stateRows) * <usize>layer.history;
  if (from == begin) {
    const before = stateAt(pass, layer, slot, from - layer.history, firstStored);
    if (begin == 0) beginAll(pass, n, p, before);
    else if (recomputed) memory.copy(before, checkpointAt(pass, layer, slot, chunk), bytes);
  }
  forwardSteps(pass, n, p, slot, from, to, firstStored);
  if (recomputed && first && to == end && end < pass.steps) {
    memory.copy(
      checkpointAt(pass, layer, slot, chunk + 1), stateAt(pass, layer, slot, end - layer.history, firstStored), bytes,
    );
  }
  if (n % pass.directions != pass.directions - 1) return;
  // a strip of the reversed direction completes these steps, counted in the pass's own time
  if (layer.reverse) writeLevelOutput(pass, n / pass.directions, p, pass.steps - to, pass.steps - from, firstStored);
  else writeLevelOutput(pass, n / pass.directions, p, from, to, firstStored);
}

/** Runs all pieces of a chunk. */
export function forwardChunk(pass: TimePass, p: i32, chunk: i32, first: bool): void {
  const pieces = forwardPieces(pass);
  for (let piece = 0; piece < pieces; piece++) forwardPiece(pass, p, chunk, piece, first);
}

/** inputs [C][X][8] ← the rows of steps from ≤ t < to, from place `at` of the chunk on. */
function packInputs(pass: TimePass, from: i32, to: i32, at: i32): void {
  const step = <usize>(pass.batch * pass.inputSize) << 2, panels = pass.inputs + panelBytes(pass.inputSize) * <usize>at;
  packBatch(panels, 0, pass.inputRows + step * <usize>from, to - from, pass.batch, pass.inputSize);
}

/** Steps from ≤ k < to of one layer: an encoder's with its weights, then the decoder's with its own. */
function forwardSteps(pass: TimePass, n: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const bottleneck = pass.bottleneck;
  if (from >= bottleneck || bottleneck >= to) return forwardLayer(pass, n, p, slot, from, to, firstStored);
  forwardLayer(pass, n, p, slot, from, bottleneck, firstStored);
  forwardLayer(pass, n, p, slot, bottleneck, to, firstStored);
}

/** Sets the states before the first step, as many as a step looks back. */
function beginAll(pass: TimePass, n: i32, p: i32, before: usize): void {
  const layer = layerOf(pass, n), bytes = panelBytes(layer.stateRows);
  for (let i = 0; i < layer.history; i++) beginLanes(pass, layer, n, p, before + bytes * <usize>i, 0);
}
