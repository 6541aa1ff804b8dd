/**
 * One tensor's update, written by the host (`src/wasm/training/`). Every tensor is [n] float32, 16-byte aligned and
 * padded with zeros to whole vectors: the padding belongs to it, and an update of zeros leaves zeros. Fields that a
 * rule does not use are 0.
 *
 * θ parameter · g gradient · η learning rate · λ weight decay · t the number of the update, from 1
 */
@unmanaged export class Update {
  rule: i32; // an UpdateRule
  n: i32;
  theta: usize;
  gradient: usize;
  first: usize; // m: an average of g, or a sum of updates
  second: usize; // v: an average of g², or a sum
  third: usize; // what the rule names it
  scratch: usize; // LAMB's update before its length is known
  before: usize; // θ before the update; may be the same memory for all tensors; 0 where none is measured
  start: usize; // θ₀
  moved: usize; // [3][4] f64, sums by lane: Σ (θ − before)², Σ θ², Σ (θ − θ₀)²; the host sets it to zero before
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
