import { backwardOf, forwardOf } from "./dispatch";
import { checkpointAt, firstStoredOf, layerOf, outputAt, slotOf, stateAt } from "./places";
import { readoutChunk, readoutLast } from "./readout";
import { panelBytes, Stream, TimePass } from "./records";

/*
 * The one time loop, its cell a compile-time parameter. It runs over one chunk of steps of one panel of eight samples, forward or
 * backward, level inside chunk, so that a stack can be recomputed chunk by chunk. A bidirectional pass is a single chunk.
 */

@inline function streamOf(pass: TimePass, s: i32): Stream {
  return changetype<Stream>(pass.streamRecords + <usize>s * offsetof<Stream>());
}

/** Runs the forward recurrence of every layer over one chunk of panel p. `first`: the pass's own run, which writes the checkpoints. */
export function forwardChunk(pass: TimePass, p: i32, chunk: i32, first: bool): void {
  const slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk);
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
  for (let l = 0; l < pass.layers; l++) {
    for (let d = 0; d < pass.directions; d++) {
      const n = l * pass.directions + d, layer = layerOf(pass, n);
      const bytes = panelBytes(layer.stateRows) * <usize>layer.dilation, recomputed = layer.checkpoints != 0;
      const before = stateAt(pass, layer, slot, from - layer.dilation, firstStored);
      if (from == 0) memory.fill(before, 0, bytes);
      else if (recomputed) memory.copy(before, checkpointAt(pass, layer, slot, chunk), bytes);
      forwardOf(pass, n, p, slot, from, to, firstStored);
      if (recomputed && first && to < pass.steps) {
        memory.copy(checkpointAt(pass, layer, slot, chunk + 1), stateAt(pass, layer, slot, to - layer.dilation, firstStored), bytes);
      }
    }
    if (pass.directions > 1) join(pass, l, slot);
  }
}

/** joined[t] = [h_t of the forward direction, h_t of the reversed one]. */
function join(pass: TimePass, l: i32, slot: i32): void {
  const forward = layerOf(pass, 2 * l), reversed = layerOf(pass, 2 * l + 1), bytes = panelBytes(pass.hidden);
  for (let t = 0; t < pass.steps; t++) {
    const to = outputAt(pass, l, slot, t, 0);
    memory.copy(to, stateAt(pass, forward, slot, t, 0), bytes);
    memory.copy(to + bytes, stateAt(pass, reversed, slot, pass.steps - 1 - t, 0), bytes);
  }
}

/** Takes every stream back through one chunk of panel p, top layer first. The chunk's states and tape must be stored. */
export function backwardChunk(pass: TimePass, p: i32, chunk: i32): void {
  if (pass.lossEvery) readoutChunk(pass, p, slotOf(pass, p), chunk);
  else if ((chunk + 1) * pass.chunk >= pass.steps) readoutLast(pass, p, slotOf(pass, p), chunk);
  // the loss's own stream, number 0, goes last: its δa stay behind for the contributions
  for (let s = pass.streams - 1; s >= 0; s--) {
    const stream = streamOf(pass, s);
    for (let l = pass.layers - 1; l >= 0; l--) {
      for (let d = 0; d < pass.directions; d++) backwardOf(pass, stream, l * pass.directions + d, p, chunk);
    }
  }
}
