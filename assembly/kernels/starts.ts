/** The start values of a tile of the micro-kernel, and its additions. The tiles of every build share them. */

/** sum + a · b. In the relaxed build, on a processor that fuses, it is one instruction with one rounding. */
@inline export function plusProduct(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** The first lane of four rows of a panel. For another lane, call it with `panel + 4 · lane`. */
@inline export function firstLanes(panel: usize): v128 {
  const v = v128.load32_lane(panel, v128.load32_zero(panel), 1, 32);
  return v128.load32_lane(panel, v128.load32_lane(panel, v, 2, 64), 3, 96);
}

/** The start of a product's sums, as a number: for products that are compiled once for all three starts. */
export const enum Start {
  Zero,
  Bias,
  Output,
}

/**
 * The start values of four rows of one sample: `out` points at those rows in the sample's lane, `start` at their bias.
 */
@inline export function startColumn(from: Start, out: usize, start: usize): v128 {
  if (from == Start.Bias) return v128.load(start);
  return from == Start.Zero ? f32x4.splat(0) : firstLanes(out);
}

/** Starts a tile from the bias of its rows: `start` points at bias[M]. */
@unmanaged export class FromBias {
  @inline start(): Start { return Start.Bias; }
  @inline left(out: usize, start: usize, row: i32): v128 { return v128.load32_splat(start + (<usize>row << 2)); }
  @inline right(out: usize, start: usize, row: i32, left: v128): v128 { return left; }
}

/** Starts a tile from zero. */
@unmanaged export class FromZero {
  @inline start(): Start { return Start.Zero; }
  @inline left(out: usize, start: usize, row: i32): v128 { return f32x4.splat(0); }
  @inline right(out: usize, start: usize, row: i32, left: v128): v128 { return left; }
}

/** Starts a tile from the values of C: C += A · X. */
@unmanaged export class FromOutput {
  @inline start(): Start { return Start.Output; }
  @inline left(out: usize, start: usize, row: i32): v128 { return v128.load(out + (<usize>row << 5)); }
  @inline right(out: usize, start: usize, row: i32, left: v128): v128 { return v128.load(out + (<usize>row << 5), 16); }
}
