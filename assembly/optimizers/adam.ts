import { UpdateRule } from "../records/kinds";
import { Update } from "../records/update";
import { blend, blendSquare, bytesOf, penalized } from "./blend";

/*
 * The family that divides an average of g by the root of an average of g²:
 *
 *     θ ← (1 − η λ) θ where decay is decoupled; g ← g + λ θ where it is L2
 *     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *
 * and then each rule takes its own step. c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ undo the averages' start at zero.
 */

/** Shrinks θ where decay is decoupled; then updates m and v. */
@inline function average(u: Update, at: usize): v128 {
  const g = penalized(u, at);
  v128.store(u.theta + at, f32x4.mul(f32x4.splat(u.keep), v128.load(u.theta + at)));
  v128.store(u.first + at, blend(u.beta1, v128.load(u.first + at), u.fresh1, g));
  v128.store(u.second + at, blendSquare(u.beta2, v128.load(u.second + at), u.fresh2, g));
  return g;
}

@inline function move(u: Update, at: usize, step: v128): void {
  v128.store(u.theta + at, f32x4.sub(v128.load(u.theta + at), step));
}

/**
 * torch.optim.Adam (Kingma and Ba 2015, algorithm 1), AMSGrad (Reddi et al. 2018, algorithm 2, in PyTorch's form) and
 * AdamW (Loshchilov and Hutter 2019, algorithm 2): θ ← θ − (η/c₁) m/(√v/√c₂ + ε), where AMSGrad takes the largest v so
 * far. `rate` is η/c₁, `scale1` is √c₂, `third` holds the largest v.
 */
export function adam(u: Update): void {
  const rate = f32x4.splat(u.rate), root = f32x4.splat(u.scale1), epsilon = f32x4.splat(u.epsilon);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    average(u, at);
    let v = v128.load(u.second + at);
    if (u.rule == UpdateRule.Amsgrad) {
      v = f32x4.max(v128.load(u.third + at), v);
      v128.store(u.third + at, v);
    }
    const d = f32x4.add(f32x4.div(f32x4.sqrt(v), root), epsilon);
    move(u, at, f32x4.div(f32x4.mul(rate, v128.load(u.first + at)), d));
  }
}

/**
 * torch.optim.NAdam (Dozat 2016, with PyTorch's momentum schedule μ_t): θ ← θ − η (1 − μ_t)/(1 − Πμ) g/d − η μ_{t+1}/(1
 * − Πμ μ_{t+1}) m/d, d = √(v/c₂) + ε. rate is g's factor, scale1 m's, scale2 c₂.
 */
export function nadam(u: Update): void {
  const ofGradient = f32x4.splat(u.rate), ofAverage = f32x4.splat(u.scale1), c2 = f32x4.splat(u.scale2);
  const epsilon = f32x4.splat(u.epsilon);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    const g = average(u, at);
    const d = f32x4.add(f32x4.sqrt(f32x4.div(v128.load(u.second + at), c2)), epsilon);
    move(u, at, f32x4.div(f32x4.mul(ofGradient, g), d));
    move(u, at, f32x4.div(f32x4.mul(ofAverage, v128.load(u.first + at)), d));
  }
}

/**
 * torch.optim.RAdam (Liu et al. 2020, algorithm 2): θ ← θ − rate m/(√v + ε), rate = η r √c₂/c₁, or, while the variance
 * of v cannot be estimated (ρ_t ≤ 5), θ ← θ − rate m, rate = η/c₁. scale1 is 1 in the first case, 0 in the second.
 */
export function radam(u: Update): void {
  const rate = f32x4.splat(u.rate), epsilon = f32x4.splat(u.epsilon), rectified = u.scale1 != 0;
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    average(u, at);
    let step = f32x4.mul(rate, v128.load(u.first + at));
    if (rectified) step = f32x4.div(step, f32x4.add(f32x4.sqrt(v128.load(u.second + at)), epsilon));
    move(u, at, step);
  }
}

/**
 * Lion (Chen et al. 2023, algorithm 2): c = β₁ m + (1 − β₁) g; θ ← (1 − η λ) θ − η sign(c); m ← β₂ m + (1 − β₂) g.
 * sign(0) = 0; NaN stays.
 */
export function lion(u: Update): void {
  const keep = f32x4.splat(u.keep), rate = f32x4.splat(u.rate), zero = f32x4.splat(0), minus = f32x4.splat(-0.0);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    const g = v128.load(u.gradient + at), m = v128.load(u.first + at);
    const c = blend(u.beta1, m, u.fresh1, g);
    v128.store(u.first + at, blend(u.beta2, m, u.fresh2, g));
    const signed = v128.or(rate, v128.and(c, minus)); // ± η
    const moved = f32x4.sub(f32x4.mul(keep, v128.load(u.theta + at)), v128.bitselect(zero, signed, f32x4.eq(c, zero)));
    v128.store(u.theta + at, f32x4.add(moved, f32x4.sub(c, c))); // c − c is NaN where c is not finite
  }
}

/**
 * LAMB (You et al. 2020, algorithm 2, φ the identity), each tensor treated as a layer: u = (m/c₁)/(√(v/c₂) + ε) + λ θ;
 * θ ← θ − η (‖θ‖/‖u‖) u. scale1 is c₁, scale2 c₂; decay is λ and not added to g. This writes u; `lambMove` moves θ,
 * once the norms of the whole tensor are known.
 */
export function lamb(u: Update): void {
  const c1 = f32x4.splat(u.scale1), c2 = f32x4.splat(u.scale2), epsilon = f32x4.splat(u.epsilon);
  const decay = f32x4.splat(u.decay);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    const g = v128.load(u.gradient + at);
    const m = blend(u.beta1, v128.load(u.first + at), u.fresh1, g);
    const v = blendSquare(u.beta2, v128.load(u.second + at), u.fresh2, g);
    v128.store(u.first + at, m); v128.store(u.second + at, v);
    const step = f32x4.div(f32x4.div(m, c1), f32x4.add(f32x4.sqrt(f32x4.div(v, c2)), epsilon));
    v128.store(u.scratch + at, f32x4.add(step, f32x4.mul(decay, v128.load(u.theta + at))));
  }
}

/** θ ← θ − η ratio u; `ratio` is ‖θ‖/‖u‖, or 1 where either norm is 0. */
export function lambMove(u: Update, ratio: f64): void {
  const rate = f32x4.splat(<f32>(<f64>u.rate * ratio));
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) move(u, at, f32x4.mul(rate, v128.load(u.scratch + at)));
}
