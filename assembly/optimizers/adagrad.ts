import { Update } from "../records/update";
import { bytesOf, penalized } from "./blend";

/*
 * torch.optim.Adagrad (Duchi et al. 2011); the host passes η/(1 + (t − 1) decay) as `rate`:
 *
 *     g ← g + λ θ        v ← v + g²        θ ← θ − η g/(√v + ε)
 */
export function adagrad(u: Update): void {
  const rate = f32x4.splat(u.rate), epsilon = f32x4.splat(u.epsilon);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    const g = penalized(u, at);
    const v = f32x4.add(v128.load(u.second + at), f32x4.mul(g, g));
    v128.store(u.second + at, v);
    const step = f32x4.div(f32x4.mul(rate, g), f32x4.add(f32x4.sqrt(v), epsilon));
    v128.store(u.theta + at, f32x4.sub(v128.load(u.theta + at), step));
  }
}
