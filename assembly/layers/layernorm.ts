import { laneSums } from "../kernels/lanes";
import { contributionAt, deliver, receive, receivedExponents, scalesOf } from "./deliver";
import { commonFrame, laneDeviations, leftToFrame, rightToFrame, rowSum } from "./reduce";
import { dataOf, DepthPass, gradientOf, LAYER_NORM, Operation, tapeOf } from "./tape";

/*
 * Layer norm (Ba, Kiros and Hinton 2016) and RMS norm (Zhang and Sennrich 2019), over the H rows of each sample:
 *
 *     x̂ = (x − μ)/√(σ² + ε)     out = γ ⊙ x̂ + β            RMS: μ = 0, σ² = mean x², no β
 *     g = γ ⊙ δ                 ∂L/∂x = (g − mean g − x̂ mean(g x̂))/√(σ² + ε)            RMS: without mean g
 *     ∂L/∂γ = Σ_b δ ⊙ x̂         ∂L/∂β = Σ_b δ
 *
 * Tape: x̂. Statistics: 1/√(σ² + ε) of each sample, [P][8]. ε = 1e−5, the variance is biased (PyTorch).
 */
const EPSILON: f64 = 1e-5;

export function layerNormForward(pass: DepthPass, op: Operation): void {
  const rows = op.x.rows, centred = op.code == LAYER_NORM;
  const means = pass.scratch, squares = pass.scratch + 64, floats = pass.scratch + 128;
  for (let p = 0; p < pass.panels; p++) {
    const from = dataOf(op.x, p), end = from + (<usize>rows << 5), inverse = op.statistics + (<usize>p << 5);
    if (centred) {
      laneSums(means, from, rows);
      for (let lane: usize = 0; lane < 8; lane++) {
        store<f32>(floats + (lane << 2), <f32>(load<f64>(means + (lane << 3)) / <f64>rows));
      }
    } else memory.fill(floats, 0, 32);
    const m0 = v128.load(floats), m1 = v128.load(floats, 16);
    laneDeviations(squares, from, floats, rows);
    for (let lane: usize = 0; lane < 8; lane++) {
      store<f32>(inverse + (lane << 2), <f32>(1 / Math.sqrt(load<f64>(squares + (lane << 3)) / <f64>rows + EPSILON)));
    }
    const r0 = v128.load(inverse), r1 = v128.load(inverse, 16);
    let gamma = op.weight, beta = op.bias, tape = tapeOf(op, p), out = dataOf(op.out, p);
    for (let x = from; x < end; x += 32) {
      const h0 = f32x4.mul(f32x4.sub(v128.load(x), m0), r0), h1 = f32x4.mul(f32x4.sub(v128.load(x, 16), m1), r1);
      v128.store(tape, h0); v128.store(tape, h1, 16);
      const g = v128.load32_splat(gamma), b = centred ? v128.load32_splat(beta) : f32x4.splat(0);
      v128.store(out, f32x4.add(f32x4.mul(g, h0), b)); v128.store(out, f32x4.add(f32x4.mul(g, h1), b), 16);
      gamma += 4; beta += 4; tape += 32; out += 32;
    }
  }
}

export function layerNormBackward(pass: DepthPass, stream: i32, op: Operation): void {
  if (stream == 0 && op.weightGradient != 0) scaleAndShiftGradient(pass, op);
  const rows = op.x.rows, centred = op.code == LAYER_NORM;
  const sums = pass.scratch + 128, products = sums + 64, floats = pass.scratch; // receive's squares are done with
  for (let p = 0; p < pass.panels; p++) {
    receive(pass, stream, op, p);
    const s0 = v128.load(scalesOf(pass)), s1 = v128.load(scalesOf(pass), 16);
    const from = gradientOf(op.out, p), end = from + (<usize>rows << 5), inverse = op.statistics + (<usize>p << 5);
    let to = contributionAt(pass, op, p), gamma = op.weight, tape = tapeOf(op, p);
    // g goes where ∂L/∂x will stand, g x̂ is summed on the way
    let c01 = f64x2.splat(0), c23 = c01, c45 = c01, c67 = c01;
    for (let d = from; d < end; d += 32) {
      const g = v128.load32_splat(gamma);
      const g0 = f32x4.mul(g, f32x4.mul(v128.load(d), s0)), g1 = f32x4.mul(g, f32x4.mul(v128.load(d, 16), s1));
      const left = f32x4.mul(g0, v128.load(tape)), right = f32x4.mul(g1, v128.load(tape, 16));
      v128.store(to, g0); v128.store(to, g1, 16);
      c01 = f64x2.add(c01, f64x2.promote_low_f32x4(left)); c23 = f64x2.add(c23, f64x2.promote_low_f32x4(v128.shuffle<f64>(left, left, 1, 1)));
      c45 = f64x2.add(c45, f64x2.promote_low_f32x4(right)); c67 = f64x2.add(c67, f64x2.promote_low_f32x4(v128.shuffle<f64>(right, right, 1, 1)));
      gamma += 4; tape += 32; to += 32;
    }
    v128.store(products, c01); v128.store(products, c23, 16); v128.store(products, c45, 32); v128.store(products, c67, 48);
    to = contributionAt(pass, op, p);
    if (centred) laneSums(sums, to, rows);
    else memory.fill(sums, 0, 64);
    for (let lane: usize = 0; lane < 8; lane++) {
      store<f32>(floats + (lane << 2), <f32>(load<f64>(sums + (lane << 3)) / <f64>rows));
      store<f32>(floats + 32 + (lane << 2), <f32>(load<f64>(products + (lane << 3)) / <f64>rows));
    }
    const m0 = v128.load(floats), m1 = v128.load(floats, 16), c0 = v128.load(floats, 32), c1 = v128.load(floats, 48);
    const r0 = v128.load(inverse), r1 = v128.load(inverse, 16);
    tape = tapeOf(op, p);
    for (const last = to + (<usize>rows << 5); to < last; to += 32) {
      v128.store(to, f32x4.mul(r0, f32x4.sub(f32x4.sub(v128.load(to), m0), f32x4.mul(v128.load(tape), c0))));
      v128.store(to, f32x4.mul(r1, f32x4.sub(f32x4.sub(v128.load(to, 16), m1), f32x4.mul(v128.load(tape, 16), c1))), 16);
      tape += 32;
    }
    deliver(pass, stream, op, p, receivedExponents(pass));
  }
}

/** ∂L/∂γ and ∂L/∂β of any norm whose tape is x̂, row by row over the batch, in one frame. */
export function scaleAndShiftGradient(pass: DepthPass, op: Operation): void {
  const frame = commonFrame(pass, op);
  store<i32>(op.gradientExponent, frame);
  for (let i = 0; i < op.out.rows; i++) {
    let ofScale: f64 = 0, ofShift: f64 = 0;
    for (let p = 0; p < pass.panels; p++) {
      const d = gradientOf(op.out, p) + (<usize>i << 5), tape = tapeOf(op, p) + (<usize>i << 5);
      const d0 = f32x4.mul(v128.load(d), leftToFrame(op, p, frame)), d1 = f32x4.mul(v128.load(d, 16), rightToFrame(op, p, frame));
      ofScale += rowSum(f32x4.mul(d0, v128.load(tape)), f32x4.mul(d1, v128.load(tape, 16)));
      ofShift += rowSum(d0, d1);
    }
    store<f32>(op.weightGradient + (<usize>i << 2), <f32>ofScale);
    if (op.biasGradient != 0) store<f32>(op.biasGradient + (<usize>i << 2), <f32>ofShift);
  }
}
