import { Dense, Gradient, Layer, padded, panelBytes, TimePass } from "../records/pass";

/*
 * Addresses of states, tapes and outputs. A layer runs in its own time k = 0 … T − 1: k = t going forward, k = T − 1 −
 * t in reverse. Its states, tape, checkpoints and ∂L/∂a are kept by k; inputs, injections and everything measured by t.
 */

/** Record n = l·D + d; N + n is the decoder's. */
@inline export function layerOf(pass: TimePass, n: i32): Layer {
  return changetype<Layer>(pass.layerRecords + <usize>n * offsetof<Layer>());
}

/** N, the layers of one step: one for each level and direction. */
@inline export function recordsOf(pass: TimePass): i32 { return pass.layers * pass.directions; }

/** How many layer records there are: N, or 2 N with a decoder. */
@inline export function weightRecordsOf(pass: TimePass): i32 {
  return pass.bottleneck > 0 ? 2 * recordsOf(pass) : recordsOf(pass);
}

/** Whether step t is the decoder's. */
@inline export function decodes(pass: TimePass, t: i32): bool { return pass.bottleneck > 0 && t >= pass.bottleneck; }

/** Layer n with the weights of step t. */
@inline export function layerAt(pass: TimePass, n: i32, t: i32): Layer {
  return layerOf(pass, decodes(pass, t) ? n + recordsOf(pass) : n);
}

@inline export function gradientOf(first: usize, slot: i32): Gradient {
  return changetype<Gradient>(first + <usize>slot * offsetof<Gradient>());
}

/** Samples of panel p. */
@inline export function lanesOf(pass: TimePass, p: i32): i32 { return min(8, pass.batch - p * 8); }

/** How many lanes of panel p are computed. */
@inline export function computedLanes(pass: TimePass, p: i32): i32 { return pass.everyLane ? 8 : lanesOf(pass, p); }

/** The first step that a sample of panel p has: the samples end together, and the longest stands first. */
@inline export function startOf(pass: TimePass, p: i32): i32 {
  return pass.steps - load<i32>(pass.lengths + (<usize>p << 5));
}

/** Samples of panel p that have step t: the first ones. */
export function lanesAt(pass: TimePass, p: i32, t: i32): i32 {
  const lengths = pass.lengths + (<usize>p << 5), steps = pass.steps - t;
  let lanes = lanesOf(pass, p);
  while (lanes > 0 && load<i32>(lengths + (<usize>(lanes - 1) << 2)) < steps) lanes--;
  return lanes;
}

/** Which of the panels in flight holds panel p. */
@inline export function slotOf(pass: TimePass, p: i32): i32 { return pass.inFlight == 1 ? 0 : p; }

@inline export function timeOf(pass: TimePass, layer: Layer, k: i32): i32 {
  return layer.reverse ? pass.steps - 1 - k : k;
}

/** The row of step t and record n, where every measured step has a row. */
export function rowOf(pass: TimePass, n: i32, t: i32): usize {
  const rows = pass.measured;
  return <usize>(n * rows + t % rows);
}

/** The first sample's place of panel p in that row, where a row is a number a sample. */
export function sampleOf(pass: TimePass, n: i32, t: i32, p: i32): usize {
  return rowOf(pass, n, t) * <usize>pass.batch + <usize>(p * 8);
}

@inline export function chunksOf(pass: TimePass): i32 { return (pass.steps + pass.chunk - 1) / pass.chunk; }

/** The first step whose state is stored while `chunk` is worked on. */
@inline export function firstStoredOf(pass: TimePass, chunk: i32): i32 {
  return pass.stored == pass.steps ? 0 : chunk * pass.chunk;
}

/** The state after step k (k < 0: before the first): slot k + history − (first stored step). */
@inline export function stateAt(pass: TimePass, layer: Layer, slot: i32, k: i32, firstStored: i32): usize {
  const first = <usize>slot * <usize>(pass.stored + layer.history);
  return layer.states + panelBytes(layer.stateRows) * (first + <usize>(k + layer.history - firstStored));
}

@inline export function tapeAt(pass: TimePass, layer: Layer, slot: i32, k: i32, firstStored: i32): usize {
  return layer.tape + panelBytes(layer.tapeRows) * (<usize>slot * <usize>pass.stored + <usize>(k - firstStored));
}

