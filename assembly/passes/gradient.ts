import { powersOfTwo } from "../kernels/lanes";
import { transpose4, transpose8 } from "../kernels/pack";
import { firstLanes, FromOutput, tileProduct } from "../kernels/tiles";
import { BLOCK, BLOCKS_OF_FLOAT, DEAD } from "../records/constants";
import { Gradient, padded, panelBytes } from "../records/pass";

/*
 * ∂L/∂W_ih = Σ_t Σ_b δa_{t,b} x_{t,b}ᵀ    ∂L/∂W_hh = Σ_t Σ_b δa_{t,b} h_{t−1,b}ᵀ    ∂L/∂b = Σ_t Σ_b δa_{t,b}
 *
 * A block of BLOCK steps is one product with inner dimension (t, b): both operands are transposed into tiles and panels
 * that stay in the second-level cache, then go through the micro-kernel. Blocks add up in float32, BLOCKS_OF_FLOAT of
 * them in float64, so that the error does not grow with T. Blocks begin at multiples of BLOCK whatever the chunk, hence
 * the same bits with and without checkpoints.
 *
 * δa carries an exponent for each step and sample; a block is brought to one frame, that of its largest.
 */

/** Bytes of scratch `accumulate` needs. */
export function gradientScratch(deltaRows: i32, inputs: i32, hidden: i32): usize {
  const columns = ((inputs + 7) & ~7) + ((hidden + 7) & ~7);
  return <usize>(padded(deltaRows) + columns) * <usize>(BLOCK * 8) << 2;
}

/** Floats of each part of a block or total: the panels of W_ih, the panels of W_hh, the biases. */
@inline function inputSize(g: Gradient): usize { return <usize>((g.inputs + 7) >> 3) * <usize>g.rows * 8; }
@inline function hiddenSize(g: Gradient): usize { return <usize>((g.hidden + 7) >> 3) * <usize>g.rows * 8; }
@inline function size(g: Gradient): usize { return inputSize(g) + hiddenSize(g) + <usize>g.deltaRows; }

/** Empties a gradient. */
export function clear(g: Gradient): void {
  g.blocks = 0;
  g.inputExponent = DEAD;
  g.hiddenExponent = DEAD;
  g.biasExponent = DEAD;
  memory.fill(g.total, 0, size(g) << 3);
}

/**
 * The most binary orders between the frames of the steps of one product: a number 2⁶⁰ below the largest keeps all its
 * digits.
 */
const SPREAD: i32 = 60;

/**
 * Adds `steps` ≤ BLOCK steps, the last first, in as many products as their frames ask for: one, unless the gradient
 * changes by more than 2^SPREAD from one end of the block to the other.
 *
 * @param lanes     samples of the panel
 * @param deltas    [steps][deltaRows][8], norms near 2^headroom
 * @param exponents [steps][8]
 * @param x         [steps][inputs][8], a step every xStride bytes
 * @param h         [steps][hidden][8], a step every hStride bytes
 * @param counts    [steps] i32, samples that have each step, the first ones; 0 where every step has all
 */
export function accumulate(
  g: Gradient, lanes: i32, steps: i32, deltas: usize, exponents: usize, headroom: i32, x: usize, xStride: usize,
  h: usize, hStride: usize, scratch: usize, counts: usize = 0,
): void {
  let end = steps;
  while (end > 0) {
    let first = end - 1;
    let top = frameOf(exponents + (<usize>first << 5)), bottom = top;
    while (first > 0) {
      const e = frameOf(exponents + (<usize>(first - 1) << 5));
      if (e != DEAD) {
        if (top != DEAD && max(top, e) - min(bottom, e) > SPREAD) break;
        bottom = top == DEAD ? e : min(bottom, e);
        top = max(top, e);
      }
      first--;
    }
    // DEAD: every lane of the run exactly zero
    if (top != DEAD) {
      const at = <usize>first;
      addRun(
        g, lanes, end - first, deltas + panelBytes(g.deltaRows) * at, exponents + (at << 5), top + headroom,
        x + xStride * at, xStride, h + hStride * at,
        hStride, scratch, counts == 0 ? 0 : counts + (at << 2),
      );
    }
    end = first;
  }
  if (g.blocks == 0) return; // nothing yet
  g.blocks++;
  if (g.blocks > BLOCKS_OF_FLOAT) flush(g);
}

/** The largest exponent of a step's eight lanes. */
@inline function frameOf(exponents: usize): i32 {
  const a = i32x4.max_s(v128.load(exponents), v128.load(exponents, 16));
  const b = i32x4.max_s(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.max_s(b, v128.shuffle<i32>(b, b, 1, 0, 3, 2)), 0);
}

