import { FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { DEAD } from "../records/constants";
import { Dense, Embedding, Layer, padded, panelBytes, TimePass } from "../records/pass";
import { denseOf } from "./dense";
import { maskFirst, masksFirst } from "./dropout";
import { decodes, lanesAt, lanesOf, layerOf, slotOf, timeOf } from "./places";

/*
 * Tokens as inputs: x_t = E[v_t], a row of the table E [V][X]. With A_v = Σ ∂L/∂a over the steps and samples whose
 * token is v,
 *
 *     ∂L/∂E[v] = W_ihᵀ A_v
 *
 * so a step only adds R numbers to the column of its token. Columns are float64, each in a binary frame of its own;
 * DEAD marks a token that never occurred. Panels are added in their order, as for weight gradients.
 *
 * If there are many tokens, the columns [V][R] do not fit the cache, and reading one costs more than the product. Then
 * each step multiplies, and a column holds Σ W_ihᵀ ∂L/∂a, X numbers: the ∂L/∂x that a pass may compute anyway to
 * measure it. The same holds where a mask lies between the table and the first level, x_t = m ⊙ E[v_t]: then a column
 * holds Σ m ⊙ W_ihᵀ ∂L/∂a.
 */

@inline function embeddingOf(pass: TimePass): Embedding { return changetype<Embedding>(pass.embedding); }

/**
 * The number of the reader of the table at step t of a first layer: 1 for the reversed direction and for a decoder,
 * else 0.
 */
@inline function readerOf(pass: TimePass, layer: Layer, t: i32): i32 {
  return layer.reverse || decodes(pass, t) ? 1 : 0;
}

/** The readers of all sets of gradients: the pass's own, then those of the truncated gradient. */
@inline function allReaders(pass: TimePass): i32 {
  return pass.truncations > 0 ? 2 * embeddingOf(pass).readers : embeddingOf(pass).readers;
}

/** The first layer of reader n: two directions are neighbors, and a decoder's layers follow all of the encoder's. */
@inline function readerLayer(pass: TimePass, n: i32): Layer {
  return layerOf(pass, pass.directions > 1 ? n : n * pass.layers);
}

/** Column v of reader n of all sets; of a panel in flight or, with slot = F, of their sum. */
@inline function columnAt(pass: TimePass, own: Embedding, n: i32, slot: i32, v: i32): usize {
  const index = (n * (pass.inFlight + 1) + slot) * own.vocabulary + v;
  return own.sums + (<usize>index * <usize>own.rows << 3);
}

@inline function frameAt(pass: TimePass, own: Embedding, n: i32, slot: i32, v: i32): usize {
  return own.exponents + (<usize>((n * (pass.inFlight + 1) + slot) * own.vocabulary + v) << 2);
}

/** inputs [P][T][X][8] ← the rows of the tokens [P][T][8], zero where a token is −1. */
export function embed(pass: TimePass): void {
  const own = embeddingOf(pass), X = pass.inputSize;
  let to = pass.inputs, tokens = own.tokens;
  for (const end = tokens + (<usize>(pass.panels * pass.steps) << 5); tokens < end; tokens += 32) {
    for (let lane: usize = 0; lane < 32; lane += 4) {
      const token = load<i32>(tokens + lane), row = own.table + (<usize>max(token, 0) * <usize>X << 2);
      for (let x: usize = 0; x < <usize>X; x++) {
        store<f32>(to + (x << 5) + lane, token < 0 ? 0 : load<f32>(row + (x << 2)));
      }
    }
    to += panelBytes(X);
  }
}

/** Empties the columns of one slot. */
export function clearTokens(pass: TimePass, slot: i32): void {
  const own = embeddingOf(pass);
  for (let n = 0; n < allReaders(pass); n++) {
    const at = frameAt(pass, own, n, slot, 0);
    for (let v = 0; v < own.vocabulary; v++) store<i32>(at + (<usize>v << 2), DEAD);
  }
}

/** Whether no lane of a step has a gradient. */
@inline function hasNoGradient(frames: usize): bool {
  const dead = i32x4.splat(DEAD);
  return i32x4.all_true(
    v128.and(i32x4.eq(v128.load(frames), dead), i32x4.eq(v128.load(frames, 16), dead)),
  );
}

/** Whether columns hold Σ ∂L/∂x and the pass computes ∂L/∂x at every step anyway, to measure it. */
@inline function takesInputGradient(pass: TimePass): bool {
  return pass.inputDelta != 0 && pass.directions == 1 && pass.stem == 0 && embeddingOf(pass).delivered != 0;
}

/**
 * Adds ∂L/∂a of `steps` steps from k on, [steps][deltaRows][8] in frames [steps][8], to the columns of their tokens in
 * one set of gradients.
 */
export function addTokens(
  pass: TimePass, layer: Layer, set: i32, slot: i32, p: i32, k: i32, steps: i32, deltas: usize, frames: usize,
  rest: usize,
): void {
  if (set == 0 && takesInputGradient(pass)) return;
  const own = embeddingOf(pass), masks = masksFirst(pass), n = set * own.readers + readerOf(pass, layer, k);
  for (let s = steps - 1; s >= 0; s--) {
    const t = timeOf(pass, layer, k + s), here = lanesAt(pass, p, t), frame = frames + (<usize>s << 5);
    // no sample has this step, or its window lies elsewhere
    if (here == 0 || hasNoGradient(frame)) continue;
    let da = deltas + panelBytes(layer.deltaRows) * <usize>s;
    if (own.delivered) {
      const tiles = padded(layer.inputs) >> 2;
      panelProduct<FromZero>(here, rest, 0, layer.inputTiles, da, layer.rows, 0, 0, tiles);
      if (masks) maskFirst(pass, p, t, rest);
      da = rest;
    }
    addStep(pass, own, n, slot, p, t, here, da, frame);
  }
}

/** Adds ∂L/∂x of one step, [X][8] in frames [8], to the columns of its tokens in the pass's own gradient. */
export function addInputTokens(pass: TimePass, layer: Layer, p: i32, t: i32, delta: usize, frames: usize): void {
  if (pass.embedding == 0 || !takesInputGradient(pass)) return;
  const n = readerOf(pass, layer, t);
  addStep(pass, embeddingOf(pass), n, slotOf(pass, p), p, t, lanesAt(pass, p, t), delta, frames);
}

/** `addTokens` for a stem's first layer, whose ∂L/∂a begin at row `at` of its chunk. */
export function addStemTokens(
  pass: TimePass, layer: Dense, set: i32, slot: i32, p: i32, from: i32, steps: i32, at: usize,
): void {
  const own = embeddingOf(pass), lanes = lanesOf(pass, p);
  for (let s = steps - 1; s >= 0; s--) {
    const row = at + <usize>s, da = layer.deltas + panelBytes(layer.deltaRows) * row;
    addStep(pass, own, set * own.readers, slot, p, from + s, lanes, da, layer.deltaExponents + (row << 5));
  }
}

/** Adds u [rows][8] of step t, in frames [8], to the columns of the tokens of the first `lanes` samples. */
function addStep(
  pass: TimePass, own: Embedding, n: i32, slot: i32, p: i32, t: i32, lanes: i32, u: usize, frames: usize,
): void {
  const tokens = own.tokens + (<usize>(p * pass.steps + t) << 5);
  for (let lane = 0; lane < lanes; lane++) {
    const at = <usize>lane << 2, e = load<i32>(frames + at), v = load<i32>(tokens + at);
    if (e == DEAD || v < 0 || v == own.padding) continue;
    addColumn(columnAt(pass, own, n, slot, v), frameAt(pass, own, n, slot, v), u + at, 32, e, own.rows);
  }
}

/** column += u · 2^e, u float32 numbers every `stride` bytes. */
function addColumn(column: usize, frame: usize, u: usize, stride: usize, e: i32, rows: i32): void {
  const factor = openColumn(column, frame, e, rows);
  for (const end = column + (<usize>rows << 3); column < end; column += 8, u += stride) {
    store<f64>(column, load<f64>(column) + factor * <f64>load<f32>(u));
  }
}

/**
 * Binary orders by which a column's frame may be smaller than that of the added numbers; beyond it the column is
 * scaled.
 */
const SPREAD: i32 = 60;

/** Prepares a column for numbers in frame e; returns the factor that multiplies them. */
function openColumn(column: usize, frame: usize, e: i32, rows: i32): f64 {
  const f = load<i32>(frame);
  if (f == DEAD) {
    memory.fill(column, 0, <usize>rows << 3);
    store<i32>(frame, e);
    return 1;
  }
  if (e <= f + SPREAD) return power(e - f);
  const scale = power(f - e);
  for (let r = 0; r < rows; r++) store<f64>(column + (<usize>r << 3), load<f64>(column + (<usize>r << 3)) * scale);
  store<i32>(frame, e);
  return 1;
}

/** 2^e; zero below float64's normal range. */
@inline function power(e: i32): f64 { return e < -1022 ? 0 : reinterpret<f64>(<i64>(e + 1023) << 52); }

/** Numbers that one piece of `endTokens` adds, which takes some milliseconds. */
const PIECE: i32 = 2 ** 20;

/** Tokens of one piece. */
@inline function tokensOf(pass: TimePass, own: Embedding): i32 {
  return max(1, PIECE / (own.rows * allReaders(pass)));
}

/** How many pieces `endTokens` has. */
export function tokenPieces(pass: TimePass): i32 {
  const own = embeddingOf(pass), tokens = tokensOf(pass, own);
  return (own.vocabulary + tokens - 1) / tokens;
}

/** Adds the columns of a panel in flight to the sum, for the tokens of one piece. */
export function endTokens(pass: TimePass, slot: i32, piece: i32): void {
  const own = embeddingOf(pass), sum = pass.inFlight, rows = own.rows;
  const first = piece * tokensOf(pass, own), last = min(first + tokensOf(pass, own), own.vocabulary);
  for (let n = 0; n < allReaders(pass); n++) {
    for (let v = first; v < last; v++) {
      const e = load<i32>(frameAt(pass, own, n, slot, v));
      if (e == DEAD) continue;
      const to = columnAt(pass, own, n, sum, v), from = columnAt(pass, own, n, slot, v);
      const factor = openColumn(to, frameAt(pass, own, n, sum, v), e, rows);
      for (let r: usize = 0; r < <usize>rows << 3; r += 8) {
        store<f64>(to + r, load<f64>(to + r) + factor * load<f64>(from + r));
      }
    }
  }
}

/**
 * Writes ∂L/∂E [V][X] of a set of gradients, eight tokens at a time, and returns its frame: DEAD where it is exactly
 * zero. Rows of tokens that never occurred are zero. The pass's scratch holds two panels, [R][8] and [X₄][8].
 */
export function embeddingGradient(pass: TimePass, set: i32): i32 {
  const own = embeddingOf(pass), X = pass.inputSize, V = own.vocabulary, sum = pass.inFlight;
  const first = set * own.readers;
  memory.fill(own.gradient, 0, <usize>(V * X) << 2);
  let top = DEAD;
  for (let n = 0; n < own.readers; n++) {
    for (let v = 0; v < V; v++) top = max(top, topOf(pass, own, first + n, sum, v));
  }
  if (top == DEAD) return DEAD;
  for (let n = 0; n < own.readers; n++) {
    if (own.delivered) deliver(pass, own, first + n, top);
    else multiplyColumns(pass, own, n, first + n, top);
  }
  return top;
}

/** gradient += the columns of reader `at` of all sets, in frame `top`. */
function deliver(pass: TimePass, own: Embedding, at: i32, top: i32): void {
  const X = <usize>pass.inputSize, sum = pass.inFlight;
  for (let v = 0; v < own.vocabulary; v++) {
    const f = load<i32>(frameAt(pass, own, at, sum, v));
    if (f == DEAD) continue;
    const factor = power(f - top), column = columnAt(pass, own, at, sum, v);
    const row = own.gradient + ((<usize>v * X) << 2);
    for (let x: usize = 0; x < X << 2; x += 4) {
      store<f32>(row + x, load<f32>(row + x) + <f32>(load<f64>(column + (x << 1)) * factor));
    }
  }
}

/** gradient += W_ihᵀ times the columns of reader n, which is reader `at` of all sets. */
function multiplyColumns(pass: TimePass, own: Embedding, n: i32, at: i32, top: i32): void {
  const X = pass.inputSize, V = own.vocabulary, rows = own.rows, sum = pass.inFlight;
  const panel = pass.scratch, out = panel + panelBytes(rows);
  const tiles = pass.stem > 0 ? denseOf(pass.stemRecords, 0).backTiles : readerLayer(pass, n).inputTiles;
  const depth = pass.stem > 0 ? denseOf(pass.stemRecords, 0).rows : rows;
  for (let from = 0; from < V; from += 8) {
    let any = false;
    for (let lane = 0; lane < 8; lane++) {
      const v = from + lane, f = v < V ? load<i32>(frameAt(pass, own, at, sum, v)) : DEAD;
      const column: usize = f == DEAD ? 0 : columnAt(pass, own, at, sum, v);
      const factor: f64 = f == DEAD ? 0 : power(f - top);
      if (f != DEAD) any = true;
      for (let r: usize = 0; r < <usize>rows; r++) {
        const value: f32 = column == 0 ? 0 : <f32>(load<f64>(column + (r << 3)) * factor);
        store<f32>(panel + (r << 5) + (<usize>lane << 2), value);
      }
    }
    if (!any) continue;
    panelProduct<FromZero>(8, out, 0, tiles, panel, depth, 0, 0, padded(X) >> 2);
    for (let lane = 0; lane < min(8, V - from); lane++) {
      const row = own.gradient + (<usize>((from + lane) * X) << 2);
      for (let x: usize = 0; x < <usize>X; x++) {
        const to = row + (x << 2);
        store<f32>(to, load<f32>(to) + load<f32>(out + (x << 5) + (<usize>lane << 2)));
      }
    }
  }
}

/** The binary order of a column's largest number; DEAD where it is zero. */
function topOf(pass: TimePass, own: Embedding, n: i32, slot: i32, v: i32): i32 {
  const f = load<i32>(frameAt(pass, own, n, slot, v));
  if (f == DEAD) return DEAD;
  let largest: f64 = 0;
  const column = columnAt(pass, own, n, slot, v);
  for (let r = 0; r < own.rows; r++) {
    const size = Math.abs(load<f64>(column + (<usize>r << 3)));
    if (!(size <= largest)) largest = size; // NaN stays
  }
  if (largest == 0) return DEAD;
  return f + <i32>(reinterpret<i64>(largest) >> 52) - 1023;
}
