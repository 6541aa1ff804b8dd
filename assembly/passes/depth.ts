import { laneSquares, liftLanes, normalizers, scaleLanes } from "../kernels/lanes";
import { activationBackward, activationForward, slopeGradient } from "../layers/activation";
import {
  batchNormBackward, batchNormBackwardPhase, batchNormForward, batchNormForwardPhase, partialRows, partialsOf,
} from "../layers/batchnorm";
import { record } from "../layers/deliver";
import { denseBackward, denseForward, densePack, gradientStrips, weightGradient } from "../layers/dense";
import { highwayBackward, highwayForward, joinBackward, joinForward, multiplierGradient } from "../layers/join";
import { layerNormBackward, layerNormForward, scaleAndShiftGradient } from "../layers/layernorm";
import { dropoutBackward, dropoutForward } from "../layers/dropout";
import { panelHits, panelLoss, targetBytes } from "../layers/loss";
import { magnitudeSums, panelMagnitudeSums } from "../probes/magnitudes";
import { panelSquareSum, squareSum } from "../probes/norms";
import { MAGNITUDE_BYTES } from "../records/constants";
import { LossKind, OperationKind } from "../records/kinds";
import { dataOf, DepthPass, exponentsOf, gradientOf, Operation, Value } from "../records/tape";

/*
 * The depth loop: a tape of operations run forward, the loss, and the tape run backward once for each stream. As in the
 * time loop a pass is a numbered list of units, one operation each, and one call runs them all. A large product is
 * divided into parts of `work` multiplications, so that a host can pause within it; the numbers are the same.
 */

@inline function operationOf(pass: DepthPass, i: i32): Operation {
  return changetype<Operation>(pass.operationRecords + <usize>i * offsetof<Operation>());
}

/** Operations forward, one unit for the loss, operations backward for the loss's stream and for the probe's. */
export function depthUnits(pass: DepthPass): i32 {
  return pass.operations + 1 + pass.operations + (pass.streams - 1) * (pass.lossFrom + 1);
}

/** Runs units from ≤ u < to, in order, each once. */
export function depthRun(pass: DepthPass, from: i32, to: i32): void {
  for (let u = from; u < to; u++) {
    const op = operationAt(pass, u);
    if (op != null) runUnit(pass, u, op, 0, op.code == OperationKind.Dense ? strips(pass, u, op) : 1);
    else if (u == pass.operations) lossOf(pass);
    else startProbe(pass);
  }
}

/** How many parts of `work` multiplications unit u has, at least one. */
export function depthParts(pass: DepthPass, u: i32, work: i32): i32 {
  const op = operationAt(pass, u);
  if (op == null || op.code != OperationKind.Dense) return 1;
  const each = stripsOfPart(op, work);
  return (strips(pass, u, op) + each - 1) / each;
}

/** Runs part k of unit u. All parts in order are the unit. */
export function depthRunPart(pass: DepthPass, u: i32, k: i32, work: i32): void {
  const op = operationAt(pass, u);
  if (op == null || op.code != OperationKind.Dense) return depthRun(pass, u, u + 1);
  const each = stripsOfPart(op, work);
  runUnit(pass, u, op, k * each, min((k + 1) * each, strips(pass, u, op)));
}

/** The strips of a product: of a weight gradient eight columns of W and 256 samples, else one panel. */
function strips(pass: DepthPass, u: i32, op: Operation): i32 {
  const ofGradient = u > pass.operations ? stripsOfGradient(pass, u <= 2 * pass.operations ? 0 : 1, op) : 0;
  return ofGradient + pass.panels;
}

/** How many strips of unit u are of the weights' gradient, which only the loss's stream computes. */
function stripsOfGradient(pass: DepthPass, stream: i32, op: Operation): i32 {
  return stream == 0 && op.weightGradient != 0 ? gradientStrips(pass, op) : 0;
}

function stripsOfPart(op: Operation, work: i32): i32 {
  const columns = max(op.x.rows, 256); // a strip of a weight gradient has 256 samples
  return max(1, <i32>(<i64>work / (<i64>op.out.rows * <i64>columns * 8)));
}

/** Runs strips from ≤ s < to of a dense layer's unit. Any other unit is one strip. */
function runUnit(pass: DepthPass, u: i32, op: Operation, from: i32, to: i32): void {
  const n = pass.operations;
  if (u < n) return forward(pass, op, from, to);
  // without targets the readout is bypassed: its gradient is zero
  if (u <= 2 * n && 2 * n - u >= pass.lossFrom && pass.loss == LossKind.None) return;
  backward(pass, u <= 2 * n ? 0 : 1, op, from, to);
}

/**
 * Whether unit u is batch norm, forward or backward. There a pass over a part of the batch waits for the other parts.
 */
export function depthIsBatchNorm(pass: DepthPass, u: i32): bool {
  const op = operationAt(pass, u);
  return op != null && op.code == OperationKind.Batch;
}