/** One product, in a frame where its largest δa has norm near 1: only h itself can overflow it. */
function addRun(
  g: Gradient, lanes: i32, steps: i32, deltas: usize, exponents: usize, frame: i32, x: usize, xStride: usize, h: usize,
  hStride: usize, scratch: usize, counts: usize,
): void {
  if (g.blocks > 0 && abs(frame - g.blockExponent) > SPREAD / 2) flush(g);
  if (g.blocks == 0) {
    memory.fill(g.block, 0, size(g) << 2);
    g.blockExponent = frame;
    g.blocks = 1;
  }
  const one = lanes == 1, depth = one ? steps : counts == 0 ? steps * 8 : sumOf(counts, steps);
  const bias = g.block + ((inputSize(g) + hiddenSize(g)) << 2);
  const tiles = scratch;
  const columns = tiles + (<usize>g.deltaRows * <usize>depth << 2);
  if (one) packSampleDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps);
  else if (counts == 0) packDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps);
  else packFewDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps, counts);

  let panel = g.block;
  const rowTiles = g.rows >> 2;
  for (let j = 0; j < g.inputs; j += 8) {
    if (one) packSampleFeatures(columns, x + panelBytes(j), xStride, steps);
    else packFeatures(columns, x + panelBytes(j), xStride, steps, counts);
    tileProduct<FromOutput>(panel, 0, tiles, columns, depth, 0, 0, rowTiles);
    panel += panelBytes(g.rows);
  }
  const hiddenTiles = tiles + (<usize>g.hiddenAt * <usize>depth << 2);
  for (let j = 0; j < g.hidden; j += 8) {
    if (one) packSampleFeatures(columns, h + panelBytes(j), hStride, steps);
    else packFeatures(columns, h + panelBytes(j), hStride, steps, counts);
    tileProduct<FromOutput>(panel, 0, hiddenTiles, columns, depth, 0, 0, rowTiles);
    panel += panelBytes(g.rows);
  }
}

/** tiles[rows/4][(t, b)][4] = δa transposed and brought to `frame`; bias[rows] += Σ_(t,b) δa. */
function packDeltas(
  tiles: usize, bias: usize, deltas: usize, exponents: usize, frame: i32, rows: i32, steps: i32,
): void {
  const tileBytes = <usize>steps << 7; // [(t, b)][4] floats
  const f = i32x4.splat(frame);
  for (let t = 0; t < steps; t++) {
    const left = powersOfTwo(i32x4.sub(v128.load(exponents), f));
    const right = powersOfTwo(i32x4.sub(v128.load(exponents, 16), f));
    let to = tiles + (<usize>t << 7), sum = bias;
    for (let i = 0; i < rows; i += 4) {
      const s = transpose4(to, 16, deltas, left);
      const r = transpose4(to + 64, 16, deltas + 16, right);
      v128.store(sum, f32x4.add(v128.load(sum), f32x4.add(s, r)));
      deltas += 128; to += tileBytes; sum += 16;
    }
    exponents += 32;
  }
}

/** The same of the samples that have each step: (t, b) runs over those alone. Others have no part in the sums. */
function packFewDeltas(
  tiles: usize, bias: usize, deltas: usize, exponents: usize, frame: i32, rows: i32, steps: i32, counts: usize,
): void {
  const f = i32x4.splat(frame), stride = panelBytes(rows);
  for (let i = 0; i < rows; i += 4) {
    let sum = v128.load(bias), from = deltas, e = exponents;
    for (let t: usize = 0; t < <usize>steps; t++) {
      const left = powersOfTwo(i32x4.sub(v128.load(e), f)), right = powersOfTwo(i32x4.sub(v128.load(e, 16), f));
      // all eight are written: the samples that lack the step lie where the next step's will, or the next tile's
      const s = transpose4(tiles, 16, from, left), r = transpose4(tiles + 64, 16, from + 16, right);
      sum = f32x4.add(sum, f32x4.add(s, r));
      tiles += <usize>load<i32>(counts + (t << 2)) << 4; from += stride; e += 32;
    }
    v128.store(bias, sum);
    bias += 16; deltas += 128;
  }
}

@inline function sumOf(counts: usize, steps: i32): i32 {
  let sum = 0;
  for (let t: usize = 0; t < <usize>steps; t++) sum += load<i32>(counts + (t << 2));
  return sum;
}

/**
 * One panel [(t, b)][8] out of eight features of every step. Features past the last are read too, into columns that
 * nothing reads. With `counts` (t, b) as in `packFewDeltas`.
 */
function packFeatures(panel: usize, features: usize, stride: usize, steps: i32, counts: usize): void {
  for (let t: usize = 0; t < <usize>steps; t++) {
    transpose8(panel, features);
    panel += counts == 0 ? 256 : <usize>load<i32>(counts + (t << 2)) << 5; features += stride;
  }
}

