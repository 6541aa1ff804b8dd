import { DEAD, powersOfTwo } from "../kernels/lanes";
import { DepthPass, exponentsOf, gradientOf, Operation } from "./tape";

/** out[8] = Σ_rows (panel − means[8])², a lane each, in float64. */
export function laneDeviations(out: usize, panel: usize, means: usize, rows: i32): void {
  const m0 = v128.load(means), m1 = v128.load(means, 16);
  let s01 = f64x2.splat(0), s23 = s01, s45 = s01, s67 = s01;
  for (const end = panel + (<usize>rows << 5); panel < end; panel += 32) {
    const left = f32x4.sub(v128.load(panel), m0), right = f32x4.sub(v128.load(panel, 16), m1);
    const d01 = f64x2.promote_low_f32x4(left), d23 = f64x2.promote_low_f32x4(v128.shuffle<f64>(left, left, 1, 1));
    const d45 = f64x2.promote_low_f32x4(right), d67 = f64x2.promote_low_f32x4(v128.shuffle<f64>(right, right, 1, 1));
    s01 = f64x2.add(s01, f64x2.mul(d01, d01)); s23 = f64x2.add(s23, f64x2.mul(d23, d23));
    s45 = f64x2.add(s45, f64x2.mul(d45, d45)); s67 = f64x2.add(s67, f64x2.mul(d67, d67));
  }
  v128.store(out, s01); v128.store(out, s23, 16); v128.store(out, s45, 32); v128.store(out, s67, 48);
}

/** Σ over the eight lanes of one row, in float64. */
@inline
export function rowSum(left: v128, right: v128): f64 {
  const a = f64x2.add(f64x2.promote_low_f32x4(left), f64x2.promote_low_f32x4(v128.shuffle<f64>(left, left, 1, 1)));
  const b = f64x2.add(f64x2.promote_low_f32x4(right), f64x2.promote_low_f32x4(v128.shuffle<f64>(right, right, 1, 1)));
  const sum = f64x2.add(a, b);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * The one frame for a sum over the batch, after the largest entry of ∂L/∂out: in it that entry lies between 1 and 2. A sample's exponent
 * alone would not do: φ' may have left little of a mantissa, or nothing. DEAD where all is zero.
 */
export function commonFrame(pass: DepthPass, op: Operation): i32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let frame = DEAD;
  for (let p = 0; p < pass.panels; p++) {
    let top0 = i32x4.splat(0), top1 = top0; // magnitudes order as integers do
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
@inline
function highest(magnitudes: v128, exponents: v128): i32 {
  const binary = i32x4.add(i32x4.add(i32x4.shr_u(magnitudes, 23), i32x4.splat(-127)), exponents);
  const live = v128.bitselect(binary, i32x4.splat(DEAD), i32x4.ne(magnitudes, i32x4.splat(0)));
  const a = max(i32x4.extract_lane(live, 0), i32x4.extract_lane(live, 1));
  return max(a, max(i32x4.extract_lane(live, 2), i32x4.extract_lane(live, 3)));
}

/** The powers of two that bring four lanes to `frame`. A lane of zeros may stand above it: bounded, its factor stays finite. */
@inline
export function toFrame(exponents: v128, frame: i32): v128 {
  return powersOfTwo(i32x4.min_s(i32x4.sub(exponents, i32x4.splat(frame)), i32x4.splat(127)));
}

/** The powers of two that bring panel p's left and right lanes to `frame`. */
@inline
export function leftToFrame(op: Operation, p: i32, frame: i32): v128 { return toFrame(v128.load(exponentsOf(op.out, p)), frame); }

@inline
export function rightToFrame(op: Operation, p: i32, frame: i32): v128 { return toFrame(v128.load(exponentsOf(op.out, p), 16), frame); }
