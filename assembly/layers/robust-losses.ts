import { errorOf } from "./losses";

/*
 * Losses over one panel [Y][8] that grow more slowly than the square of the error. Contract as in `losses.ts`: the
 * panel's sum over its first `lanes` lanes, the outputs replaced by the gradient times `scale`. targets [Y][8];
 * where one is NaN there is no loss.
 */

/**
 * Huber's loss (Huber 1964; torch.nn.functional.huber_loss): with d = y − t, Σ d²/2 where |d| ≤ δ and δ (|d| − δ/2)
 * beyond; y ← scale · clamp(d, ±δ).
 */
export function huber(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32, delta: f32): f64 {
  const s = f32x4.splat(scale), most = f32x4.splat(delta), least = f32x4.splat(-delta), bound = <f64>delta;
  let sum: f64 = 0;
  for (let i = 0; i < outputs * 2; i++, y += 16, targets += 16) {
    const d = errorOf(v128.load(y), v128.load(targets)), first = (i & 1) << 2;
    v128.store(y, d);
    for (let lane = first; lane < min(lanes, first + 4); lane++) {
      const size = Math.abs(<f64>load<f32>(y + (<usize>(lane - first) << 2)));
      sum += size > bound ? bound * (size - bound / 2) : size * size / 2; // NaN passes
    }
    v128.store(y, f32x4.mul(s, f32x4.pmax(f32x4.pmin(d, most), least)));
  }
  return sum;
}

/** Absolute error (torch.nn.functional.l1_loss): Σ |y − t|; y ← scale · sign(y − t), 0 where they are equal. */
export function absoluteError(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32): f64 {
  const s = f32x4.splat(scale), zero = f32x4.splat(0);
  let sum: f64 = 0;
  for (let i = 0; i < outputs * 2; i++, y += 16, targets += 16) {
    const d = errorOf(v128.load(y), v128.load(targets)), first = (i & 1) << 2;
    v128.store(y, d);
    for (let lane = first; lane < min(lanes, first + 4); lane++) {
      sum += Math.abs(<f64>load<f32>(y + (<usize>(lane - first) << 2)));
    }
    const above = v128.and(f32x4.gt(d, zero), s), below = v128.and(f32x4.lt(d, zero), f32x4.neg(s));
    const unordered = v128.and(f32x4.ne(d, d), d); // NaN passes
    v128.store(y, v128.or(v128.or(above, below), unordered));
  }
  return sum;
}
