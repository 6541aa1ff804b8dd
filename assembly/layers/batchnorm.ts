import { contributionAt, deliver, recordOut } from "./deliver";
import { scaleAndShiftGradient } from "./layernorm";
import { commonFrame, leftToFrame, rightToFrame, rowSum } from "./reduce";
import { dataOf, DepthPass, gradientOf, Operation, tapeOf } from "./tape";

/*
 * Batch norm (Ioffe and Szegedy 2015) with the batch's own statistics, over the B samples of each row:
 *
 *     x̂ = (x − μ)/√(σ² + ε)     out = γ x̂ + β            σ² biased, ε = 1e−5 (PyTorch, training)
 *     ∂L/∂x = γ/√(σ² + ε) · (δ − mean_b δ − x̂ mean_b(δ x̂))
 *
 * Every sample's gradient depends on every other's, so the batch is brought to one frame: what lies 2¹²⁶ below its largest
 * sample is lost here, as it would be to any float32. Tape: x̂. Statistics: 1/√(σ² + ε), [H].
 */
const EPSILON: f64 = 1e-5;

/** Lanes past the batch repeat a sample and may not count: 1 for a sample, 0 for padding. */
@inline
function real(pass: DepthPass, p: i32, first: i32): v128 {
  const left = pass.batch - p * 8 - first;
  return f32x4(left > 0 ? 1 : 0, left > 1 ? 1 : 0, left > 2 ? 1 : 0, left > 3 ? 1 : 0);
}

export function batchNormForward(pass: DepthPass, op: Operation): void {
  const rows = op.x.rows, count = <f64>pass.batch;
  for (let i = 0; i < rows; i++) {
    const row = <usize>i << 5;
    let sum: f64 = 0;
    for (let p = 0; p < pass.panels; p++) {
      const x = dataOf(op.x, p) + row;
      sum += rowSum(f32x4.mul(v128.load(x), real(pass, p, 0)), f32x4.mul(v128.load(x, 16), real(pass, p, 4)));
    }
    const m = f32x4.splat(<f32>(sum / count));
    let squares: f64 = 0;
    for (let p = 0; p < pass.panels; p++) {
      const x = dataOf(op.x, p) + row;
      const d0 = f32x4.mul(f32x4.sub(v128.load(x), m), real(pass, p, 0)), d1 = f32x4.mul(f32x4.sub(v128.load(x, 16), m), real(pass, p, 4));
      squares += rowSum(f32x4.mul(d0, d0), f32x4.mul(d1, d1));
    }
    const inverse = <f32>(1 / Math.sqrt(squares / count + EPSILON));
    store<f32>(op.statistics + (<usize>i << 2), inverse);
    const r = f32x4.splat(inverse);
    const gamma = v128.load32_splat(op.weight + (<usize>i << 2)), beta = v128.load32_splat(op.bias + (<usize>i << 2));
    for (let p = 0; p < pass.panels; p++) {
      const x = dataOf(op.x, p) + row, tape = tapeOf(op, p) + row, out = dataOf(op.out, p) + row;
      const h0 = f32x4.mul(f32x4.sub(v128.load(x), m), r), h1 = f32x4.mul(f32x4.sub(v128.load(x, 16), m), r);
      v128.store(tape, h0); v128.store(tape, h1, 16);
      v128.store(out, f32x4.add(f32x4.mul(gamma, h0), beta)); v128.store(out, f32x4.add(f32x4.mul(gamma, h1), beta), 16);
    }
  }
}

export function batchNormBackward(pass: DepthPass, stream: i32, op: Operation): void {
  if (stream == 0 && op.weightGradient != 0) scaleAndShiftGradient(pass, op);
  const rows = op.x.rows, count = <f64>pass.batch;
  const frame = commonFrame(pass, op), exponents = pass.scratch + 64;
  for (let p = 0; p < pass.panels; p++) recordOut(pass, stream, op, p);
  // rows outermost, so every panel's contribution is computed before any is delivered: aside, they stand one behind the other
  const asideBytes = <usize>rows << 5;
  for (let i = 0; i < rows; i++) {
    const row = <usize>i << 5;
    let sum: f64 = 0, product: f64 = 0;
    for (let p = 0; p < pass.panels; p++) {
      const d = gradientOf(op.out, p) + row, tape = tapeOf(op, p) + row;
      const d0 = f32x4.mul(v128.load(d), leftToFrame(op, p, frame)), d1 = f32x4.mul(v128.load(d, 16), rightToFrame(op, p, frame));
      sum += rowSum(d0, d1);
      product += rowSum(f32x4.mul(d0, v128.load(tape)), f32x4.mul(d1, v128.load(tape, 16)));
    }
    const mean = f32x4.splat(<f32>(sum / count)), slope = f32x4.splat(<f32>(product / count));
    const factor = f32x4.splat(load<f32>(op.weight + (<usize>i << 2)) * load<f32>(op.statistics + (<usize>i << 2)));
    for (let p = 0; p < pass.panels; p++) {
      const d = gradientOf(op.out, p) + row, tape = tapeOf(op, p) + row;
      const to = (op.xMerges ? contributionAt(pass, op, p) + asideBytes * <usize>p : gradientOf(op.x, p)) + row;
      const d0 = f32x4.mul(v128.load(d), leftToFrame(op, p, frame)), d1 = f32x4.mul(v128.load(d, 16), rightToFrame(op, p, frame));
      const u0 = f32x4.sub(f32x4.sub(d0, mean), f32x4.mul(v128.load(tape), slope));
      const u1 = f32x4.sub(f32x4.sub(d1, mean), f32x4.mul(v128.load(tape, 16), slope));
      v128.store(to, f32x4.mul(f32x4.mul(factor, u0), real(pass, p, 0)));
      v128.store(to, f32x4.mul(f32x4.mul(factor, u1), real(pass, p, 4)), 16);
    }
  }
  for (let p = 0; p < pass.panels; p++) {
    if (op.xMerges && p > 0) memory.copy(contributionAt(pass, op, p), contributionAt(pass, op, p) + asideBytes * <usize>p, asideBytes);
    for (let lane: usize = 0; lane < 8; lane++) store<i32>(exponents + (lane << 2), frame);
    deliver(pass, stream, op, p, exponents);
  }
}
