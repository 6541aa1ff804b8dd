import { OperationKind } from "../records/kinds";
import { dataOf, DepthPass, gradientOf, Operation, tapeOf } from "../records/tape";
import { activate, activatePrelu } from "./activations";
import { contributionAt, deliver, receive, receivedExponents, scalesOf } from "./deliver";
import { commonFrame, leftToFrame, rightToFrame, rowSum } from "./reduce";

/*
 * out = φ(x)      ∂L/∂x = φ'(x) ⊙ δ
 *
 * The forward pass keeps φ'. PReLU (He 2015) learns its slope w: ∂L/∂w = Σ δ ⊙ min(x, 0), and x must outlive the
 * forward pass.
 */

export function activationForward(pass: DepthPass, op: Operation): void {
  const n = op.out.rows << 3;
  for (let p = 0; p < pass.panels; p++) {
    if (op.code == OperationKind.Prelu) {
      activatePrelu(load<f32>(op.weight), dataOf(op.x, p), dataOf(op.out, p), tapeOf(op, p), n);
    }
    else activate(op.kind, dataOf(op.x, p), dataOf(op.out, p), tapeOf(op, p), n);
  }
}

export function activationBackward(pass: DepthPass, stream: i32, op: Operation): void {
  for (let p = 0; p < pass.panels; p++) {
    receive(pass, stream, op, p);
    const scales = scalesOf(pass), s0 = v128.load(scales), s1 = v128.load(scales, 16);
    let delta = gradientOf(op.out, p), slope = tapeOf(op, p), to = contributionAt(pass, op, p);
    for (const end = delta + (<usize>op.out.rows << 5); delta < end; delta += 32) {
      v128.store(to, f32x4.mul(v128.load(slope), f32x4.mul(v128.load(delta), s0)));
      v128.store(to, f32x4.mul(v128.load(slope, 16), f32x4.mul(v128.load(delta, 16), s1)), 16);
      slope += 32; to += 32;
    }
    deliver(pass, stream, op, p, receivedExponents(pass));
  }
}

/** ∂L/∂w = Σ δ ⊙ min(x, 0). */
export function slopeGradient(pass: DepthPass, op: Operation): void {
  const frame = commonFrame(pass, op), zero = f32x4.splat(0);
  let sum: f64 = 0;
  for (let p = 0; p < pass.panels; p++) {
    const s0 = leftToFrame(op, p, frame), s1 = rightToFrame(op, p, frame);
    let delta = gradientOf(op.out, p), x = dataOf(op.x, p);
    for (const end = delta + (<usize>op.out.rows << 5); delta < end; delta += 32) {
      const left = f32x4.mul(f32x4.mul(v128.load(delta), s0), f32x4.min(v128.load(x), zero));
      const right = f32x4.mul(f32x4.mul(v128.load(delta, 16), s1), f32x4.min(v128.load(x, 16), zero));
      sum += rowSum(left, right);
      x += 32;
    }
  }
  store<f32>(op.weightGradient, <f32>sum);
  store<i32>(op.gradientExponent, frame);
}
