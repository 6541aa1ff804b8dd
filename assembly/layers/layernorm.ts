import { OperationKind } from "../records/kinds";
import { dataOf, DepthPass, gradientOf, Operation, tapeOf } from "../records/tape";
import { contributionAt, deliver, receive, receivedExponents, scalesOf } from "./deliver";
import { commonFrame, leftToFrame, rightToFrame, rowSum } from "./reduce";
import { standardize, standardizeAdjoint } from "./standardize";

/*
 * Layer norm (Ba, Kiros and Hinton 2016) and RMS norm (Zhang and Sennrich 2019), over the H rows of each sample:
 *
 *     x̂ = (x − μ)/√(σ² + ε)     out = γ ⊙ x̂ + β            RMS: μ = 0, σ² = mean x², no β
 *     g = γ ⊙ δ                 ∂L/∂x = (g − mean g − x̂ mean(g x̂))/√(σ² + ε)   RMS: without mean g; `standardize.ts`
 *     ∂L/∂γ = Σ_b δ ⊙ x̂         ∂L/∂β = Σ_b δ
 *
 * Tape: x̂. Statistics: 1/√(σ² + ε) of each sample, [P][8]. ε is the operation's factor; the variance is
 * biased (PyTorch).
 */
export function layerNormForward(pass: DepthPass, op: Operation): void {
  const centered = op.code == OperationKind.Layer;
  for (let p = 0; p < pass.panels; p++) {
    standardize(
      dataOf(op.out, p), tapeOf(op, p), op.statistics + (<usize>p << 5), dataOf(op.x, p), op.weight, centered
        ? op.bias
        : 0, op.x.rows, centered, op.factor,
    );
  }
}

export function layerNormBackward(pass: DepthPass, stream: i32, op: Operation): void {
  for (let p = 0; p < pass.panels; p++) {
    receive(pass, stream, op, p);
    standardizeAdjoint(
      contributionAt(pass, op, p), gradientOf(op.out, p), scalesOf(pass), op.weight, tapeOf(op, p), op.statistics
        + (<usize>p << 5), op.x.rows,
      op.code == OperationKind.Layer, op.factor,
    );
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
      const d0 = f32x4.mul(v128.load(d), leftToFrame(op, p, frame));
      const d1 = f32x4.mul(v128.load(d, 16), rightToFrame(op, p, frame));
      ofScale += rowSum(f32x4.mul(d0, v128.load(tape)), f32x4.mul(d1, v128.load(tape, 16)));
      ofShift += rowSum(d0, d1);
    }
    store<f32>(op.weightGradient + (<usize>i << 2), <f32>ofScale);
    if (op.biasGradient != 0) store<f32>(op.biasGradient + (<usize>i << 2), <f32>ofShift);
  }
}
