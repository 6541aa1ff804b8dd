import { dataOf, DepthPass, gradientOf, Operation } from "../records/tape";
import { activate, ActivationKind } from "./activations";
import { contributionAt, deliver, deliverWhole, receive, receivedExponents, scalesOf } from "./deliver";
import { commonFrame, leftToFrame, rightToFrame, rowSum } from "./reduce";

/*
 * The operation that joins a skip path x and a branch y.
 *
 * Join (He 2016; Zhang 2019, De and Smith 2020, Bachlechner 2020 with a learned α):
 *     out = x + m α y        ∂L/∂x = δ      ∂L/∂y = m α δ      ∂L/∂α = m Σ δ ⊙ y
 * m a constant (1/√K, stochastic depth's), α = 1 where `weight` is absent.
 *
 * Highway (Srivastava 2015), z = the gate's pre-activation, g = σ(z):
 *     out = g ⊙ m y + (1 − g) ⊙ x
 *     ∂L/∂y = m g ⊙ δ        ∂L/∂x = (1 − g) ⊙ δ       ∂L/∂z = σ'(z) ⊙ (m y − x) ⊙ δ
 * Tape: g, 1 − g and σ'(z), three slabs a panel.
 */

export function joinForward(pass: DepthPass, op: Operation): void {
  const m = f32x4.splat(multiplier(op));
  for (let p = 0; p < pass.panels; p++) {
    let x = dataOf(op.x, p), y = dataOf(op.y, p), out = dataOf(op.out, p);
    for (const end = x + (<usize>op.out.rows << 5); x < end; x += 16) {
      v128.store(out, f32x4.add(v128.load(x), f32x4.mul(m, v128.load(y))));
      y += 16; out += 16;
    }
  }
}

@inline function multiplier(op: Operation): f32 {
  return op.weight != 0 ? op.factor * load<f32>(op.weight) : op.factor;
}

export function joinBackward(pass: DepthPass, stream: i32, op: Operation): void {
  const m = f32x4.splat(multiplier(op));
  for (let p = 0; p < pass.panels; p++) {
    receive(pass, stream, op, p);
    const s0 = v128.load(scalesOf(pass)), s1 = v128.load(scalesOf(pass), 16);
    let delta = gradientOf(op.out, p), branch = gradientOf(op.y, p), skip = contributionAt(pass, op, p);
    for (const end = delta + (<usize>op.out.rows << 5); delta < end; delta += 32) {
      const d0 = f32x4.mul(v128.load(delta), s0), d1 = f32x4.mul(v128.load(delta, 16), s1);
      v128.store(branch, f32x4.mul(m, d0)); v128.store(branch, f32x4.mul(m, d1), 16);
      v128.store(skip, d0); v128.store(skip, d1, 16);
      branch += 32; skip += 32;
    }
    deliver(pass, stream, op, p, receivedExponents(pass));
    deliverWhole(pass, stream, op.ySlot, op.y, p, receivedExponents(pass));
  }
}

/** ∂L/∂α = m Σ δ ⊙ y. */
export function multiplierGradient(pass: DepthPass, op: Operation): void {
  const frame = commonFrame(pass, op);
  let sum: f64 = 0;
  for (let p = 0; p < pass.panels; p++) {
    const s0 = leftToFrame(op, p, frame), s1 = rightToFrame(op, p, frame);
    let delta = gradientOf(op.out, p), y = dataOf(op.y, p);
    for (const end = delta + (<usize>op.out.rows << 5); delta < end; delta += 32) {
      sum += rowSum(
        f32x4.mul(f32x4.mul(v128.load(delta), s0), v128.load(y)),
        f32x4.mul(f32x4.mul(v128.load(delta, 16), s1), v128.load(y, 16)),
      );
      y += 32;
    }
  }
  store<f32>(op.weightGradient, op.factor * <f32>sum);
  store<i32>(op.gradientExponent, frame);
}

/** The three slabs of a highway's tape: g = σ(z), 1 − g = σ(−z) (no cancellation near 1), σ'(z). */
@inline function slab(op: Operation, p: i32, which: i32): usize {
  return op.tape + (<usize>(p * 3 + which) * <usize>op.out.rows << 5);
}

export function highwayForward(pass: DepthPass, op: Operation): void {
  const n = op.out.rows << 3, bytes = <usize>op.out.rows << 5;
  const m = f32x4.splat(op.factor);
  for (let p = 0; p < pass.panels; p++) {
    const z = dataOf(op.z, p), g = slab(op, p, 0), rest = slab(op, p, 1);
    activate(ActivationKind.Sigmoid, z, g, slab(op, p, 2), n);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(rest + i, f32x4.neg(v128.load(z + i)));
    activate(ActivationKind.Sigmoid, rest, rest, 0, n);
    const x = dataOf(op.x, p), y = dataOf(op.y, p), out = dataOf(op.out, p);
    for (let i: usize = 0; i < bytes; i += 16) {
      const branch = f32x4.mul(v128.load(g + i), f32x4.mul(m, v128.load(y + i)));
      v128.store(out + i, f32x4.add(branch, f32x4.mul(v128.load(rest + i), v128.load(x + i))));
    }
  }
}

export function highwayBackward(pass: DepthPass, stream: i32, op: Operation): void {
  const bytes = <usize>op.out.rows << 5, m = f32x4.splat(op.factor);
  for (let p = 0; p < pass.panels; p++) {
    receive(pass, stream, op, p);
    const g = slab(op, p, 0), rest = slab(op, p, 1), slope = slab(op, p, 2);
    const delta = gradientOf(op.out, p), x = dataOf(op.x, p), y = dataOf(op.y, p);
    const toBranch = gradientOf(op.y, p), toGate = gradientOf(op.z, p), toSkip = contributionAt(pass, op, p);
    const scales = scalesOf(pass);
    for (let i: usize = 0; i < bytes; i += 16) {
      const d = f32x4.mul(v128.load(delta + i), v128.load(scales + (i & 16)));
      const branch = f32x4.mul(m, v128.load(y + i));
      v128.store(toBranch + i, f32x4.mul(f32x4.mul(m, v128.load(g + i)), d));
      v128.store(toGate + i, f32x4.mul(f32x4.mul(v128.load(slope + i), f32x4.sub(branch, v128.load(x + i))), d));
      v128.store(toSkip + i, f32x4.mul(v128.load(rest + i), d));
    }
    const exponents = receivedExponents(pass);
    deliver(pass, stream, op, p, exponents);
    deliverWhole(pass, stream, op.ySlot, op.y, p, exponents);
    deliverWhole(pass, stream, op.zSlot, op.z, p, exponents);
  }
}
