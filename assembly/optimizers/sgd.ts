import { UpdateRule } from "../records/kinds";
import { Update } from "../records/update";
import { blend, bytesOf, penalized } from "./blend";

/*
 * torch.optim.SGD (Sutskever et al. 2013, in PyTorch's form), μ = beta1, 1 − dampening = fresh1:
 *
 *     g ← g + λ θ        b ← μ b + (1 − τ) g        g ← b, or g + μ b (Nesterov)        θ ← θ − η g
 *
 * The first b is g itself: b is zero then, and the host passes fresh1 = 1.
 */
export function sgd(u: Update): void {
  const rate = f32x4.splat(u.rate), mu = f32x4.splat(u.beta1);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    let g = penalized(u, at);
    if (u.rule == UpdateRule.Momentum || u.rule == UpdateRule.Nesterov) {
      const b = blend(u.beta1, v128.load(u.first + at), u.fresh1, g);
      v128.store(u.first + at, b);
      g = u.rule == UpdateRule.Nesterov ? f32x4.add(g, f32x4.mul(mu, b)) : b;
    }
    v128.store(u.theta + at, f32x4.sub(v128.load(u.theta + at), f32x4.mul(rate, g)));
  }
}
