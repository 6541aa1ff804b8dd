/**
 * The tape of a feed-forward network: values and the operations between them. The host (`src/wasm/feedforward/`) writes
 * them in the order in which they run. Every field is four bytes, pointers 16-byte aligned.
 *
 * Axes: B batch · P = ⌈B/8⌉ panels · H rows of a value · K rows of an operation's input.
 */

/** An activation matrix, [P][stride rows][8], of which the first `rows` of each panel are its own; and ∂L/∂ of it. */
@unmanaged export class Value {
  rows: i32; // H
  data: usize;
  stride: i32; // rows from panel to panel: more than `rows` where a value is part of a concatenation
  gradient: usize; // 0 where nothing needs it
  gradientStride: i32;
  exponents: usize; // [P][8] i32, of `gradient`
}

/**
 * One operation. Its backward half delivers a contribution to the gradient of each input: the first to arrive writes,
 * others merge.
 */
@unmanaged export class Operation {
  code: i32; // an OperationKind
  kind: i32; // which activation, normalization or loss; of a mask its layer
  x: Value;
  y: Value; // a second input: the branch, where x is the skip path
  z: Value; // a third: the gate
  out: Value;
  xMerges: i32; // 1: a gradient of x has arrived before
  weight: usize; // [H][K] row-major; a norm's scale [H]; a slope or multiplier [1]
  bias: usize; // [H]; a norm's shift
  weightGradient: usize; // of a dense operation panels [⌈K/8⌉][H₄][8]; else like `weight`; 0 if not wanted
  biasGradient: usize; // [H₄]
  gradientExponent: usize; // i32: the frame of both
  tape: usize; // [P][H][8], kept by the forward pass
  statistics: usize; // norms: [P][8], or of batch norm [H] and the frame of the backward pass, an i32
  factor: f32; // on a branch; of a norm its ε
  outSlot: i32; // slot of ‖∂L/∂out‖² of each sample; −1 for none
  xSlot: i32; // ‖the contribution to ∂L/∂x‖²
  ySlot: i32;
  zSlot: i32;
  partSlot: i32; // ‖the contribution to the rows below of x‖², one station of a concatenation
  priorSlot: i32; // ‖the gradient that those rows had before‖²
  partFrom: i32;
  partRows: i32;
  parts: i32; // how many stations x is a concatenation of; 0 where it is one value
  partSizes: usize; // [parts] i32, their rows; the frames of each follow those of the one before, [parts][P][8]
  partFrames: usize; // bytes from one's frames to the next's: of the planned P, of which a share of the batch has fewer
  // [P][H₄][8], a copy of the loss's ∂L/∂out, from which a worker computes the parameters' gradients later; 0 if none
  // does
  kept: usize;
  keptExponents: usize; // [P][8] i32
  // of a dense operation, packed W for the forward and the backward pass; 0: W is packed anew each time
  tiles: usize;
  backTiles: usize;
}

/** One pass over a tape. */
@unmanaged export class DepthPass {
  batch: i32; // B
  panels: i32; // P
  firstPanel: i32; // the number of the first panel in the whole batch, of which this pass runs a part
  allPanels: i32; // of the whole batch
  allSamples: i32;
  partials: usize; // [all panels + 1][most rows][4] f64, batch norm's sums over the samples of a panel, then of all
  operations: i32;
  operationRecords: usize;
  streams: i32; // backward sweeps: the loss's, then the probe's
  squares: usize; // [streams][slots][B] f64
  exponents: usize; // [streams][slots][B] i32
  slots: i32;
  entries: usize; // [L][2] f64, of each station's δ how many entries are zero, how many subnormal; 0 if not wanted
  magnitudes: usize; // [L][binades][parts] u32: entries of each station's δ by magnitude; 0 if not wanted
  stations: i32; // L
  top: Value; // the last station
  output: Value; // what the loss reads
  lossFrom: i32; // operations after the last station: the readout's
  loss: i32; // a LossKind
  lossScale: f32; // ∂(mean)/∂(sum)
  lossWeights: usize; // [P][Y] f32 class weights, or factors on positive targets; 0 for none
  lossNumber: f32; // δ of Huber's loss, ε of label smoothing
  targets: usize; // [P][Y][8] f32 or [P][8] i32
  losses: usize; // [P] f64
  hits: usize; // [P] i32, outputs that name their class
  outputSlot: i32;
  cotangent: usize; // [P][H₄][8]
  headroom: i32; // binary exponent of the norm of renormalized lanes: HEADROOM, or LOWERED
  lifted: i32; // 1: small entries of ∂L/∂out are raised before every operation (`liftLanes`), to see which are zero
  samples: usize; // [P][8] i32, the number of each sample in its batch; 0 without dropout
  seeds: usize; // [P][2] i32, the pass's
  masks: usize; // [P] Mask
  scratch: usize;
}

@inline export function dataOf(v: Value, p: i32): usize { return v.data + (<usize>p * <usize>v.stride << 5); }
@inline export function gradientOf(v: Value, p: i32): usize {
  return v.gradient + (<usize>p * <usize>v.gradientStride << 5);
}
@inline export function exponentsOf(v: Value, p: i32): usize { return v.exponents + (<usize>p << 5); }
@inline export function tapeOf(op: Operation, p: i32): usize { return op.tape + (<usize>p * <usize>op.out.rows << 5); }
