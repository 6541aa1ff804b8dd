import { powerOfFour } from "../kernels/lanes";
import { stepContribution } from "../probes/contributions";
import { Layer, panelBytes, TimePass } from "../records/pass";
import { finiteState } from "./finite";
import { backwardPiece, backwardPieces, clearProfiles } from "./backward-pieces";
import { forwardChunk, forwardPiece, forwardPieces } from "./forward-pieces";
import {
  chunksOf, computedLanes, firstStoredOf, layerAt, layerOf, operandAt, operandBytes, recordsOf, rowOf, slotOf,
  stateAt, tapeAt, timeOf,
} from "./places";
import { clearMagnitudes } from "./profile";
import { beginPanel, beginPieces, clearSums, endPiece, endPieces } from "./sums";

/*
 * A pass is a numbered list of units. A unit is a piece of a panel's chunk, forward or backward, a piece of a panel's
 * beginning or end, or a piece of a chunk's contributions. One call runs them all; a host that wants to report progress
 * or stop runs a few at a time. The list is the same either way, and so are the bits.
 *
 *   one panel in flight    for each panel: its beginning, its chunks forward, then backward, its end
 *   all in flight          every panel forward; then chunk by chunk backward: every panel of a chunk, and the chunk's
 *                          contributions; then the panels' ends
 */

/** Pieces of a chunk backward: where states are not stored, the forward ones come first, once more. */
@inline function backPieces(pass: TimePass): i32 {
  return (pass.stored < pass.steps ? forwardPieces(pass) : 0) + backwardPieces(pass);
}

@inline function contributionPieces(pass: TimePass): i32 {
  return pass.contributions == 0 ? 0 : (pass.chunk + pass.contributionSteps - 1) / pass.contributionSteps;
}

/** How many units the pass has: as many whether its panels go one by one or together. */
export function recurrentUnits(pass: TimePass): i32 {
  return recurrentChunkEnd(pass, 0) + pass.panels * endPieces(pass);
}

/** In a pass with one panel, the number of the unit with which chunk `chunk` begins forward. */
export function recurrentForwardUnit(pass: TimePass, chunk: i32): i32 {
  return chunk == 0 ? 0 : beginPieces(pass) + chunk * forwardPieces(pass);
}

/** The unit behind `chunk` backward and its contributions, of a pass with every panel in flight. */
export function recurrentChunkEnd(pass: TimePass, chunk: i32): i32 {
  const chunks = chunksOf(pass);
  return pass.panels * recurrentForwardUnit(pass, chunks)
    + (chunks - chunk) * (pass.panels * backPieces(pass) + contributionPieces(pass));
}

/** Runs units from ≤ u < to, as far as there are any. Units run in order, each once; the last leaves the sums. */
export function recurrentRun(pass: TimePass, from: i32, to: i32): void {
  const chunks = chunksOf(pass), begins = beginPieces(pass), ahead = forwardPieces(pass), back = backPieces(pass);
  const ends = endPieces(pass), contributions = contributionPieces(pass);
  // how many panels go through each of the three phases together
  const alone = pass.inFlight == 1, group = alone ? 1 : pass.panels;
  const forward = begins + chunks * ahead, ofChunk = group * back + contributions;
  const own = group * forward + chunks * ofChunk + group * ends;
  to = min(to, pass.panels / group * own);
  for (let u = from; u < to; u++) {
    if (u == 0) start(pass);
    const first = u / own, v = u % own, w = v - group * forward, x = w - chunks * ofChunk;
    if (w < 0) {
      const p = first + v / forward, r = v % forward;
      if (r < begins) beginPanel(pass, p, r);
      else forwardPiece(pass, p, (r - begins) / ahead, (r - begins) % ahead, true);
    } else if (x < 0) {
      const chunk = chunks - 1 - w / ofChunk, r = w % ofChunk;
      if (r < group * back) backPiece(pass, first + r / back, chunk, r % back, !alone || chunk < chunks - 1);
      else contributePiece(pass, chunk, r - group * back);
    } else endPiece(pass, slotOf(pass, first + x / ends), x % ends);
  }
}

/** @param overwritten whether this chunk's states were overwritten by another chunk's */
@inline function backPiece(pass: TimePass, p: i32, chunk: i32, piece: i32, overwritten: bool): void {
  const again = pass.stored < pass.steps ? forwardPieces(pass) : 0;
  if (piece >= again) backwardPiece(pass, p, chunk, piece - again);
  else if (overwritten) forwardPiece(pass, p, chunk, piece, false);
}

/** Sets the sums over panels to zero. */
export function begin(pass: TimePass): void {
  clearSums(pass);
  start(pass);
}

/** Sets all sums over panels but the gradients to zero. */
function start(pass: TimePass): void {
  memory.fill(pass.losses, 0, <usize>pass.panels << 3);
  memory.fill(pass.hits, 0, <usize>pass.panels << 2);
  pass.nonfinite = 0;
  if (pass.gates != 0) memory.fill(pass.gates, 0, <usize>recordsOf(pass) * <usize>pass.measured << 3);
  clearProfiles(pass);
  clearMagnitudes(pass);
}

