import { Update } from "../records/update";
import { blendSquare, bytesOf, penalized } from "./blend";

/*
 * torch.optim.Adadelta (Zeiler 2012, algorithm 1), ρ = beta2:
 *
 *     g ← g + λ θ    v ← ρ v + (1 − ρ) g²    Δ = √(u + ε)/√(v + ε) g    u ← ρ u + (1 − ρ) Δ²    θ ← θ − η Δ
 *
 * first is u.
 */
export function adadelta(u: Update): void {
  const rate = f32x4.splat(u.rate), epsilon = f32x4.splat(u.epsilon);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {
    const g = penalized(u, at), past = v128.load(u.first + at);
    const v = blendSquare(u.beta2, v128.load(u.second + at), u.fresh2, g);
    v128.store(u.second + at, v);
    const root = f32x4.sqrt(f32x4.add(past, epsilon));
    const delta = f32x4.mul(f32x4.div(root, f32x4.sqrt(f32x4.add(v, epsilon))), g);
    v128.store(u.first + at, blendSquare(u.beta2, past, u.fresh2, delta));
    v128.store(u.theta + at, f32x4.sub(v128.load(u.theta + at), f32x4.mul(rate, delta)));
  }
}
