import { powersOfTwo } from "../kernels/lanes";
import { DEAD } from "../records/constants";
import { DepthPass, exponentsOf, gradientOf, Operation } from "../records/tape";

/** squares[8] = Σ_rows (panel − means[8])² and sums[8] = Σ_rows (panel − means[8]), a lane each, in float64. */
export function laneDeviations(squares: usize, sums: usize, panel: usize, means: usize, rows: i32): void {
  const bytes = <usize>rows << 5;
  for (let half: usize = 0; half < 32; half += 16) {
    const m = v128.load(means + half);
    let s0 = f64x2.splat(0), s1 = s0, t0 = s0, t1 = s0;
    for (let at = half; at < bytes; at += 32) {
      const d = f32x4.sub(v128.load(panel + at), m), d0 = lowDoubles(d), d1 = highDoubles(d);
      s0 = f64x2.add(s0, f64x2.mul(d0, d0)); s1 = f64x2.add(s1, f64x2.mul(d1, d1));
      t0 = f64x2.add(t0, d0); t1 = f64x2.add(t1, d1);
    }
    v128.store(squares + (half << 1), s0); v128.store(squares + (half << 1), s1, 16);
    v128.store(sums + (half << 1), t0); v128.store(sums + (half << 1), t1, 16);
  }
}

/** The two halves of four floats as doubles, and back. */
@inline export function lowDoubles(v: v128): v128 { return f64x2.promote_low_f32x4(v); }
@inline export function highDoubles(v: v128): v128 { return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1)); }
@inline export function fourFloats(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Σ over the eight lanes of one row, in float64. */
@inline export function rowSum(left: v128, right: v128): f64 {
  const sum = f64x2.add(
    f64x2.add(lowDoubles(left), highDoubles(left)), f64x2.add(lowDoubles(right), highDoubles(right)),
  );
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Σ over the eight lanes of one row of two panels' products, in float64. */
@inline export function rowDot(a0: v128, a1: v128, b0: v128, b1: v128): f64 {
  const left = f64x2.add(f64x2.mul(lowDoubles(a0), lowDoubles(b0)), f64x2.mul(highDoubles(a0), highDoubles(b0)));
  const right = f64x2.add(f64x2.mul(lowDoubles(a1), lowDoubles(b1)), f64x2.mul(highDoubles(a1), highDoubles(b1)));
  const sum = f64x2.add(left, right);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * The one frame for a sum over the batch: in it the largest entry of ∂L/∂out lies between 1 and 2. The exponents of the
 * samples are not enough: φ' may have left a tiny mantissa, or zero. DEAD where all is zero.
 */
export function commonFrame(pass: DepthPass, op: Operation): i32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let frame = DEAD;
  for (let p = 0; p < pass.panels; p++) {
    let top0 = i32x4.splat(0), top1 = top0; // magnitudes compare as their bits do, read as integers
    let d = gradientOf(op.out, p);
    for (const end = d + (<usize>op.out.rows << 5); d < end; d += 32) {
      top0 = i32x4.max_s(top0, v128.and(v128.load(d), magnitude));
      top1 = i32x4.max_s(top1, v128.and(v128.load(d, 16), magnitude));
    }
    const e = exponentsOf(op.out, p);
    frame = max(frame, max(highest(top0, v128.load(e)), highest(top1, v128.load(e, 16))));
  }
  return frame;
}

/** The largest exponent + ⌊log₂ magnitude⌋ of four lanes, zeros left out; subnormal magnitudes count as 2⁻¹²⁷. */
@inline function highest(magnitudes: v128, exponents: v128): i32 {
  const binary = i32x4.add(i32x4.add(i32x4.shr_u(magnitudes, 23), i32x4.splat(-127)), exponents);
  const nonzeroExponents = v128.bitselect(binary, i32x4.splat(DEAD), i32x4.ne(magnitudes, i32x4.splat(0)));
  const a = max(i32x4.extract_lane(nonzeroExponents, 0), i32x4.extract_lane(nonzeroExponents, 1));
  return max(a, max(i32x4.extract_lane(nonzeroExponents, 2), i32x4.extract_lane(nonzeroExponents, 3)));
}

/**
 * The powers of two that bring four lanes to `frame`. The exponent of a lane of zeros may be larger than the frame; the
 * bound keeps its factor finite.
 */
@inline export function toFrame(exponents: v128, frame: i32): v128 {
  return powersOfTwo(i32x4.min_s(i32x4.sub(exponents, i32x4.splat(frame)), i32x4.splat(127)));
}

/** The powers of two that bring panel p's left and right lanes to `frame`. */
@inline export function leftToFrame(op: Operation, p: i32, frame: i32): v128 {
  return toFrame(v128.load(exponentsOf(op.out, p)), frame);
}

@inline export function rightToFrame(op: Operation, p: i32, frame: i32): v128 {
  return toFrame(v128.load(exponentsOf(op.out, p), 16), frame);
}
