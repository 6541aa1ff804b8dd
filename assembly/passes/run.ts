import { powerOfFour } from "../kernels/lanes";
import { stepContribution } from "../probes/contributions";
import { Gradient, Layer, panelBytes, TimePass } from "../records/pass";
import { finiteState } from "./finite";
import { denseOf } from "./dense";
import { clearTokens, endTokens } from "./embedding";
import { addTotal, clear, flush } from "./gradient";
import { clearInputColumns } from "./inputs";
import {
  chunksOf, computedLanes, firstStoredOf, gradientOf, layerAt, layerOf, operandAt, operandBytes, recordsOf, slotOf,
  stateAt, tapeAt,
  timeOf, weightRecordsOf,
} from "./places";
import { clearMagnitudes } from "./profile";
import { backwardPiece, clearProfiles, forwardChunk, piecesOf } from "./time";

/*
 * A pass is a numbered list of units, each a panel's chunk taken forward or one piece of it backward. One call runs
 * them all; a host that wants to report progress or stop runs a few at a time. The list is the same either way, and so
 * are the bits.
 *
 *   one panel in flight    for each panel: its chunks forward, then backward
 *   all in flight          every panel forward; then chunk by chunk backward: every panel of a chunk, and the chunk's
 *                          contributions
 */

/** How many units the pass has. */
export function recurrentUnits(pass: TimePass): i32 {
  return recurrentUnitsOf(pass.panels, chunksOf(pass), pass.chunk, pass.truncations, pass.credits);
}

/** The same of a pass by its sizes alone. */
export function recurrentUnitsOf(panels: i32, chunks: i32, chunk: i32, truncations: i32, credits: i32): i32 {
  return panels * chunks * (1 + piecesOf(chunk, truncations, credits));
}

/** Runs units from ≤ u < to. Units run in order, each once; the last one leaves the sums in place. */
export function recurrentRun(pass: TimePass, from: i32, to: i32): void {
  const chunks = chunksOf(pass), panels = pass.panels, pieces = piecesOf(pass.chunk, pass.truncations, pass.credits);
  const units = chunks * (1 + pieces);
  for (let u = from; u < to; u++) {
    if (u == 0) begin(pass);
    if (pass.inFlight == 1) {
      const p = u / units, r = u % units;
      if (r == 0) beginPanel(pass, p, 0);
      if (r < chunks) forwardChunk(pass, p, r, true);
      else {
        const chunk = chunks - 1 - (r - chunks) / pieces, piece = (r - chunks) % pieces;
        back(pass, p, chunk, piece, chunk < chunks - 1);
        // needed only where the pass has one panel
        if (pass.contributions != 0 && piece == pieces - 1) contribute(pass, chunk);
      }
      if (r == units - 1) endPanel(pass, 0);
    } else if (u < panels * chunks) {
      if (u % chunks == 0) beginPanel(pass, u / chunks, u / chunks);
      forwardChunk(pass, u / chunks, u % chunks, true);
    } else {
      const v = u - panels * chunks, chunk = chunks - 1 - v / (panels * pieces), p = (v / pieces) % panels;
      const piece = v % pieces;
      back(pass, p, chunk, piece, true);
      if (p == panels - 1 && piece == pieces - 1) {
        if (pass.contributions != 0) contribute(pass, chunk);
        if (chunk == 0) for (let q = 0; q < panels; q++) endPanel(pass, q);
      }
    }
  }
}

@inline function back(pass: TimePass, p: i32, chunk: i32, piece: i32, gone: bool): void {
  if (gone && piece == 0 && pass.stored < pass.steps) forwardChunk(pass, p, chunk, false);
  backwardPiece(pass, p, chunk, piece);
}

/** Sets the sums over panels to zero. They stand after the sums of the panels in flight. */
export function begin(pass: TimePass): void {
  clearGradients(pass, pass.inFlight);
  memory.fill(pass.losses, 0, <usize>pass.panels << 3);
  memory.fill(pass.hits, 0, <usize>pass.panels << 2);
  pass.unsound = 0;
  if (pass.gates != 0) memory.fill(pass.gates, 0, <usize>recordsOf(pass) * <usize>pass.steps << 3);
  clearProfiles(pass);
  clearMagnitudes(pass);
}

