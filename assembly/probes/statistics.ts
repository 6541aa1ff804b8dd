import { laneSquares, laneSums } from "../kernels/lanes";
import { laneTotal, sampleMask } from "./entries";

/*
 * Statistics of one station for the reader, over the real samples of a batch:
 *
 *   mean, variance        of its activations
 *   saturated             share with |φ'| < 1 % of its largest possible value
 *   dead                  share of units with φ' = 0 for every sample
 *
 * entries.ts counts the entries of its gradient in the backward pass.
 * Axes: B batch · P = ⌈B/8⌉ panels · H rows.
 */

/**
 * out[2] = Σ h, Σ h² in float64.
 *
 * @param h [P][stride][8]
 * @param sums 64 bytes of scratch
 */
export function activationMoments(out: usize, h: usize, stride: i32, rows: i32, batch: i32, sums: usize): void {
  let sum: f64 = 0, squares: f64 = 0;
  for (let b = 0; b < batch; b += 8) {
    const lanes = <usize>min(8, batch - b);
    laneSums(sums, h, rows);
    for (let lane: usize = 0; lane < lanes; lane++) sum += load<f64>(sums + (lane << 3));
    laneSquares(sums, h, rows);
    for (let lane: usize = 0; lane < lanes; lane++) squares += load<f64>(sums + (lane << 3));
    h += <usize>stride << 5;
  }
  store<f64>(out, sum); store<f64>(out, squares, 8);
}

/**
 * 1 where every number of h [P][stride][8] is finite, its padding lanes too: they repeat a sample. Magnitudes order as
 * integers do.
 */
export function allFinite(h: usize, stride: i32, rows: i32, batch: i32): i32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let top0 = i32x4.splat(0), top1 = top0;
  for (let b = 0; b < batch; b += 8) {
    let at = h;
    for (const end = at + (<usize>rows << 5); at < end; at += 32) {
      top0 = i32x4.max_s(top0, v128.and(v128.load(at), magnitude));
      top1 = i32x4.max_s(top1, v128.and(v128.load(at, 16), magnitude));
    }
    h += <usize>stride << 5;
  }
  return i32x4.all_true(i32x4.lt_s(i32x4.max_s(top0, top1), i32x4.splat(0x7f800000))) ? 1 : 0;
}

/**
 * out[2] = how many entries are saturated, |φ'| < `small`; how many units are dead.
 *
 * @param slope [P][rows][8]
 */
export function slopeCounts(out: usize, slope: usize, rows: i32, batch: i32, small: f32): void {
  const magnitude = i32x4.splat(0x7fffffff), bound = f32x4.splat(small), panelBytes = <usize>rows << 5;
  let saturated: i64 = 0, dead = 0;
  for (let i = 0; i < rows; i++) {
    let at = slope + (<usize>i << 5), count = i32x4.splat(0), alive = count;
    for (let b = 0; b < batch; b += 8) {
      const d0 = v128.and(v128.load(at), magnitude), d1 = v128.and(v128.load(at, 16), magnitude);
      const m0 = sampleMask(batch - b), m1 = sampleMask(batch - b - 4);
      count = i32x4.sub(count, v128.and(f32x4.lt(d0, bound), m0));
      count = i32x4.sub(count, v128.and(f32x4.lt(d1, bound), m1));
      alive = v128.or(alive, v128.or(v128.and(d0, m0), v128.and(d1, m1)));
      at += panelBytes;
    }
    saturated += <i64>laneTotal(count);
    if (!v128.any_true(alive)) dead++;
  }
  store<f64>(out, <f64>saturated); store<f64>(out, <f64>dead, 8);
}
