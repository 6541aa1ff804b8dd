import { Update } from "../records/update";
import { blend, blendSquare, bytesOf, penalized } from "./blend";

/*
 * torch.optim.RMSprop (Tieleman and Hinton 2012; centered: Graves 2013, equations 38 to 41), α = beta2, μ = beta1:
 *
 *     g ← g + λ θ        v ← α v + (1 − α) g²        d = √v + ε
 *     centered            a ← α a + (1 − α) g         d = √(v − a²) + ε
 *     θ ← θ − η g/d      with momentum  b ← μ b + g/d,  θ ← θ − η b
 *
 * `first` is b, `third` is a; 0 where the rule has none. v − a² is a variance, which rounding can make negative: it is
 * clamped at zero. PyTorch gets NaN there.
 */
export function rmsprop(u: Update): void {
  const rate = f32x4.splat(u.rate), epsilon = f32x4.splat(u.epsilon), mu = f32x4.splat(u.beta1), zero = f32x4.splat(0);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    const g = penalized(u, at);
    let v = blendSquare(u.beta2, v128.load(u.second + at), u.fresh2, g);
    v128.store(u.second + at, v);
    if (u.third != 0) {
      const a = blend(u.beta2, v128.load(u.third + at), u.fresh2, g);
      v128.store(u.third + at, a);
      v = f32x4.max(zero, f32x4.sub(v, f32x4.mul(a, a))); // f32x4.max lets NaN through
    }
    const d = f32x4.add(f32x4.sqrt(v), epsilon);
    let step: v128;
    if (u.first != 0) {
      const b = f32x4.add(f32x4.mul(mu, v128.load(u.first + at)), f32x4.div(g, d));
      v128.store(u.first + at, b);
      step = f32x4.mul(rate, b);
    } else {
      step = f32x4.div(f32x4.mul(rate, g), d);
    }
    v128.store(u.theta + at, f32x4.sub(v128.load(u.theta + at), step));
  }
}