/** `packDeltas` of a panel with one sample: tiles[rows/4][t][4]. */
function packSampleDeltas(
  tiles: usize, bias: usize, deltas: usize, exponents: usize, frame: i32, rows: i32, steps: i32,
): void {
  const tileBytes = <usize>steps << 4, f = i32x4.splat(frame);
  for (let t = 0; t < steps; t++) {
    const scale = powersOfTwo(i32x4.sub(v128.load32_splat(exponents), f));
    let to = tiles + (<usize>t << 4), sum = bias;
    for (let i = 0; i < rows; i += 4) {
      const v = f32x4.mul(firstLanes(deltas), scale);
      v128.store(to, v);
      v128.store(sum, f32x4.add(v128.load(sum), v));
      deltas += 128; to += tileBytes; sum += 16;
    }
    exponents += 32;
  }
}

/** `packFeatures` of a panel with one sample: one panel [t][8]. */
function packSampleFeatures(panel: usize, features: usize, stride: usize, steps: i32): void {
  for (let t = 0; t < steps; t++) {
    v128.store(panel, firstLanes(features)); v128.store(panel, firstLanes(features + 128), 16);
    panel += 32; features += stride;
  }
}

/** total += block, each part in a frame of its own; empties the block. */
export function flush(g: Gradient): void {
  if (g.blocks == 0) return;
  g.blocks = 0;
  const inputs = inputSize(g), hidden = hiddenSize(g), e = g.blockExponent;
  const h = inputs, b = inputs + hidden;
  g.inputExponent = addFloats(g.total, g.inputExponent, g.block, e, inputs);
  g.hiddenExponent = addFloats(g.total + (h << 3), g.hiddenExponent, g.block + (h << 2), e, hidden);
  g.biasExponent = addFloats(g.total + (b << 3), g.biasExponent, g.block + (b << 2), e, <usize>g.deltaRows);
}

/** sum += g, totals both; `g` must be flushed. */
export function addTotal(sum: Gradient, g: Gradient): void {
  const inputs = inputSize(g), hidden = hiddenSize(g);
  const h = inputs << 3, b = (inputs + hidden) << 3;
  sum.inputExponent = addDoubles(sum.total, sum.inputExponent, g.total, g.inputExponent, inputs);
  sum.hiddenExponent = addDoubles(sum.total + h, sum.hiddenExponent, g.total + h, g.hiddenExponent, hidden);
  sum.biasExponent = addDoubles(sum.total + b, sum.biasExponent, g.total + b, g.biasExponent, <usize>g.deltaRows);
}

/**
 * total[n] += block[n] · 2^e, total in frame `exponent` (DEAD: empty); returns its frame. A sum that is exactly zero
 * has no frame.
 */
function addFloats(total: usize, exponent: i32, block: usize, e: i32, n: usize): i32 {
  let any = i32x4.splat(0);
  for (let at = block, end = block + (n << 2); at < end; at += 16) any = v128.or(any, v128.load(at));
  // the sign of a zero does not count
  if (!v128.any_true(v128.and(any, i32x4.splat(0x7fffffff)))) return exponent;
  const frame = raiseFrame(total, exponent, e, n);
  const factor = f64x2.splat(doublePower(e - frame));
  for (const end = block + (n << 2); block < end; block += 16) {
    const v = v128.load(block), high = f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
    v128.store(total, f64x2.add(v128.load(total), f64x2.mul(f64x2.promote_low_f32x4(v), factor)));
    v128.store(total, f64x2.add(v128.load(total, 16), f64x2.mul(high, factor)), 16);
    total += 32;
  }
  return frame;
}

/** As `addFloats`, of doubles in frame e. */
function addDoubles(total: usize, exponent: i32, from: usize, e: i32, n: usize): i32 {
  if (e == DEAD) return exponent;
  const frame = raiseFrame(total, exponent, e, n);
  const factor = f64x2.splat(doublePower(e - frame));
  for (const end = from + (n << 3); from < end; from += 16) {
    v128.store(total, f64x2.add(v128.load(total), f64x2.mul(v128.load(from), factor)));
    total += 16;
  }
  return frame;
}

/**
 * The frame in which a total of frame `exponent` adds a number of frame e. A float64 holds 2^±1000, so the frame rises
 * only for far larger numbers.
 */
function raiseFrame(total: usize, exponent: i32, e: i32, n: usize): i32 {
  if (exponent == DEAD) return e;
  if (e <= exponent + 300) return exponent;
  const factor = f64x2.splat(doublePower(exponent - e));
  for (const end = total + (n << 3); total < end; total += 16) v128.store(total, f64x2.mul(v128.load(total), factor));
  return e;
}

/** 2^e in float64, e ≤ 1023; zero below the normal range. */
@inline function doublePower(e: i32): f64 {
  return e < -1022 ? 0 : reinterpret<f64>(<i64>(e + 1023) << 52);
}
