import { DEAD, HEAD } from "../records/constants";
import { dataOf, DepthPass, gradientOf, Operation, tapeOf } from "../records/tape";
import { contributionAt, deliver, recordOut } from "./deliver";
import { commonFrame, fourFloats, highDoubles, leftToFrame, lowDoubles, rightToFrame, rowDot, rowSum } from "./reduce";

/*
 * Batch norm (Ioffe and Szegedy 2015) with the batch's own statistics, over the B samples of each row:
 *
 *     x̂ = (x − μ)/√(σ² + ε)     out = γ x̂ + β            σ² biased, ε the operation's (PyTorch, training)
 *     ∂L/∂x = γ/√(σ² + ε) · (δ − mean_b δ − x̂ mean_b(δ x̂))
 *
 * μ is two floats, and the last term a projection in float64 that leaves ε/(σ² + ε) of what lies along x̂, as in
 * `standardize.ts`: of a batch of two nothing else is left.
 *
 * Every sample's gradient depends on every other's, so the batch is brought to one frame: numbers 2¹²⁶ below those of
 * its largest sample are lost here, as in any float32. Tape: x̂. Statistics: 1/√(σ² + ε), [H].
 */
/** Weights of the lanes: 1 for a sample, 0 for padding. Lanes past the batch repeat a sample and must not count. */
@inline function real(pass: DepthPass, p: i32, first: i32): v128 {
  const left = pass.batch - p * 8 - first;
  return f32x4(left > 0 ? 1 : 0, left > 1 ? 1 : 0, left > 2 ? 1 : 0, left > 3 ? 1 : 0);
}

export function batchNormForward(pass: DepthPass, op: Operation): void {
  for (let phase = 0; phase < PHASES; phase++) batchNormForwardPhase(pass, op, phase);
}

/*
 * Forward and backward have three phases each. A pass that runs only a part of the batch stops after each of the first
 * two, until the partial sums of the other parts are there. The sums are added panel by panel in their order, so the
 * bits are those of the undivided batch. Partial sums: [all panels][rows][n] f64, n of a row.
 *
 *     forward   Σ x · Σ (x − m)² and Σ (x − m), m = μ rounded to a float · x̂ and out
 *     backward  the frame of a panel's ∂L/∂out · Σ δ, Σ x̂, Σ δ x̂ and Σ x̂² · ∂L/∂x
 */
export const PHASES: i32 = 3;

/** How many f64 a row has in the partial sums of a phase. */
@inline export function partialsOf(backward: bool, phase: i32): i32 {
  return backward ? (phase == 0 ? 1 : 4) : phase + 1;
}

/** Rows of the partial sums of a phase: the frame of a panel is one number. */
@inline export function partialRows(op: Operation, backward: bool, phase: i32): i32 {
  return backward && phase == 0 ? 1 : op.x.rows;
}

/** Where row i of panel p of the whole batch stands among partial sums of n numbers a row. */
@inline function partialAt(pass: DepthPass, rows: i32, n: i32, p: i32, i: i32): usize {
  return pass.partials + (<usize>((p * rows + i) * n) << 3);
}

/** Adds the partial sums of all panels, in their order. Returns the address of the sums [rows][n]. */
function totals(pass: DepthPass, rows: i32, n: i32): usize {
  const sums = partialAt(pass, rows, n, pass.allPanels, 0), bytes = <usize>(rows * n) << 3;
  memory.fill(sums, 0, bytes);
  for (let from = pass.partials; from < sums; from += bytes) {
    for (let i: usize = 0; i < bytes; i += 8) store<f64>(sums + i, load<f64>(sums + i) + load<f64>(from + i));
  }
  return sums;
}

/** Phase 0, 1 or 2 of the forward pass. */
export function batchNormForwardPhase(pass: DepthPass, op: Operation, phase: i32): void {
  const rows = op.x.rows, count = <f64>pass.allSamples;
  if (phase == 0) {
    for (let p = 0; p < pass.panels; p++) {
      let to = partialAt(pass, rows, 1, pass.firstPanel + p, 0);
      for (let i = 0; i < rows; i++, to += 8) {
        const x = dataOf(op.x, p) + (<usize>i << 5);
        store<f64>(
          to, rowSum(f32x4.mul(v128.load(x), real(pass, p, 0)), f32x4.mul(v128.load(x, 16), real(pass, p, 4))),
        );
      }
    }
    return;
  }
  const means = pass.scratch + HEAD;
  if (phase == 1) {
    const sums = totals(pass, rows, 1);
    for (let i: usize = 0; i < <usize>rows; i++) {
      store<f32>(means + (i << 2), <f32>(load<f64>(sums + (i << 3)) / count));
    }
    for (let p = 0; p < pass.panels; p++) {
      let to = partialAt(pass, rows, 2, pass.firstPanel + p, 0);
      for (let i = 0; i < rows; i++, to += 16) {
        const x = dataOf(op.x, p) + (<usize>i << 5), m = v128.load32_splat(means + (<usize>i << 2));
        const d0 = f32x4.mul(f32x4.sub(v128.load(x), m), real(pass, p, 0));
        const d1 = f32x4.mul(f32x4.sub(v128.load(x, 16), m), real(pass, p, 4));
        store<f64>(to, rowDot(d0, d1, d0, d1));
        store<f64>(to, rowSum(d0, d1), 8);
      }
    }
    return;
  }
  const sums = totals(pass, rows, 2);
  for (let i = 0; i < rows; i++) {
    const row = <usize>i << 5, m = v128.load32_splat(means + (<usize>i << 2));
    const squares = load<f64>(sums + (<usize>i << 4)), left = load<f64>(sums + (<usize>i << 4), 8) / count;
    const rest = f32x4.splat(<f32>left), inverse = <f32>(1 / Math.sqrt(squares / count - left * left + op.factor));
    store<f32>(op.statistics + (<usize>i << 2), inverse);
    const r = f32x4.splat(inverse);
    const gamma = v128.load32_splat(op.weight + (<usize>i << 2)), beta = v128.load32_splat(op.bias + (<usize>i << 2));
    for (let p = 0; p < pass.panels; p++) {
      const x = dataOf(op.x, p) + row, tape = tapeOf(op, p) + row, out = dataOf(op.out, p) + row;
      const h0 = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x), m), rest), r);
      const h1 = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x, 16), m), rest), r);
      v128.store(tape, h0); v128.store(tape, h1, 16);
      v128.store(out, f32x4.add(f32x4.mul(gamma, h0), beta));
      v128.store(out, f32x4.add(f32x4.mul(gamma, h1), beta), 16);
    }
  }
}

