import { DEAD, powersOfTwo } from "../kernels/lanes";
import { DepthPass, exponentsOf, Operation } from "./tape";

/** Eight float64 lanes as four pairs: sums over rows of one panel, a lane a sample. `sums` points at [8] f64. */
@inline
export function addLanes(sums: usize, left: v128, right: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(left)));
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(v128.shuffle<f64>(left, left, 1, 1))), 16);
  v128.store(sums, f64x2.add(v128.load(sums, 32), f64x2.promote_low_f32x4(right)), 32);
  v128.store(sums, f64x2.add(v128.load(sums, 48), f64x2.promote_low_f32x4(v128.shuffle<f64>(right, right, 1, 1))), 48);
}

/** Σ over the eight lanes of one row, in float64. */
@inline
export function rowSum(left: v128, right: v128): f64 {
  const a = f64x2.add(f64x2.promote_low_f32x4(left), f64x2.promote_low_f32x4(v128.shuffle<f64>(left, left, 1, 1)));
  const b = f64x2.add(f64x2.promote_low_f32x4(right), f64x2.promote_low_f32x4(v128.shuffle<f64>(right, right, 1, 1)));
  const sum = f64x2.add(a, b);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** The exponent of the sample of ∂L/∂out that stands highest: the one frame for a sum over the batch. DEAD where all are zero. */
export function commonFrame(pass: DepthPass, op: Operation): i32 {
  let frame = DEAD;
  for (let p = 0; p < pass.panels; p++) {
    for (let lane = 0; lane < 8; lane++) frame = max(frame, load<i32>(exponentsOf(op.out, p) + (<usize>lane << 2)));
  }
  return frame;
}

/** The powers of two that bring panel p's left and right lanes to `frame`. */
@inline
export function leftToFrame(op: Operation, p: i32, frame: i32): v128 {
  return powersOfTwo(i32x4.sub(v128.load(exponentsOf(op.out, p)), i32x4.splat(frame)));
}

@inline
export function rightToFrame(op: Operation, p: i32, frame: i32): v128 {
  return powersOfTwo(i32x4.sub(v128.load(exponentsOf(op.out, p), 16), i32x4.splat(frame)));
}
