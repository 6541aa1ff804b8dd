/**
 * One tensor's update, written by the host (`src/wasm/training/`). Every tensor is [n] float32, 16-byte aligned and
 * padded with zeros to whole vectors: the padding belongs to it, and an update of zeros leaves zeros. What a rule does
 * not use is 0.
 *
 * θ parameter · g gradient · η learning rate · λ weight decay · t the number of the update, from 1
 */
@unmanaged export class Update {
  rule: i32; // SGD …
  n: i32;
  theta: usize;
  gradient: usize;
  first: usize; // m: an average of g, or a sum of updates
  second: usize; // v: an average of g², or a sum
  third: usize; // what the rule names it
  scratch: usize; // LAMB's update before its length is known
  before: usize; // θ before the update; may be the same memory for all tensors
  start: usize; // θ₀
  moved: usize; // [3] f64: Σ (θ − before)², Σ θ², Σ (θ − θ₀)²
  rate: f32; // η, corrected where the rule says so
  decay: f32; // λ of the L2 penalty: g + λ θ takes the place of g
  keep: f32; // 1 − η λ where decay is decoupled: θ shrinks by it before the update; else 1
  beta1: f32;
  fresh1: f32; // 1 − β₁
  beta2: f32;
  fresh2: f32; // 1 − β₂
  epsilon: f32;
  scale1: f32; // the rule's own
  scale2: f32;
}

export const SGD: i32 = 0;
export const MOMENTUM: i32 = 1;
export const NESTEROV: i32 = 2;
export const ADAGRAD: i32 = 3;
export const RMSPROP: i32 = 4;
export const ADADELTA: i32 = 5;
export const ADAM: i32 = 6;
export const AMSGRAD: i32 = 7;
export const NADAM: i32 = 8;
export const RADAM: i32 = 9;
export const LION: i32 = 10;
export const LAMB: i32 = 11;

/** Bytes of a tensor, its padding included. */
@inline
export function bytesOf(u: Update): usize { return <usize>((u.n + 3) >> 2) << 4; }

/** g + λ θ, at a byte offset. */
@inline
export function penalized(u: Update, at: usize): v128 {
  return f32x4.add(v128.load(u.gradient + at), f32x4.mul(f32x4.splat(u.decay), v128.load(u.theta + at)));
}

/** β a + f b. */
@inline
export function blend(beta: f32, a: v128, fresh: f32, b: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(beta), a), f32x4.mul(f32x4.splat(fresh), b));
}

/** β a + (f b) b, the product in PyTorch's order: f b² where b² alone would leave float32's range. */
@inline
export function blendSquare(beta: f32, a: v128, fresh: f32, b: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(beta), a), f32x4.mul(f32x4.mul(f32x4.splat(fresh), b), b));
}
