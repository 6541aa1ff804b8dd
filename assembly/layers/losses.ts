import { exp } from "../math/exp";

/*
 * Losses over one panel [Y][8], a lane a sample. Each returns the panel's sum in float64 over its first `lanes` lanes
 * and replaces the outputs by the gradient, `scale` being ∂(mean)/∂(sum) (PyTorch's reduction="mean").
 *
 * Where a sample's answer is nearly certain, its gradient is e^−margin, which leaves float32 at a margin of 87. So each
 * sample's gradient has a frame of its own, y · 2^exponents; the caller has set exponents [8] i32 to zero.
 */

/** Σ (y − target)²; y ← 2 · scale · (y − target). targets [Y][8]; an output whose target is NaN has no loss. */
export function squaredError(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32): f64 {
  const factor = f32x4.splat(2 * scale);
  let sum: f64 = 0;
  for (let i = 0; i < outputs; i++) {
    const left = errorOf(v128.load(y), v128.load(targets)), right = errorOf(v128.load(y, 16), v128.load(targets, 16));
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

/** y − target; 0 where the target is NaN. */
@inline export function errorOf(y: v128, target: v128): v128 {
  return v128.and(f32x4.sub(y, target), f32x4.eq(target, target));
}

/**
 * Σ ln Σ_j exp(y_j − y_t); y · 2^exponents ← scale · (softmax(y) − onehot). targets [8] i32 class
 * indices; a sample with a class below 0 has no loss.
 *
 *     r = max_{j ≠ t} y_j     e_j = exp(y_j − r)     S = Σ_{j ≠ t} e_j     d = y_t − r
 *     d ≤ 0:  p_j = e_j/(S + e^d)                      loss = ln(S + e^d) − d
 *     d > 0:  p_j = e^−d e_j/(1 + e^−d S)              loss = ln(1 + e^−d S)              ∂/∂y_t = −Σ_{j ≠ t} p_j
 *
 * No exponential overflows, and no 1 − p_t is taken, which would cancel where the answer is nearly certain. e^−d = 2^−n
 * m, ½ < m ≤ 1: n goes to the exponent. With `weights` w [Y] a sample's loss is multiplied by w_t. scratch: 96 bytes.
 */
export function crossEntropy(
  y: usize, exponents: usize, targets: usize, outputs: i32, lanes: i32, scale: f32, scratch: usize, weights: usize,
): f64 {
  const end = y + (<usize>outputs << 5), own = scratch, sums = scratch + 32, factors = scratch + 64;
  for (let lane = 0; lane < 8; lane++) {
    if (load<i32>(targets + (<usize>lane << 2)) < 0) clearLoss(y, outputs, lane);
    const at = targetOf(y, targets, lane);
    store<f32>(own + (<usize>lane << 2), load<f32>(at));
    store<f32>(at, -Infinity);
  }
  let rival0 = v128.load(y), rival1 = v128.load(y, 16);
  for (let at = y + 32; at < end; at += 32) {
    rival0 = f32x4.max(rival0, v128.load(at)); rival1 = f32x4.max(rival1, v128.load(at, 16));
  }
  // no other class has any probability: any pivot except −∞ will do
  const none = f32x4.splat(-Infinity);
  rival0 = v128.andnot(rival0, f32x4.eq(rival0, none)); rival1 = v128.andnot(rival1, f32x4.eq(rival1, none));
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let at = y; at < end; at += 32) {
    const left = exp(f32x4.sub(v128.load(at), rival0)), right = exp(f32x4.sub(v128.load(at, 16), rival1));
    v128.store(at, left); v128.store(at, right, 16);
    sum0 = f32x4.add(sum0, left); sum1 = f32x4.add(sum1, right);
  }
  v128.store(sums, sum0); v128.store(sums, sum1, 16); v128.store(factors, rival0); v128.store(factors, rival1, 16);
  let loss: f64 = 0;
  for (let lane = 0; lane < 8; lane++) {
    const at = <usize>lane << 2, ownOutput = <f64>load<f32>(own + at), sum = <f64>load<f32>(sums + at);
    const d = ownOutput - <f64>load<f32>(factors + at);
    let share: f64, value: f64;
    if (d > 0) {
      const n = octavesOf(d), part = mantissaOf(d, n);
      share = part / (1 + Math.exp(-d) * sum);
      value = Math.log1p(Math.exp(-d) * sum);
      store<i32>(exponents + at, -n);
    } else {
      const part = Math.exp(d);
      share = 1 / (sum + part);
      value = Math.log(sum + part) - d;
    }
    if (sum == 0 || d == Infinity) { // no other class: certain, unless y_t is NaN
      share = ownOutput - ownOutput; value = share;
    }
    if (weights != 0) {
      const weight = <f64>load<f32>(weights + (<usize>max(load<i32>(targets + at), 0) << 2));
      share *= weight; value *= weight;
    }
    store<f32>(factors + at, <f32>(share * <f64>scale));
    if (lane < lanes) loss += value;
  }
  const f0 = v128.load(factors), f1 = v128.load(factors, 16);
  for (let at = y; at < end; at += 32) {
    v128.store(at, f32x4.mul(v128.load(at), f0)); v128.store(at, f32x4.mul(v128.load(at, 16), f1), 16);
  }
  v128.store(sums, f32x4.neg(f32x4.mul(sum0, f0))); v128.store(sums, f32x4.neg(f32x4.mul(sum1, f1)), 16);
  for (let lane = 0; lane < 8; lane++) store<f32>(targetOf(y, targets, lane), load<f32>(sums + (<usize>lane << 2)));
  return loss;
}

/** From this margin on, e^−d counts as exactly zero; so its number of octaves fits an i32. */
const CERTAIN: f32 = 16777216;

/** ⌊d/ln 2⌋: how many octaves e^−d lies below 1. */
@inline function octavesOf(d: f64): i32 { return d < CERTAIN ? <i32>(d * 1.4426950408889634) : 0; }

/** m of e^−d = 2^−n m. */
@inline function mantissaOf(d: f64, n: i32): f64 { return d < CERTAIN ? Math.exp(<f64>n * 0.6931471805599453 - d) : 0; }

/** Where the output of a lane's own class stands. */
@inline function targetOf(y: usize, targets: usize, lane: i32): usize {
  const at = <usize>lane << 2;
  return y + (<usize>max(load<i32>(targets + at), 0) << 5) + at;
}

/** Sets the outputs so that class 0 is exactly certain: no loss and no gradient. */
function clearLoss(y: usize, outputs: i32, lane: i32): void {
  const at = y + (<usize>lane << 2);
  for (let i = 0; i < outputs; i++) store<f32>(at + (<usize>i << 5), i == 0 ? 0 : -Infinity);
}

/**
 * Binary cross-entropy with logits: Σ max(y, 0) − y·t + ln(1 + e^−|y|); y · 2^exponents ← scale · (σ(y) − t). targets
 * [Y][8] in [0, 1]. σ(y) − t for t = 1 is −σ(−y): neither side cancels where the answer is nearly certain. Where a
 * sample is nearly certain of all its outputs, of the least certain by a margin d, e^−d is taken out of every σ(−|y|).
 * With `weights` p [Y] the term of a positive target is multiplied by p: −p t ln σ(y). scratch: 64 bytes.
 */
export function binaryCrossEntropy(
  y: usize, exponents: usize, targets: usize, outputs: i32, lanes: i32, scale: f32, scratch: usize, weights: usize,
): f64 {
  const one = f32x4.splat(1), zero = f32x4.splat(0), s = f32x4.splat(scale), bytes = <usize>outputs << 5;
  const factors = scratch + 32;
  for (let half: usize = 0; half < 32; half += 16) {
    let margin = f32x4.splat(CERTAIN);
    for (let at = half; at < bytes; at += 32) {
      const logit = v128.load(y + at), target = v128.load(targets + at);
      // y for t = 1, −y for t = 0; any other target leaves a gradient of its own size
      const towards = v128.bitselect(
        logit, v128.bitselect(f32x4.neg(logit), zero, f32x4.eq(target, zero)), f32x4.eq(target, one),
      );
      margin = f32x4.pmin(margin, towards); // a NaN concerns its own output alone
    }
    v128.store(scratch + half, f32x4.max(margin, zero));
  }
  for (let lane = 0; lane < 8; lane++) {
    const at = <usize>lane << 2, d = <f64>load<f32>(scratch + at), n = octavesOf(d);
    store<i32>(exponents + at, -n);
    store<f32>(factors + at, <f32>mantissaOf(d, n));
  }
  let loss: f64 = 0;
  for (let i = 0; i < outputs * 2; i++) {
    const half = <usize>(i & 1) << 4, margin = v128.load(scratch + half), factor = v128.load(factors + half);
    const logit = v128.load(y), target = v128.load(targets), positive = f32x4.gt(logit, zero), size = f32x4.abs(logit);
    const inverse = f32x4.div(one, f32x4.add(one, exp(f32x4.neg(size))));
    const small = f32x4.mul(f32x4.mul(exp(f32x4.sub(margin, size)), factor), inverse); // σ(−|y|)
    const sigma = v128.bitselect(inverse, small, positive);
    let rest = v128.bitselect(small, inverse, positive);
    const first = (i & 1) << 2;
    for (let lane = first; lane < min(lanes, first + 4); lane++) {
      const a = <f64>load<f32>(y + (<usize>(lane - first) << 2));
      const t = <f64>load<f32>(targets + (<usize>(lane - first) << 2));
      if (t != t) continue; // no loss
      const softplus = Math.log1p(Math.exp(-Math.abs(a)));
      if (weights == 0) loss += max<f64>(a, 0) - a * t + softplus;
      else loss += (1 - t) * (max<f64>(a, 0) + softplus) + factorAt(weights, i >> 1) * t * (max<f64>(-a, 0) + softplus);
    }
    if (weights != 0) rest = f32x4.mul(rest, v128.load32_splat(weights + (<usize>(i >> 1) << 2)));
    // (1 − t) σ − t (1 − σ); a term with the factor 0 has no frame
    const slope = f32x4.mul(s, f32x4.sub(f32x4.mul(f32x4.sub(one, target), sigma), f32x4.mul(target, rest)));
    v128.store(y, v128.and(slope, f32x4.eq(target, target)));
    y += 16; targets += 16;
  }
  return loss;
}

@inline function factorAt(weights: usize, i: i32): f64 { return <f64>load<f32>(weights + (<usize>i << 2)); }

/**
 * Multi-class hinge (torch.nn.functional.multi_margin_loss, p = 1, margin 1): Σ_{j ≠ t} max(0, 1 − y_t + y_j)/Y; y ←
 * its gradient · scale. targets [8] i32 class indices.
 */
export function hinge(y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32): f64 {
  const each = scale / <f32>outputs;
  let loss: f64 = 0;
  for (let lane = 0; lane < 8; lane++) {
    const own = targetOf(y, targets, lane), at = <usize>lane << 2;
    if (load<i32>(targets + at) < 0) { // no loss: equal outputs with no margin to miss
      for (let j = 0; j < outputs; j++) store<f32>(y + (<usize>j << 5) + at, 0);
      continue;
    }
    const score = load<f32>(own);
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

/**
 * How many of the first `lanes` samples have the largest output at their own class, the first of equals counting: y
 * [Y][8], targets [8].
 */
export function classHits(y: usize, targets: usize, outputs: i32, lanes: i32): i32 {
  let best0 = v128.load(y), best1 = v128.load(y, 16), at0 = i32x4.splat(0), at1 = at0;
  for (let j = 1; j < outputs; j++) {
    y += 32;
    const left = v128.load(y), right = v128.load(y, 16), above0 = f32x4.gt(left, best0);
    const above1 = f32x4.gt(right, best1);
    best0 = v128.bitselect(left, best0, above0); at0 = v128.bitselect(i32x4.splat(j), at0, above0);
    best1 = v128.bitselect(right, best1, above1); at1 = v128.bitselect(i32x4.splat(j), at1, above1);
  }
  return count(i32x4.eq(at0, v128.load(targets)), lanes) + count(i32x4.eq(at1, v128.load(targets, 16)), lanes - 4);
}

/**
 * How many of the first `lanes` samples' outputs lie on their target's side: y > 0 where the target is above ½. y and
 * targets [Y][8].
 */
export function signHits(y: usize, targets: usize, outputs: i32, lanes: i32): i32 {
  const zero = f32x4.splat(0), half = f32x4.splat(0.5);
  let hits = 0;
  for (let i = 0; i < outputs * 2; i++) {
    const target = v128.load(targets), differ = v128.xor(f32x4.gt(v128.load(y), zero), f32x4.gt(target, half));
    hits += count(v128.andnot(f32x4.eq(target, target), differ), lanes - ((i & 1) << 2));
    y += 16; targets += 16;
  }
  return hits;
}

/** How many of the first `lanes` of four comparisons hold. */
@inline function count(mask: v128, lanes: i32): i32 {
  return lanes <= 0 ? 0 : popcnt(i32x4.bitmask(mask) & ((1 << min(lanes, 4)) - 1));
}