/** factor · ((δ − level) − slope · (x̂ − offset)) of four samples, in float64. */
@inline function inward(delta: v128, normal: v128, level: v128, offset: v128, slope: v128, factor: v128): v128 {
  const low = f64x2.sub(f64x2.sub(lowDoubles(delta), level), f64x2.mul(slope, f64x2.sub(lowDoubles(normal), offset)));
  const high = f64x2.sub(
    f64x2.sub(highDoubles(delta), level), f64x2.mul(slope, f64x2.sub(highDoubles(normal), offset)),
  );
  return fourFloats(f64x2.mul(factor, low), f64x2.mul(factor, high));
}

export function batchNormBackward(pass: DepthPass, stream: i32, op: Operation): void {
  for (let phase = 0; phase < PHASES; phase++) batchNormBackwardPhase(pass, stream, op, phase);
}

/** Phase 0, 1 or 2 of the backward pass. */
export function batchNormBackwardPhase(pass: DepthPass, stream: i32, op: Operation, phase: i32): void {
  const rows = op.x.rows, count = <f64>pass.allSamples;
  if (phase == 0) {
    const own = <f64>commonFrame(pass, op);
    for (let p = 0; p < pass.panels; p++) {
      store<f64>(partialAt(pass, 1, 1, pass.firstPanel + p, 0), own);
      recordOut(pass, stream, op, p);
    }
    return;
  }
  if (phase == 1) {
    let frame = DEAD;
    for (let p = 0; p < pass.allPanels; p++) frame = max(frame, <i32>load<f64>(partialAt(pass, 1, 1, p, 0)));
    store<i32>(op.statistics + (<usize>rows << 2), frame);
    for (let p = 0; p < pass.panels; p++) {
      const left = leftToFrame(op, p, frame), right = rightToFrame(op, p, frame);
      let to = partialAt(pass, rows, 4, pass.firstPanel + p, 0);
      for (let i = 0; i < rows; i++, to += 32) {
        const d = gradientOf(op.out, p) + (<usize>i << 5), tape = tapeOf(op, p) + (<usize>i << 5);
        const d0 = f32x4.mul(v128.load(d), left), d1 = f32x4.mul(v128.load(d, 16), right);
        const x0 = f32x4.mul(v128.load(tape), real(pass, p, 0)), x1 = f32x4.mul(v128.load(tape, 16), real(pass, p, 4));
        store<f64>(to, rowSum(d0, d1)); store<f64>(to, rowSum(x0, x1), 8);
        store<f64>(to, rowDot(d0, d1, x0, x1), 16); store<f64>(to, rowDot(x0, x1, x0, x1), 24);
      }
    }
    return;
  }
  const sums = totals(pass, rows, 4);
  const frame = load<i32>(op.statistics + (<usize>rows << 2)), exponents = pass.scratch + 64;
  // the loop over rows is the outer one, so every panel's contribution is computed before any is delivered; in the
  // scratch they stand one after the other
  const asideBytes = <usize>rows << 5;
  for (let i = 0; i < rows; i++) {
    const row = <usize>i << 5;
    const own = sums + row, ofDelta = load<f64>(own), ofNormal = load<f64>(own, 8);
    let product = load<f64>(own, 16), square = load<f64>(own, 24);
    const r = <f64>load<f32>(op.statistics + (<usize>i << 2));
    product -= ofDelta * ofNormal / count; square -= ofNormal * ofNormal / count;
    const level = f64x2.splat(ofDelta / count), offset = f64x2.splat(ofNormal / count);
    const slope = f64x2.splat(square == 0 ? 0 : (1 - <f64>op.factor * r * r) * product / square);
    const factor = f64x2.splat(<f64>load<f32>(op.weight + (<usize>i << 2)) * r);
    for (let p = 0; p < pass.panels; p++) {
      const d = gradientOf(op.out, p) + row, tape = tapeOf(op, p) + row;
      const to = (op.xMerges ? contributionAt(pass, op, p) + asideBytes * <usize>p : gradientOf(op.x, p)) + row;
      const d0 = f32x4.mul(v128.load(d), leftToFrame(op, p, frame));
      const d1 = f32x4.mul(v128.load(d, 16), rightToFrame(op, p, frame));
      v128.store(to, f32x4.mul(inward(d0, v128.load(tape), level, offset, slope, factor), real(pass, p, 0)));
      v128.store(to, f32x4.mul(inward(d1, v128.load(tape, 16), level, offset, slope, factor), real(pass, p, 4)), 16);
    }
  }
  for (let p = 0; p < pass.panels; p++) {
    if (op.xMerges && p > 0) {
      memory.copy(contributionAt(pass, op, p), contributionAt(pass, op, p) + asideBytes * <usize>p, asideBytes);
    }
    for (let lane: usize = 0; lane < 8; lane++) store<i32>(exponents + (lane << 2), frame);
    deliver(pass, stream, op, p, exponents);
  }
}