/** The vector that W_hh multiplied at step k: h_{k−d}, or m ⊙ h_{k−d} with recurrent dropout. */
@inline export function operandAt(pass: TimePass, layer: Layer, slot: i32, k: i32, firstStored: i32): usize {
  return layer.operands == 0
    ? stateAt(pass, layer, slot, k - layer.dilation, firstStored)
    : layer.operands + operandBytes(layer) * (<usize>slot * <usize>pass.stored + <usize>(k - firstStored));
}

/** Bytes from one step's `operandAt` to the next's. */
@inline export function operandBytes(layer: Layer): usize {
  return panelBytes(layer.operands == 0 ? layer.stateRows : padded(layer.outputs));
}

/** The states before the first step of `chunk`. */
@inline export function checkpointAt(pass: TimePass, layer: Layer, slot: i32, chunk: i32): usize {
  return layer.checkpoints
    + panelBytes(layer.stateRows) * <usize>layer.history * (<usize>slot * <usize>chunksOf(pass) + <usize>chunk);
}

/** The output of level l at step t: h [W][8]. */
@inline export function outputAt(pass: TimePass, l: i32, slot: i32, t: i32, firstStored: i32): usize {
  const layer = layerOf(pass, l * pass.directions);
  return layer.joined == 0
    ? stateAt(pass, layer, slot, t, firstStored)
    : layer.joined
      + panelBytes(pass.directions * layer.outputs) * (<usize>slot * <usize>pass.stored + <usize>(t - firstStored));
}

/** Bytes from one step's `outputAt` to the next's. */
@inline export function outputBytes(pass: TimePass, l: i32): usize {
  const layer = layerOf(pass, l * pass.directions);
  return panelBytes(layer.joined == 0 ? layer.stateRows : pass.directions * layer.outputs);
}

/** The place of step t among those that a stem keeps. */
@inline export function stemPlace(pass: TimePass, slot: i32, t: i32, firstStored: i32): usize {
  return <usize>slot * <usize>pass.stored + <usize>(t - firstStored);
}

/** The layer of a stem that the first level reads. */
@inline function lastOfStem(pass: TimePass): Dense {
  return changetype<Dense>(pass.stemRecords + <usize>(pass.stem - 1) * offsetof<Dense>());
}

/** x of level l at step t: [X][8]. */
@inline export function inputAt(pass: TimePass, l: i32, p: i32, slot: i32, t: i32, firstStored: i32): usize {
  if (l > 0) return outputAt(pass, l - 1, slot, t, firstStored);
  return pass.stem > 0
    ? lastOfStem(pass).outputs + panelBytes(padded(lastOfStem(pass).rows)) * stemPlace(pass, slot, t, firstStored)
    : batchInputAt(pass, p, t, firstStored);
}

/** x_t of panel p as the batch gives it: [X][8]. */
@inline export function batchInputAt(pass: TimePass, p: i32, t: i32, firstStored: i32): usize {
  const place = pass.inputRows == 0 ? <usize>p * <usize>pass.steps + <usize>t : <usize>(t - firstStored);
  return pass.inputs + panelBytes(pass.inputSize) * place;
}

/** Bytes from one step's `inputAt` to the next's in the layer's own time: negative, wrapping round, in reverse. */
@inline export function inputStride(pass: TimePass, layer: Layer, l: i32): usize {
  const bytes = l > 0
    ? outputBytes(pass, l - 1)
    : panelBytes(pass.stem > 0 ? padded(lastOfStem(pass).rows) : pass.inputSize);
  return layer.reverse ? 0 - bytes : bytes;
}

/**
 * ∂L/∂(output of level l, or of the stem where l = −1) at the chunk's step number `at`, written by the level above:
 * [W₄][8].
 */
@inline export function aboveAt(pass: TimePass, l: i32, at: i32): usize {
  return pass.below + panelBytes(pass.belowRows) * aboveIndex(pass, l, at);
}

@inline export function aboveExponentsAt(pass: TimePass, l: i32, at: i32): usize {
  return pass.belowExponents + (aboveIndex(pass, l, at) << 5);
}

/**
 * With two directions levels use two places in turn: with one place the first direction would overwrite numbers that
 * the second has not read yet.
 */
@inline function aboveIndex(pass: TimePass, l: i32, at: i32): usize {
  return <usize>((l & (pass.directions - 1)) * pass.chunk + at);
}