function beginPanel(pass: TimePass, p: i32, slot: i32): void {
  clearGradients(pass, slot);
  clearInputColumns(pass, p);
}

/**
 * The slots of one set of Gradient records: the panels in flight and their sum. The truncated set stands behind the
 * pass's own.
 */
@inline function slotsOf(pass: TimePass): i32 { return pass.inFlight + 1; }

function clearGradients(pass: TimePass, slot: i32): void {
  for (let n = 0; n < weightRecordsOf(pass); n++) {
    clearSets(pass, layerOf(pass, n).gradient, slot);
    if (layerOf(pass, n).innerGradient != 0) clearSets(pass, layerOf(pass, n).innerGradient, slot);
  }
  if (pass.outputs > 0) clear(gradientOf(pass.readoutGradient, slot));
  for (let i = 0; i < pass.stem; i++) clearSets(pass, denseOf(pass.stemRecords, i).gradient, slot);
  for (let i = 0; i < pass.head; i++) clear(gradientOf(denseOf(pass.headRecords, i).gradient, slot));
  if (pass.embedding != 0) clearTokens(pass, slot);
}

function clearSets(pass: TimePass, first: usize, slot: i32): void {
  clear(gradientOf(first, slot));
  if (pass.truncations > 0) clear(gradientOf(first, slotsOf(pass) + slot));
}

/** Adds a panel's gradients to the sums: panel by panel in their order, on whichever worker they were computed. */
export function endPanel(pass: TimePass, slot: i32): void {
  for (let n = 0; n < weightRecordsOf(pass); n++) {
    addSets(pass, layerOf(pass, n).gradient, slot);
    if (layerOf(pass, n).innerGradient != 0) addSets(pass, layerOf(pass, n).innerGradient, slot);
  }
  if (pass.outputs > 0) addPanel(pass.readoutGradient, slot, pass.inFlight);
  for (let i = 0; i < pass.stem; i++) addSets(pass, denseOf(pass.stemRecords, i).gradient, slot);
  for (let i = 0; i < pass.head; i++) addPanel(denseOf(pass.headRecords, i).gradient, slot, pass.inFlight);
  if (pass.embedding != 0) endTokens(pass, slot);
}

function addSets(pass: TimePass, first: usize, slot: i32): void {
  addPanel(first, slot, pass.inFlight);
  if (pass.truncations > 0) addPanel(first, slotsOf(pass) + slot, slotsOf(pass) + pass.inFlight);
}

function addPanel(first: usize, slot: i32, sum: i32): void {
  const panel = gradientOf(first, slot);
  flush(panel);
  addTotal(gradientOf(first, sum), panel);
}

/** A panel of one row of ones: Σ_b u_b 1ᵀ is a vector's gradient. */
const ONES = memory.data<f32>([1, 1, 1, 1, 1, 1, 1, 1], 16);

/**
 * ‖step k's own share of ∂L/∂W_hh‖² of every layer and step of a chunk; of a vector's parameter where the recurrence is
 * one. Every panel in flight.
 */
export function contribute(pass: TimePass, chunk: i32): void {
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps), firstStored = firstStoredOf(pass, chunk);
  for (let n = 0; n < recordsOf(pass); n++) {
    const layer = layerOf(pass, n), deltaBytes = panelBytes(layer.deltaRows);
    const row = layer.dense ? layer.hiddenAt : layer.vectorAt;
    const rows = layer.resetAt > 0 ? layer.resetAt : layer.dense && !layer.skew ? layer.rows : layer.hidden;
    const states = <usize>(layer.operands == 0 ? pass.stored + layer.history : pass.stored);
    const stride: usize = layer.dense ? operandBytes(layer) * states : 0;
    for (let k = from; k < to; k++) {
      const at = <usize>(k - from), place = <usize>n * <usize>pass.steps + <usize>timeOf(pass, layer, k);
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