/** Bytes of partial sums that one panel has after a phase of such a unit. */
export function depthPartialBytes(pass: DepthPass, u: i32, phase: i32): i32 {
  const op = operationAt(pass, u) as Operation, goesBack = u > pass.operations;
  return partialRows(op, goesBack, phase) * partialsOf(goesBack, phase) << 3;
}

/** Runs one phase of such a unit. */
export function depthPhase(pass: DepthPass, u: i32, phase: i32): void {
  const op = operationAt(pass, u) as Operation;
  if (u < pass.operations) return batchNormForwardPhase(pass, op, phase);
  const stream = u <= 2 * pass.operations ? 0 : 1;
  if (phase == 0) beginBackward(pass, stream, op);
  batchNormBackwardPhase(pass, stream, op, phase);
}

/** The operation of unit u; null for the loss and for the probe's first unit. */
function operationAt(pass: DepthPass, u: i32): Operation | null {
  const n = pass.operations;
  if (u < n) return operationOf(pass, u);
  if (u == n || u == 2 * n + 1) return null;
  return operationOf(pass, u <= 2 * n ? 2 * n - u : pass.lossFrom - (u - 2 * n - 1));
}

/** Packs the weights of every operation whose record has memory for packed weights. */
export function depthPack(pass: DepthPass): void {
  for (let i = 0; i < pass.operations; i++) if (operationOf(pass, i).tiles != 0) densePack(operationOf(pass, i));
}

function forward(pass: DepthPass, op: Operation, from: i32, to: i32): void {
  switch (op.code) {
    case OperationKind.Dense: return denseForward(pass, op, from, to);
    case OperationKind.Activation:
    case OperationKind.Prelu: return activationForward(pass, op);
    case OperationKind.Batch: return batchNormForward(pass, op);
    case OperationKind.Layer:
    case OperationKind.Rms: return layerNormForward(pass, op);
    case OperationKind.Join: return joinForward(pass, op);
    case OperationKind.Highway: return highwayForward(pass, op);
    case OperationKind.Dropout: return dropoutForward(pass, op);
    default: unreachable();
  }
}

function backward(pass: DepthPass, stream: i32, op: Operation, from: i32, to: i32): void {
  if (from == 0) beginBackward(pass, stream, op);
  switch (op.code) {
    case OperationKind.Dense: return denseStrips(pass, stream, op, from, to);
    case OperationKind.Activation:
    case OperationKind.Prelu: return activationBackward(pass, stream, op);
    case OperationKind.Batch: return batchNormBackward(pass, stream, op);
    case OperationKind.Layer:
    case OperationKind.Rms: return layerNormBackward(pass, stream, op);
    case OperationKind.Join: return joinBackward(pass, stream, op);
    case OperationKind.Highway: return highwayBackward(pass, stream, op);
    case OperationKind.Dropout: return dropoutBackward(pass, stream, op);
    default: unreachable();
  }
}

/** Runs before every operation's backward half. The weights' gradient of a dense layer is left to its strips. */
function beginBackward(pass: DepthPass, stream: i32, op: Operation): void {
  if (pass.lifted) for (let p = 0; p < pass.panels; p++) liftLanes(gradientOf(op.out, p), op.out.rows);
  if (stream == 0) {
    if (op.kept != 0) keep(pass, op);
    if (op.weightGradient != 0 && op.code != OperationKind.Dense) parameterGradient(pass, op);
  }
}

/** Runs strips in this order: first those of the weights' gradient, then the panels of ∂L/∂x. */
function denseStrips(pass: DepthPass, stream: i32, op: Operation, from: i32, to: i32): void {
  const first = stripsOfGradient(pass, stream, op);
  if (from < first) weightGradient(pass, op, from, min(to, first));
  if (to > first) denseBackward(pass, stream, op, max(from, first) - first, to - first);
}

/** Keeps a copy of ∂L/∂out: later operations write over its place. */
function keep(pass: DepthPass, op: Operation): void {
  const bytes = <usize>op.out.rows << 5, stride = <usize>((op.out.rows + 3) & ~3) << 5;
  for (let p = 0; p < pass.panels; p++) memory.copy(op.kept + stride * <usize>p, gradientOf(op.out, p), bytes);
  memory.copy(op.keptExponents, op.out.exponents, <usize>pass.panels << 5);
}

/**
 * The gradients of an operation's parameters, which sum over the batch: from the incoming ∂L/∂out and the tape of the
 * forward pass.
 */
function parameterGradient(pass: DepthPass, op: Operation): void {
  switch (op.code) {
    case OperationKind.Dense: return weightGradient(pass, op, 0, gradientStrips(pass, op));
    case OperationKind.Prelu: return slopeGradient(pass, op);
    case OperationKind.Batch:
    case OperationKind.Layer:
    case OperationKind.Rms: return scaleAndShiftGradient(pass, op);
    case OperationKind.Join: return multiplierGradient(pass, op);
    default: unreachable();
  }
}

