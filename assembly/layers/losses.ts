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

/**
 * Binary cross-entropy with logits: Σ max(y, 0) − y·t + ln(1 + e^−|y|); y ← scale · (σ(y) − t). targets [Y][8] in [0, 1].
 * σ(y) − t for t = 1 is −σ(−y): neither side cancels where the answer is nearly certain.
 */
export function binaryCrossEntropy(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32): f64 {
  const one = f32x4.splat(1), zero = f32x4.splat(0), s = f32x4.splat(scale);
  let loss: f64 = 0;
  for (let i = 0; i < outputs * 2; i++) {
    const logit = v128.load(y), target = v128.load(targets), positive = f32x4.gt(logit, zero);
    const e = exp(f32x4.neg(f32x4.abs(logit))), inverse = f32x4.div(one, f32x4.add(one, e));
    const small = f32x4.mul(e, inverse); // σ(−|y|)
    const sigma = v128.bitselect(inverse, small, positive), rest = v128.bitselect(small, inverse, positive);
    const first = (i & 1) << 2;
    for (let lane = first; lane < min(lanes, first + 4); lane++) {
      const a = <f64>load<f32>(y + (<usize>(lane - first) << 2)), t = <f64>load<f32>(targets + (<usize>(lane - first) << 2));
      loss += max<f64>(a, 0) - a * t + Math.log1p(Math.exp(-Math.abs(a)));
    }
    // (1 − t) σ − t (1 − σ)
    v128.store(y, f32x4.mul(s, f32x4.sub(f32x4.mul(f32x4.sub(one, target), sigma), f32x4.mul(target, rest))));
    y += 16; targets += 16;
  }
  return loss;
}

/**
 * Multi-class hinge (torch.nn.functional.multi_margin_loss, p = 1, margin 1): Σ_{j ≠ t} max(0, 1 − y_t + y_j)/Y; y ← its gradient · scale.
 * targets [8] i32 class indices.
 */
export function hinge(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32): f64 {
  const each = scale / <f32>outputs;
  let loss: f64 = 0;
  for (let lane = 0; lane < 8; lane++) {
    const own = targetOf(y, targets, lane), at = <usize>lane << 2, score = load<f32>(own);
    let above: f32 = 0, sum: f64 = 0;
    for (let j = 0; j < outputs; j++) {
      const other = y + (<usize>j << 5) + at;
      if (other == own) continue;
      const excess = 1 - <f64>score + <f64>load<f32>(other);
      const counts = excess > 0;
      if (!(excess <= 0)) sum += excess; // NaN passes
      store<f32>(other, counts ? each : 0);
      if (counts) above += 1;
    }
    store<f32>(own, -above * each);
    if (lane < lanes) loss += sum / <f64>outputs;
  }
  return loss;
}

/** How many of the first `lanes` samples have the largest output at their own class, the first of equals counting: y [Y][8], targets [8]. */
export function classHits(y: usize, targets: usize, outputs: i32, lanes: i32): i32 {
  let best0 = v128.load(y), best1 = v128.load(y, 16), at0 = i32x4.splat(0), at1 = at0;
  for (let j = 1; j < outputs; j++) {
    y += 32;
    const left = v128.load(y), right = v128.load(y, 16), above0 = f32x4.gt(left, best0), above1 = f32x4.gt(right, best1);
    best0 = v128.bitselect(left, best0, above0); at0 = v128.bitselect(i32x4.splat(j), at0, above0);
    best1 = v128.bitselect(right, best1, above1); at1 = v128.bitselect(i32x4.splat(j), at1, above1);
  }
  return count(i32x4.eq(at0, v128.load(targets)), lanes) + count(i32x4.eq(at1, v128.load(targets, 16)), lanes - 4);
}

/** How many of the first `lanes` samples' outputs lie on their target's side: y > 0 where the target is above ½. y and targets [Y][8]. */
export function signHits(y: usize, targets: usize, outputs: i32, lanes: i32): i32 {
  const zero = f32x4.splat(0), half = f32x4.splat(0.5);
  let hits = 0;
  for (let i = 0; i < outputs * 2; i++) {
    const differ = v128.xor(f32x4.gt(v128.load(y), zero), f32x4.gt(v128.load(targets), half));
    hits += count(v128.not(differ), lanes - ((i & 1) << 2));
    y += 16; targets += 16;
  }
  return hits;
}

/** How many of the first `lanes` of four comparisons hold. */
@inline
function count(mask: v128, lanes: i32): i32 { return lanes <= 0 ? 0 : popcnt(i32x4.bitmask(mask) & ((1 << min(lanes, 4)) - 1)); }
