import { exp } from "../math/exp";

/**
 * Cross-entropy against targets with a share of every class (Szegedy et al. 2016, section 7; torch.nn.functional's
 * label_smoothing ε with weights w) over one panel [Y][8]:
 *
 *     a_j = (1 − ε) w_t [j = t] + ε/Y w_j        A = Σ_j a_j        m = max_j y_j        S = Σ_j exp(y_j − m)
 *     loss = A (m + ln S) − Σ_j a_j y_j          ∂/∂y_j = A exp(y_j − m)/S − a_j
 *
 * The panel's sum over its first `lanes` lanes; y ← scale · gradient. targets [8] i32 class indices; weights [Y], 0 for
 * none; a sample with a class below 0 has no loss. Since every a_j is above 0, no gradient falls like e^−margin, and a
 * sample needs no frame of its own. scratch: 192 bytes.
 */
export function smoothCrossEntropy(
  y: usize, targets: usize, outputs: i32, lanes: i32, scale: f32, weights: usize, smoothing: f32, scratch: usize,
): f64 {
  const end = y + (<usize>outputs << 5), spread = smoothing / <f32>outputs;
  let most0 = v128.load(y), most1 = v128.load(y, 16), spreads: f64 = 0;
  for (let at = y + 32; at < end; at += 32) {
    most0 = f32x4.max(most0, v128.load(at)); most1 = f32x4.max(most1, v128.load(at, 16));
  }
  let sum0 = f32x4.splat(0), sum1 = sum0;
  memory.fill(scratch, 0, 64); // [8] f64: Σ_j of the spread shares times (y_j − m)
  for (let at = y, j = 0; at < end; at += 32, j++) {
    const share = <f64>spread * <f64>weightAt(weights, j);
    const left = f32x4.sub(v128.load(at), most0), right = f32x4.sub(v128.load(at, 16), most1);
    v128.store(scratch + 64, left); v128.store(scratch + 80, right);
    for (let lane: usize = 0; lane < 8; lane++) {
      const place = scratch + (lane << 3);
      store<f64>(place, load<f64>(place) + share * <f64>load<f32>(scratch + 64 + (lane << 2)));
    }
    spreads += share;
    const e0 = exp(left), e1 = exp(right);
    sum0 = f32x4.add(sum0, e0); sum1 = f32x4.add(sum1, e1);
  }
  v128.store(scratch + 96, sum0); v128.store(scratch + 112, sum1);
  v128.store(scratch + 128, most0); v128.store(scratch + 144, most1);
  let loss: f64 = 0;
  for (let lane: usize = 0; lane < 8; lane++) {
    const at = lane << 2, target = max(load<i32>(targets + at), 0);
    const own = (1 - <f64>smoothing) * <f64>weightAt(weights, target);
    const all = own + spreads, sum = <f64>load<f32>(scratch + 96 + at);
    const towards = <f64>load<f32>(y + (<usize>target << 5) + at) - <f64>load<f32>(scratch + 128 + at);
    const hasLoss = <i32>lane < lanes && load<i32>(targets + at) >= 0;
    if (hasLoss) loss += all * Math.log(sum) - own * towards - load<f64>(scratch + (lane << 3));
    store<f32>(scratch + 160 + at, <f32>(all / sum * <f64>scale));
  }
  const f0 = v128.load(scratch + 160), f1 = v128.load(scratch + 176);
  for (let at = y, j = 0; at < end; at += 32, j++) {
    const share = f32x4.splat(scale * spread * weightAt(weights, j));
    v128.store(at, f32x4.sub(f32x4.mul(exp(f32x4.sub(v128.load(at), most0)), f0), share));
    v128.store(at, f32x4.sub(f32x4.mul(exp(f32x4.sub(v128.load(at, 16), most1)), f1), share), 16);
  }
  for (let lane: usize = 0; lane < 8; lane++) {
    const target = load<i32>(targets + (lane << 2)), at = y + (<usize>max(target, 0) << 5) + (lane << 2);
    if (target < 0) { // no loss
      for (let j = 0; j < outputs; j++) store<f32>(y + (<usize>j << 5) + (lane << 2), 0);
      continue;
    }
    store<f32>(at, load<f32>(at) - scale * (1 - smoothing) * weightAt(weights, target));
  }
  return loss;
}

/** w_j, 1 where there are no weights. */
@inline function weightAt(weights: usize, j: i32): f32 {
  return weights == 0 ? 1 : load<f32>(weights + (<usize>j << 2));
}
