import { Update } from "../records/update";

/** Bytes of a tensor, its padding included. */
@inline export function bytesOf(u: Update): usize { return <usize>((u.n + 3) >> 2) << 4; }

/** g + λ θ, at a byte offset. */
@inline export function penalized(u: Update, at: usize): v128 {
  return f32x4.add(v128.load(u.gradient + at), f32x4.mul(f32x4.splat(u.decay), v128.load(u.theta + at)));
}

/** β a + f b. */
@inline export function blend(beta: f32, a: v128, fresh: f32, b: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(beta), a), f32x4.mul(f32x4.splat(fresh), b));
}

/**
 * β a + (f b) b. The product has PyTorch's order, so that f b² stays finite where b² alone would leave float32's range.
 */
@inline export function blendSquare(beta: f32, a: v128, fresh: f32, b: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(beta), a), f32x4.mul(f32x4.mul(f32x4.splat(fresh), b), b));
}