/** A panel with one row of ones: Σ_b u_b 1ᵀ is the gradient of a vector parameter. */
const ONES = memory.data<f32>([1, 1, 1, 1, 1, 1, 1, 1], 16);

/**
 * ‖step k's own share of ∂L/∂W_hh‖² for every layer and step of a chunk, or of ∂L/∂ of the vector where the recurrence
 * is a vector. All panels must be in flight.
 */
export function contribute(pass: TimePass, chunk: i32): void {
  for (let piece = 0; piece < contributionPieces(pass); piece++) contributePiece(pass, chunk, piece);
}

function contributePiece(pass: TimePass, chunk: i32, piece: i32): void {
  const begin = chunk * pass.chunk, firstStored = firstStoredOf(pass, chunk);
  const from = begin + piece * pass.contributionSteps;
  const to = min(from + pass.contributionSteps, min(begin + pass.chunk, pass.steps));
  for (let n = 0; n < recordsOf(pass); n++) {
    const layer = layerOf(pass, n), deltaBytes = panelBytes(layer.deltaRows);
    const row = layer.dense ? layer.hiddenAt : layer.vectorAt;
    const rows = layer.resetAt > 0 ? layer.resetAt : layer.dense && !layer.skew ? layer.rows : layer.hidden;
    const states = <usize>(layer.operands == 0 ? pass.stored + layer.history : pass.stored);
    const stride: usize = layer.dense ? operandBytes(layer) * states : 0;
    for (let k = from; k < to; k++) {
      const at = <usize>(k - begin), place = rowOf(pass, n, timeOf(pass, layer, k));
      const square = stepContribution(
        pass.contributionExponents + (place << 2), layer.deltas + deltaBytes * at
          + panelBytes(row), deltaBytes * <usize>pass.chunk, rows,
        layer.deltaExponents + (at << 5), <usize>pass.chunk << 5,
        layer.dense ? operandAt(pass, layer, 0, k, firstStored) : ONES, stride,
        layer.dense ? layer.outputs : 1,
        pass.panels, pass.batch, pass.scratch, layerAt(pass, n, k).vectorSlopes, layer.skew,
      );
      store<f64>(pass.contributions + (place << 3), square);
      if (layer.resetAt > 0) addReset(pass, layer, k, at, place, firstStored);
    }
  }
}

/** Adds the share of W_hh's last gate, whose operand was computed inside the step. */
function addReset(pass: TimePass, layer: Layer, k: i32, at: usize, place: usize, firstStored: i32): void {
  const deltaBytes = panelBytes(layer.deltaRows) * <usize>pass.chunk, squares = pass.contributions + (place << 3);
  const exponents = pass.contributionExponents + (place << 2), frame = load<i32>(exponents);
  const square = stepContribution(
    exponents, layer.deltas + panelBytes(layer.deltaRows) * at + panelBytes(layer.resetAt), deltaBytes, layer.hidden,
    layer.deltaExponents + (at << 5), <usize>pass.chunk << 5,
    tapeAt(pass, layer, 0, k, firstStored) + panelBytes(layer.innerAt), panelBytes(layer.tapeRows) * <usize>pass.stored,
    layer.hidden, pass.panels, pass.batch, pass.scratch, 0, 0,
  );
  const own = load<i32>(exponents), top = max(own, frame);
  store<f64>(squares, load<f64>(squares) * powerOfFour(frame - top) + square * powerOfFour(own - top));
  store<i32>(exponents, top);
}

/**
 * The first state that is not finite, as step · N + record; −1 if all are finite. The first is the one computed first:
 * of a stack the earliest step, then the lowest layer; with two directions the lowest level, then the earliest step in
 * the direction's own order. Runs the forward pass again where states are not stored.
 */
export function recurrentNonfinite(pass: TimePass): i32 {
  const records = recordsOf(pass), both = pass.directions > 1;
  let found = -1, order = i64.MAX_VALUE;
  for (let p = 0; p < pass.panels; p++) {
    for (let chunk = 0; chunk < chunksOf(pass); chunk++) {
      forwardChunk(pass, p, chunk, true);
      const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
      for (let k = from; k < to; k++) {
        for (let n = 0; n < records; n++) {
          const layer = layerOf(pass, n), level = both ? <i64>(n / pass.directions) * <i64>pass.steps : 0;
          layer.lanes = computedLanes(pass, p);
          const own = (level + <i64>k) * <i64>records + <i64>n;
          if (own >= order) continue;
          if (finiteState(layer, stateAt(pass, layer, slotOf(pass, p), k, firstStoredOf(pass, chunk)))) continue;
          order = own;
          found = timeOf(pass, layer, k) * records + n;
        }
      }
    }
  }
  return found;
}