/**
 * Computes only the gradients of parameters and their sums, for every operation of a tape. Every ∂L/∂out must be in
 * memory.
 */
export function depthGradients(pass: DepthPass): void {
  for (let i = 0; i < pass.operations; i++) {
    parameterGradient(pass, operationOf(pass, i));
    gradientNumbers(operationOf(pass, i));
  }
}

/** statistics[2][3] f64, of the weight's and of the bias's gradient: Σ |g|, how many are zero, Σ g². */
function gradientNumbers(op: Operation): void {
  const rows = op.out.rows, weight = op.statistics, bias = weight + 24;
  memory.fill(weight, 0, 48);
  if (op.code == OperationKind.Dense) {
    panelMagnitudeSums(weight, op.weightGradient, rows, op.x.rows, (rows + 3) & ~3);
    store<f64>(weight, panelSquareSum(op.weightGradient, rows, op.x.rows, (rows + 3) & ~3), 16);
  } else vectorNumbers(
    weight, op.weightGradient, op.code == OperationKind.Join || op.code == OperationKind.Prelu ? 1 : rows,
  );
  if (op.biasGradient != 0) vectorNumbers(bias, op.biasGradient, rows);
}

function vectorNumbers(numbers: usize, g: usize, n: i32): void {
  magnitudeSums(numbers, g, n);
  store<f64>(numbers, squareSum(g, n), 16);
}

/**
 * The loss of every panel, and ∂L/∂ of what it reads: the output, or without targets the last station. The gradient is
 * renormalized here: the gradient of a squared error near zero is too small for float32 to hold all its digits.
 */
function lossOf(pass: DepthPass): void {
  memory.fill(pass.losses, 0, <usize>pass.panels << 3);
  memory.fill(pass.hits, 0, <usize>pass.panels << 2);
  if (pass.entries != 0) memory.fill(pass.entries, 0, <usize>pass.stations << 4);
  if (pass.magnitudes != 0) memory.fill(pass.magnitudes, 0, <usize>(pass.stations * MAGNITUDE_BYTES));
  const value = pass.loss == LossKind.None ? pass.top : pass.output;
  const squares = pass.scratch, scales = squares + 64;
  for (let p = 0; p < pass.panels; p++) {
    const lanes = min(8, pass.batch - p * 8), gradient = gradientOf(value, p), exponents = exponentsOf(value, p);
    memory.copy(gradient, dataOf(value, p), <usize>value.rows << 5);
    memory.fill(exponents, 0, 32);
    store<f64>(pass.losses + (<usize>p << 3), lossOfPanel(pass, p, gradient, exponents, value.rows, lanes));
    for (let i = 0; lanes < 8 && i < value.rows; i++) {
      for (let lane = lanes; lane < 8; lane++) store<f32>(gradient + (<usize>i << 5) + (<usize>lane << 2), 0);
    }
    laneSquares(squares, gradient, value.rows);
    if (pass.loss != LossKind.None) record(pass, 0, pass.outputSlot, p, squares, exponents);
    normalizers(scales, exponents, squares, pass.headroom);
    scaleLanes(gradient, gradient, scales, value.rows);
  }
}

/** The panel's sum; `y` becomes the gradient, in the frames `exponents`. */
function lossOfPanel(pass: DepthPass, p: i32, y: usize, exponents: usize, rows: i32, lanes: i32): f64 {
  if (pass.loss == LossKind.None) return sumOfStates(y, rows, lanes, pass.lossScale);
  const targets = pass.targets + targetBytes(pass.loss, rows) * <usize>p;
  const weights: usize = pass.lossWeights == 0 ? 0 : pass.lossWeights + (<usize>(p * rows) << 2);
  store<i32>(pass.hits + (<usize>p << 2), panelHits(pass.loss, y, targets, rows, lanes));
  return panelLoss(
    pass.loss, y, exponents, targets, rows, lanes, pass.lossScale, weights, pass.lossNumber, pass.scratch,
  );
}

/** Σ_H Σ_b h; its gradient is `scale` throughout. */
function sumOfStates(y: usize, rows: i32, lanes: i32, scale: f32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < rows; i++) {
    for (let lane = 0; lane < 8; lane++) {
      const at = y + (<usize>i << 5) + (<usize>lane << 2);
      if (lane < lanes) sum += <f64>load<f32>(at);
      store<f32>(at, scale);
    }
  }
  return sum;
}

/** The probe's cotangents become ∂/∂ of the last station. */
function startProbe(pass: DepthPass): void {
  const top = pass.top;
  for (let p = 0; p < pass.panels; p++) {
    memory.copy(gradientOf(top, p), pass.cotangent + (<usize>p * <usize>top.rows << 5), <usize>top.rows << 5);
    memory.fill(exponentsOf(top, p), 0, 32);
  }
}
