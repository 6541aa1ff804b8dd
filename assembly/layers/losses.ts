import { exp } from "../math/exp";

/*
 * Losses over one panel [Y][8], a lane a sample. Each returns the panel's sum in float64 over its first `lanes` lanes and replaces the
 * outputs by the gradient, `scale` being ∂(mean)/∂(sum) (PyTorch's reduction="mean").
 */

/** Σ (y − target)²; y ← 2 · scale · (y − target). targets [Y][8]. */
export function squaredError(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32): f64 {
  const factor = f32x4.splat(2 * scale);
  let sum: f64 = 0;
  for (let i = 0; i < outputs; i++) {
    const left = f32x4.sub(v128.load(y), v128.load(targets)), right = f32x4.sub(v128.load(y, 16), v128.load(targets, 16));
    v128.store(y, left); v128.store(y, right, 16);
    for (let lane = 0; lane < lanes; lane++) {
      const d = <f64>load<f32>(y + (<usize>lane << 2));
      sum += d * d;
    }
    v128.store(y, f32x4.mul(left, factor)); v128.store(y, f32x4.mul(right, factor), 16);
    y += 32; targets += 32;
  }
  return sum;
}

/**
 * Σ (ln Σ_j exp(y_j − max) + max − y_target); y ← scale · (softmax(y) − onehot). targets [8] i32 class indices.
 * The maximum is taken out first, so no exponential overflows; the target's own term is kept out of the sum, so that neither
 * ln(1 + others) nor the gradient −others/(1 + others) cancels where the answer is nearly certain. scratch: 64 bytes.
 */
export function crossEntropy(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32, scratch: usize): f64 {
  const end = y + (<usize>outputs << 5), own = scratch + 32;
  let top0 = v128.load(y), top1 = v128.load(y, 16);
  for (let at = y + 32; at < end; at += 32) {
    top0 = f32x4.max(top0, v128.load(at)); top1 = f32x4.max(top1, v128.load(at, 16));
  }
  for (let at = y; at < end; at += 32) {
    v128.store(at, f32x4.sub(v128.load(at), top0)); v128.store(at, f32x4.sub(v128.load(at, 16), top1), 16);
  }
  let loss: f64 = 0;
  for (let lane = 0; lane < lanes; lane++) loss -= <f64>load<f32>(targetOf(y, targets, lane));
  let others0 = f32x4.splat(0), others1 = others0;
  for (let at = y; at < end; at += 32) {
    v128.store(at, exp(v128.load(at))); v128.store(at, exp(v128.load(at, 16)), 16);
  }
  for (let lane = 0; lane < 8; lane++) {
    const at = targetOf(y, targets, lane);
    store<f32>(own + (<usize>lane << 2), load<f32>(at));
    store<f32>(at, 0);
  }
  for (let at = y; at < end; at += 32) {
    others0 = f32x4.add(others0, v128.load(at)); others1 = f32x4.add(others1, v128.load(at, 16));
  }
  v128.store(scratch, others0); v128.store(scratch, others1, 16);
  for (let lane = 0; lane < lanes; lane++) {
    const others = <f64>load<f32>(scratch + (<usize>lane << 2)), mine = <f64>load<f32>(own + (<usize>lane << 2));
    loss += mine == 1 ? Math.log1p(others) : Math.log(others + mine);
  }
  const s = f32x4.splat(scale);
  const f0 = f32x4.div(s, f32x4.add(others0, v128.load(own))), f1 = f32x4.div(s, f32x4.add(others1, v128.load(own, 16)));
  for (let at = y; at < end; at += 32) {
    v128.store(at, f32x4.mul(v128.load(at), f0)); v128.store(at, f32x4.mul(v128.load(at, 16), f1), 16);
  }
  v128.store(scratch, f32x4.neg(f32x4.mul(others0, f0))); v128.store(scratch, f32x4.neg(f32x4.mul(others1, f1)), 16);
  for (let lane = 0; lane < 8; lane++) store<f32>(targetOf(y, targets, lane), load<f32>(scratch + (<usize>lane << 2)));
  return loss;
}

/** Where the output of a lane's own class stands. */
@inline
function targetOf(y: usize, targets: usize, lane: i32): usize {
  const at = <usize>lane << 2;
  return y + (<usize>load<i32>(targets + at) << 5) + at;
}
