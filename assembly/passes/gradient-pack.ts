import { powersOfTwo } from "../kernels/lanes";
import { transpose4, transpose8 } from "../kernels/pack";
import { firstLanes } from "../kernels/tiles";
import { panelBytes } from "../records/pass";

/*
 * The operands of a block's product (`gradient.ts`): ∂L/∂a in tiles of four rows, features in panels of eight columns.
 */

/** tiles[rows/4][(t, b)][4] = δa transposed and brought to `frame`; bias[rows] += Σ_(t,b) δa. */
export function packDeltas(
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

/** `packDeltas` for panels in which some samples lack steps: (t, b) runs only over the samples that have step t. */
export function packFewDeltas(
  tiles: usize, bias: usize, deltas: usize, exponents: usize, frame: i32, rows: i32, steps: i32, counts: usize,
): void {
  const f = i32x4.splat(frame), stride = panelBytes(rows);
  for (let i = 0; i < rows; i += 4) {
    let sum = v128.load(bias), from = deltas, e = exponents;
    for (let t: usize = 0; t < <usize>steps; t++) {
      const left = powersOfTwo(i32x4.sub(v128.load(e), f)), right = powersOfTwo(i32x4.sub(v128.load(e, 16), f));
      // all eight are written: the next step or the next tile overwrites the samples that lack the step
      const s = transpose4(tiles, 16, from, left), r = transpose4(tiles + 64, 16, from + 16, right);
      sum = f32x4.add(sum, f32x4.add(s, r));
      tiles += <usize>load<i32>(counts + (t << 2)) << 4; from += stride; e += 32;
    }
    v128.store(bias, sum);
    bias += 16; deltas += 128;
  }
}

@inline export function sumOf(counts: usize, steps: i32): i32 {
  let sum = 0;
  for (let t: usize = 0; t < <usize>steps; t++) sum += load<i32>(counts + (t << 2));
  return sum;
}

/**
 * One panel [(t, b)][8] out of eight features of every step. Features past the last are copied too, into columns that
 * nothing reads. With `counts`, (t, b) runs as in `packFewDeltas`.
 */
export function packFeatures(panel: usize, features: usize, stride: usize, steps: i32, counts: usize): void {
  for (let t: usize = 0; t < <usize>steps; t++) {
    transpose8(panel, features);
    panel += counts == 0 ? 256 : <usize>load<i32>(counts + (t << 2)) << 5; features += stride;
  }
}

/** `packDeltas` of a panel with one sample: tiles[rows/4][t][4]. */
export function packSampleDeltas(
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
export function packSampleFeatures(panel: usize, features: usize, stride: usize, steps: i32): void {
  for (let t = 0; t < steps; t++) {
    v128.store(panel, firstLanes(features)); v128.store(panel, firstLanes(features + 128), 16);
    panel += 32; features += stride;
  }
}
