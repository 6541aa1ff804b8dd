import { FromOutput, tileProduct } from "../kernels/tiles";
import { BLOCK, DEAD } from "../records/constants";
import { Gradient, padded, panelBytes } from "../records/pass";
import {
  packDeltas, packFeatures, packFewDeltas, packSampleDeltas, packSampleFeatures, sumOf,
} from "./gradient-pack";
import { flush, hiddenSize, inputSize, size } from "./totals";

/*
 * ∂L/∂W_ih = Σ_t Σ_b δa_{t,b} x_{t,b}ᵀ    ∂L/∂W_hh = Σ_t Σ_b δa_{t,b} h_{t−1,b}ᵀ    ∂L/∂b = Σ_t Σ_b δa_{t,b}
 *
 * A block of BLOCK steps is one product with inner dimension (t, b): both operands are transposed into tiles and panels
 * that stay in the second-level cache, and the micro-kernel multiplies them. BLOCKS_OF_FLOAT blocks are summed in
 * float32 and these sums in float64, so that the error does not grow with T. Blocks begin at multiples of BLOCK
 * whatever the chunk, so the bits are the same with and without checkpoints.
 *
 * δa has an exponent for each step and sample; a block is brought to one frame, the largest of them.
 */

/** Bytes of scratch `accumulate` needs. */
export function gradientScratch(deltaRows: i32, inputs: i32, hidden: i32): usize {
  const columns = ((inputs + 7) & ~7) + ((hidden + 7) & ~7);
  return <usize>(padded(deltaRows) + columns) * <usize>(BLOCK * 8) << 2;
}

/**
 * The most binary orders between the frames of the steps of one product: a number 2⁶⁰ below the largest keeps all its
 * digits.
 */
const SPREAD: i32 = 60;

/**
 * Adds `steps` ≤ BLOCK steps, the last first. One product is enough, unless the gradient changes by more than 2^SPREAD
 * from one end of the block to the other; then several follow. `settle` must be called next.
 *
 * The work is divisible into `parts` parts. It is a list: for each product the packing of ∂L/∂a, then every panel of
 * eight columns. Part 0 ≤ part < parts does its share of the list, weighted by the steps of the products. The parts run
 * in order; the packed ∂L/∂a stay in `scratch` between them.
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
  h: usize, hStride: usize, scratch: usize, counts: usize, part: i32, parts: i32,
): void {
  const entries = 1 + ((g.inputs + 7) >> 3) + ((g.hidden + 7) >> 3);
  const begin = entries * steps * part / parts, until = entries * steps * (part + 1) / parts;
  let end = steps, done = 0;
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
    const own = end - first;
    // the entries of this product whose place in the list is the part's
    const from = max(0, begin - done + own - 1) / own, to = min(entries, max(0, until - done + own - 1) / own);
    // DEAD: every lane of the run exactly zero
    if (top != DEAD && from < to) {
      const at = <usize>first;
      addRun(
        g, lanes, own, deltas + panelBytes(g.deltaRows) * at, exponents + (at << 5), top + headroom,
        x + xStride * at, xStride, h + hStride * at,
        hStride, scratch, counts == 0 ? 0 : counts + (at << 2), from, to,
      );
    }
    done += entries * own;
    end = first;
  }
  if (part == parts - 1 && g.blocks > 0) g.blocks++;
}

/** The largest exponent of a step's eight lanes. */
@inline function frameOf(exponents: usize): i32 {
  const a = i32x4.max_s(v128.load(exponents), v128.load(exponents, 16));
  const b = i32x4.max_s(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.max_s(b, v128.shuffle<i32>(b, b, 1, 0, 3, 2)), 0);
}

/**
 * Entries from ≤ i < to of one product, in a frame where its largest δa has norm near 1: only h itself can overflow it.
 * Entry 0 packs ∂L/∂a; each other one multiplies a panel of eight columns, of x and then of h.
 */
function addRun(
  g: Gradient, lanes: i32, steps: i32, deltas: usize, exponents: usize, frame: i32, x: usize, xStride: usize, h: usize,
  hStride: usize, scratch: usize, counts: usize, from: i32, to: i32,
): void {
  const one = lanes == 1, depth = one ? steps : counts == 0 ? steps * 8 : sumOf(counts, steps);
  const tiles = scratch;
  const columns = tiles + (<usize>g.deltaRows * <usize>depth << 2);
  if (from == 0) {
    if (g.blocks > 0 && abs(frame - g.blockExponent) > SPREAD / 2) flush(g);
    if (g.blocks == 0) {
      memory.fill(g.block, 0, size(g) << 2);
      g.blockExponent = frame;
      g.blocks = 1;
    }
    const bias = g.block + ((inputSize(g) + hiddenSize(g)) << 2);
    if (one) packSampleDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps);
    else if (counts == 0) packDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps);
    else packFewDeltas(tiles, bias, deltas, exponents, g.blockExponent, g.deltaRows, steps, counts);
  }
  const panels = (g.inputs + 7) >> 3, rowTiles = g.rows >> 2;
  const hiddenTiles = tiles + (<usize>g.hiddenAt * <usize>depth << 2);
  for (let i = max(from - 1, 0); i < to - 1; i++) {
    const ofInput = i < panels, panel = g.block + panelBytes(g.rows) * <usize>i;
    const features = ofInput ? x + panelBytes(i << 3) : h + panelBytes((i - panels) << 3);
    const stride = ofInput ? xStride : hStride;
    if (one) packSampleFeatures(columns, features, stride, steps);
    else packFeatures(columns, features, stride, steps, counts);
    tileProduct<FromOutput>(panel, 0, ofInput ? tiles : hiddenTiles, columns, depth, 0, 0, rowTiles);
  }
}
