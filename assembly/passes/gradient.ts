import { DEAD, HEADROOM, powersOfTwo } from "../kernels/lanes";
import { transpose4 } from "../kernels/pack";
import { FromOutput, tileProduct } from "../kernels/tiles";
import { BLOCK, BLOCKS_OF_FLOAT, Gradient, padded, panelBytes } from "./records";

/*
 * ∂L/∂W_ih = Σ_t Σ_b δa_{t,b} x_{t,b}ᵀ    ∂L/∂W_hh = Σ_t Σ_b δa_{t,b} h_{t−1,b}ᵀ    ∂L/∂b = Σ_t Σ_b δa_{t,b}
 *
 * A block of BLOCK steps is one product with inner dimension (t, b): both operands are transposed into tiles and panels that stay in the
 * second-level cache, then go through the micro-kernel. Blocks add up in float32, BLOCKS_OF_FLOAT of them in float64, so that the
 * error does not grow with T. Blocks begin at multiples of BLOCK whatever the chunk, hence the same bits with and without
 * checkpoints.
 *
 * δa carries an exponent for each step and sample; a block is brought to one frame, that of its largest.
 */

/** Bytes of scratch `accumulate` needs. */
export function gradientScratch(deltaRows: i32, inputs: i32, hidden: i32): usize {
  const columns = ((inputs + 7) & ~7) + ((hidden + 7) & ~7);
  return <usize>(padded(deltaRows) + columns) * <usize>(BLOCK * 8) << 2;
}

/** Floats of one Gradient's block or total. */
@inline
function size(g: Gradient): usize {
  return <usize>(((g.inputs + 7) >> 3) + ((g.hidden + 7) >> 3)) * <usize>g.rows * 8 + <usize>g.deltaRows;
}

/** Empties a gradient. */
export function clear(g: Gradient): void {
  g.blocks = 0;
  g.empty = 1;
  g.totalExponent = 0;
  memory.fill(g.total, 0, size(g) << 3);
}

/**
 * Adds `steps` ≤ BLOCK steps.
 * @param deltas    [steps][deltaRows][8], norms near 2^headroom
 * @param exponents [steps][8]
 * @param x         [steps][inputs][8], a step every xStride bytes
 * @param h         [steps][hidden][8], a step every hStride bytes
 */
export function accumulate(
  g: Gradient, steps: i32, deltas: usize, exponents: usize, headroom: i32, x: usize, xStride: usize, h: usize, hStride: usize, scratch: usize,
): void {
  let largest = DEAD;
  for (let i = 0; i < steps * 8; i++) largest = max(largest, load<i32>(exponents + (<usize>i << 2)));
  if (largest == DEAD) return; // every lane exactly zero
  const frame = largest + headroom; // where the largest δa has norm near 1, so that only h itself can overflow the product
  if (g.blocks > 0 && frame > g.blockExponent + 30) flush(g);
  if (g.blocks == 0) {
    memory.fill(g.block, 0, size(g) << 2);
    g.blockExponent = frame;
  }
  const depth = steps * 8;
  const panelCount = <usize>(((g.inputs + 7) >> 3) + ((g.hidden + 7) >> 3));
  const bias = g.block + (panelCount * <usize>g.rows << 5);
  const tiles = scratch;
  const columns = tiles + (<usize>g.deltaRows * <usize>depth << 2);
  packDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps);

  let panel = g.block;
  const rowTiles = g.rows >> 2;
  for (let j = 0; j < g.inputs; j += 8) {
    packFeatures(columns, x + panelBytes(j), xStride, steps);
    tileProduct<FromOutput>(panel, 0, tiles, columns, depth, 0, 0, rowTiles);
    panel += panelBytes(g.rows);
  }
  const hiddenTiles = tiles + (<usize>g.hiddenAt * <usize>depth << 2);
  for (let j = 0; j < g.hidden; j += 8) {
    packFeatures(columns, h + panelBytes(j), hStride, steps);
    tileProduct<FromOutput>(panel, 0, hiddenTiles, columns, depth, 0, 0, rowTiles);
    panel += panelBytes(g.rows);
  }
  g.blocks++;
  if (g.blocks >= BLOCKS_OF_FLOAT) flush(g);
}

/** tiles[rows/4][(t, b)][4] = δa transposed and brought to `frame`; bias[rows] += Σ_(t,b) δa. */
function packDeltas(tiles: usize, bias: usize, deltas: usize, exponents: usize, frame: i32, rows: i32, steps: i32): void {
  const tileBytes = <usize>steps << 7; // [(t, b)][4] floats
  const f = i32x4.splat(frame);
  for (let t = 0; t < steps; t++) {
    const left = powersOfTwo(i32x4.sub(v128.load(exponents), f)), right = powersOfTwo(i32x4.sub(v128.load(exponents, 16), f));
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

/** One panel [(t, b)][8] out of eight features of every step. Features past the last are read and end in columns nobody reads. */
function packFeatures(panel: usize, features: usize, stride: usize, steps: i32): void {
  const one = f32x4.splat(1);
  for (let t = 0; t < steps; t++) {
    transpose4(panel, 32, features, one);
    transpose4(panel + 16, 32, features + 128, one);
    transpose4(panel + 128, 32, features + 16, one);
    transpose4(panel + 144, 32, features + 144, one);
    panel += 256; features += stride;
  }
}

/** total += block, in the larger of both frames; empties the block. */
export function flush(g: Gradient): void {
  if (g.blocks == 0) return;
  g.blocks = 0;
  raiseFrame(g, g.blockExponent);
  const factor = f64x2.splat(doublePower(g.blockExponent - g.totalExponent));
  let to = g.total, from = g.block;
  for (let n = size(g), i: usize = 0; i < n; i += 4) {
    const v = v128.load(from);
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(f64x2.promote_low_f32x4(v), factor)));
    const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(high, factor)), 16);
    from += 16; to += 32;
  }
}

/** sum += g, totals both; `g` must be flushed. */
export function addTotal(sum: Gradient, g: Gradient): void {
  if (g.empty) return;
  raiseFrame(sum, g.totalExponent);
  const factor = f64x2.splat(doublePower(g.totalExponent - sum.totalExponent));
  let to = sum.total, from = g.total;
  for (let n = size(g), i: usize = 0; i < n; i += 2) {
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(v128.load(from), factor)));
    from += 16; to += 16;
  }
}

/** Makes the total's frame at least `exponent`. A float64 holds 2^±1000, so a frame rises only where the new sum lies far above. */
function raiseFrame(g: Gradient, exponent: i32): void {
  if (g.empty) {
    g.empty = 0;
    g.totalExponent = exponent;
  } else if (exponent > g.totalExponent + 300) {
    const factor = f64x2.splat(doublePower(g.totalExponent - exponent));
    for (let at = g.total, end = g.total + (size(g) << 3); at < end; at += 16) v128.store(at, f64x2.mul(v128.load(at), factor));
    g.totalExponent = exponent;
  }
}

/** 2^e in float64, e ≤ 1023; zero below the normal range. */
@inline
function doublePower(e: i32): f64 {
  return e < -1022 ? 0 : reinterpret<f64>(<i64>(e + 1023) << 52);
}
