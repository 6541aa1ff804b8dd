/**
 * The records of a pass: pointers and sizes, written by the host. Every field is four bytes. All pointers are
 * 16-byte aligned.
 *
 * Axes: B batch · P = ⌈B/8⌉ panels · T steps · C steps of a chunk · L levels of D directions · X inputs · H hidden · Y
 * outputs · R = rows of pre-activation, gate by gate, each gate padded to whole tiles of four. F panels are in flight:
 * P where every step's own contribution is wanted, otherwise one.
 */

/** One layer of a recurrent stack, in one direction: records run l0, l0 reversed, l1, … */
@unmanaged export class Layer {
  cell: i32;
  activation: i32; // φ; of an LSTM or a GRU the inner one
  gateActivation: i32; // of an LSTM's and a GRU's gates
  inputs: i32; // X of this layer: D·H of the level below
  hidden: i32; // H
  outputs: i32; // P, the width of h: H, or less with a projection
  reverse: i32; // 1: runs from step T − 1 to step 0
  dilation: i32; // s: step t reads the state of step t − s
  skip: i32; // s of an identity skip over s steps; 0 where there is none
  skipScale: f32; // α
  history: i32; // states kept from before the first stored step: the most steps a step looks back
  rows: i32; // R, rows of one product with the weights
  deltaRows: i32; // rows of ∂L/∂a: R, or more where a gate's input and recurrent parts differ
  hiddenAt: i32; // the row of ∂L/∂a where the recurrent product's R rows begin
  forwardTiles: usize; // [R/4][X + H][4]; a slab with one operand only has its own [H₄/4][X or H][4]
  bias: usize; // [R], b_ih + b_hh
  vectors: usize; // [V][H₄], vectors that the cell multiplies unit by unit
  vectorAt: i32; // the row of ∂L/∂a where the vectors' own gradients begin
  vectorSlopes: usize; // [H] f64, then their binary exponent: the slope of a vector that multiplies h; 0: 1
  dense: i32; // 1: there is a W_hh
  skew: i32; // 1: the step multiplies h by W_hh − W_hhᵀ, so that the parameter's gradient is G − Gᵀ
  hiddenTiles: usize; // W_hhᵀ: [⌈H/4⌉][R][4]
  // Wᵀ of a matrix inside the step, whose operand the step itself computes: [⌈H/4⌉][H₄][4]; 0 where there is none
  innerTiles: usize; // of a projection W_hrᵀ: [⌈H/4⌉][P][4]
  projectionTiles: usize; // W_hr: [⌈P/4⌉][H][4]; 0 without a projection
  innerAt: i32; // the row of the tape where that operand [H][8] stands
  // the row of ∂L/∂a where that matrix's rows begin, where it is W_hh's last gate; 0 where it is one of its own
  resetAt: i32;
  innerGradient: usize; // its Gradient records, as `gradient`, of its H₄ rows of ∂L/∂a
  inputTiles: usize; // W_ihᵀ: [⌈X/4⌉][R][4]; 0 in a first layer whose ∂L/∂x is not wanted
  states: usize; // [F][stored + history][state rows][8], the first slots = the states before the first stored step
  tape: usize; // [F][stored][tape rows][8], numbers for the cell's backward step
  tapeRows: i32;
  checkpoints: usize; // [F][chunks][history][state rows][8]; 0 where every step is stored
  stateRows: i32; // rows of the state after a step
  // rows of gradient that a step sends back: by the weights, by the direct route, then of the h and the c that zoneout
  // kept
  carryRows: i32;
  keptAt: i32; // the row where the last begin; 0 without zoneout
  // [F][stored][D·H][8], the level's output where it is not the state alone: h of both directions, or m ⊙ h with
  // dropout; 0 elsewhere, and in the reversed record
  joined: usize;
  operands: usize; // [F][stored][H₄][8], m ⊙ h_{t−1}, what W_hh multiplies; 0 without recurrent dropout
  direct: i32; // the state that the direct route leads to: a Route
  sensitivityAt: i32; // with Route.Cell the row of the tape where ∂h/∂c stands
  forgetAt: i32; // the row of the tape where the gate on the direct route stands; −1 where there is none
  gated: i32; // 1: the route through the weights begins with φ'
  gatedAt: i32; // the row of ∂L/∂a where φ' ⊙ δ stands
  normed: i32; // 1: a normalization's adjoint follows; its result is ∂L/∂a
  deltas: usize; // [F][C][delta rows][8], ∂L/∂a of one chunk, scaled; for the weight gradients
  deltaExponents: usize; // [F][C][8] i32
  gradient: usize; // Gradient records: for each panel in flight and their sum, then as many of the truncated gradient
  lanes: i32; // computed lanes of the current step: the samples that have it; set by the pass
}

/**
 * A dense layer that every step goes through on its own: before the recurrent layers (`stem`) or after them (`head`).
 * S is T, or 1 where the head reads one vector of each sample.
 */
@unmanaged export class Dense {
  inputs: i32; // K
  rows: i32; // H
  activation: i32;
  normed: i32; // 1: layer norm between the product and φ
  epsilon: f32; // of that norm
  mask: i32; // place of its dropout's mask among a panel's; 0 without dropout
  tiles: usize; // [⌈H/4⌉][K][4]
  backTiles: usize; // Wᵀ: [⌈K/4⌉][H][4]
  bias: usize; // [H₄]
  gamma: usize; // [H₄], of the norm; 0 without one, as `beta`, `normals` and `inverses`
  beta: usize;
  outputs: usize; // [F][stored][H₄][8] of a stem, [C][H₄][8] of a head, as all below
  slopes: usize; // φ'
  normals: usize; // x̂
  inverses: usize; // [F][stored][8] or [C][8]: 1/√(σ² + ε)
  deltas: usize; // [C][delta rows][8]: ∂L/∂a; of a normed layer then δ ⊙ x̂ and δ of γ and β
  deltaRows: i32; // H₄, or 3 H₄
  deltaExponents: usize; // [C][8] i32
  gradient: usize; // Gradient records, as a recurrent layer's
  total: usize; // [S][B] f64: ‖∂L/∂out‖² in the frame of `exponents`
  dropped: usize; // [S][B] f64: ‖m ⊙ δ‖²; 0 without a ledger, as all below
  gate: usize; // [S][B] f64: ‖φ' ⊙ m ⊙ δ‖²
  normedSquares: usize; // [S][B] f64: its squared norm after the norm's adjoint
  exponents: usize; // [S][B] i32
}

/** A random mask on a panel's entries, which its reader draws (`layers/mask.ts`). */
@unmanaged export class Mask {
  threshold: i32; // unsigned, of 2³²: the probability of `struck`
  struck: f32;
  other: f32;
}

/** The masks of a pass over time. In a pass without masks they hold their expected values. */
@unmanaged export class Dropout {
  samples: usize; // [P][8] i32, the number of each sample in its batch
  seeds: usize; // [P][2] i32, the pass's
  // [P][count] Mask: on what a level gets from below, on h where W_hh multiplies it, the share that stays; then a
  // dense layer each, of stem and head
  masks: usize;
  count: i32;
  wholeSequence: i32; // 1: a level's input has one mask a sequence, the first level's too (Gal and Ghahramani 2016)
  inputs: i32; // 1: there is a mask on inputs
  zoneout: i32; // 1: there is zoneout
  work: usize; // [3 slabs][8], of a step with zoneout
}

/** A table of vectors that tokens name, and the gradient's sums by token (`embedding.ts`). */
@unmanaged export class Embedding {
  vocabulary: i32; // V
  padding: i32; // the token whose vector gets no gradient; −1 for none
  readers: i32; // D first layers, or 1: a stem's first
  rows: i32; // of a column: R of a first layer's ∂L/∂a, or X
  delivered: i32; // 1: a column holds Σ ∂L/∂x, X numbers; 0: Σ ∂L/∂a
  tokens: usize; // [P][T][8] i32; −1: a step before the sample begins
  table: usize; // [V][X]
  // [sets][readers][F + 1][V][R] f64: Σ ∂L/∂a, or Σ ∂L/∂x, of each token, of the panels in flight and of all; the
  // second set is the truncated gradient's
  sums: usize;
  exponents: usize; // [sets][readers][F + 1][V] i32: the frame of each; DEAD: the token never occurred
  gradient: usize; // [V][X]
}

/** The sum of one panel's weight gradient so far: blocks in float32, then runs of blocks in float64. */
@unmanaged export class Gradient {
  rows: i32; // R
  deltaRows: i32;
  hiddenAt: i32;
  inputs: i32; // X
  hidden: i32; // H
  block: usize; // float32 panels: [⌈X/8⌉ + ⌈H/8⌉][R][8], then bias [delta rows]
  blockExponent: i32;
  blocks: i32; // one more than the blocks summed in `block`; 0 = empty
  total: usize; // float64, laid out like `block`
  inputExponent: i32; // the frames of its three sections; DEAD while a section is empty
  hiddenExponent: i32;
  biasExponent: i32;
  nonzero: i32; // of a block on its way to `total`: 1, 2, 4 for each of the three that is not exactly zero
}

/**
 * One backward sweep: the loss's own, the transport probe, the last step's loss alone, or windows of steps
 * (`windows.ts`). N = L·D layer records.
 */
@unmanaged export class Stream {
  source: i32; // a Source
  weightGradients: i32; // which set of Gradient records it adds to: 1 the pass's own, 2 the truncated ones; 0 none
  ledger: i32;
  cotangent: usize; // [P][W₄][8], for Source.Cotangent
  carry: usize; // [F][N][most dilation][most carry rows][8]
  carryExponents: usize; // [F][N][most dilation][8] i32
  carryBytes: usize; // from one [F][N] entry of `carry` to the next
  carryLanes: usize; // the same of `carryExponents`, in elements
  skip: usize; // [F][N][s][H₄][8], α δ of later steps, in layers with a skip over time
  skipExponents: usize; // [F][N][s][8] i32
  // the norms of every step, from `total` to `injectedOpen`
  total: usize; // [N][T][B] f64: ‖δ‖² in the frame of `exponents`
  cell: usize; // [N][T][B] f64: ‖∂L/∂c‖²; 0 without a cell state
  gate: usize; // [N][T][B] f64: ‖φ' ⊙ δ‖²; 0 without a ledger, as all below
  normed: usize; // [N][T][B] f64: its squared norm after the normalization's adjoint
  carried: usize; // [N][T][B] f64: ‖what came from the later step by the weights‖²
  direct: usize; // [N][T][B] f64: ‖what came from it past the weights‖²
  skipped: usize; // [N][T][B] f64: ‖what came over the skip‖²
  injected: usize; // [N][T][B] f64: ‖what came from the loss or the level above‖²
  // [N][T][B] f64, with dropout: squared norms of the same before a mask
  carriedWhole: usize; // `carried` before recurrent dropout
  aboveWhole: usize; // `injected` before the mask on a level's output
  updated: usize; // zoneout: ‖(1 − m) ⊙ δ‖²; 0 with a cell state
  kept: usize; // zoneout: ‖what came from the later step because the state stayed‖²
  carriedOpen: usize; // zoneout of a cell state: `carried`, `direct` and `injected` before 1 − m
  directOpen: usize;
  injectedOpen: usize;
  exponents: usize; // [N][T][B] i32
  reach: i32; // steps of a window; 0 where the gradient goes back to the first step
  lossSteps: i32; // how many steps, the last ones of a window, send back their losses
  lossEnd: i32; // the step after the last loss of the last window; other windows have it as far before their ends
  end: i32; // the step after the last window
  period: i32; // steps from one window's end to the next's
  // [N][BLOCK][H₄][8], Σ δ_t of the sweeps that share `total`; with a profile [C] f64, one panel's share of it; 0 for a
  // sweep alone
  sum: usize;
  sumExponents: usize; // [N][BLOCK][8] i32; with a profile [C]
  // [T] f64: ‖δ_t‖² of all layers and samples in the frame of `profileExponents`, in place of `total`; 0 elsewhere
  profile: usize;
  profileExponents: usize; // [T] i32
}

/** One pass over a recurrent network. */
@unmanaged export class TimePass {
  steps: i32; // T
  batch: i32; // B
  panels: i32; // P
  layers: i32; // L
  directions: i32; // D, 2 where every level also runs in reverse
  hidden: i32; // P of the top level: H, or the width of its projection
  width: i32; // W = D·P, rows of the top level's output
  mostRows: i32; // H₄ of the widest level
  mostStateRows: i32; // state rows of the level that has most
  inputSize: i32; // X
  features: i32; // the numbers that the readout or the loss reads: W, or the last width of a head
  outputs: i32; // Y; 0 without a readout
  stem: i32; // dense layers before the recurrent ones
  stemRecords: usize; // Dense
  stemDeltas: usize; // [2][below rows][8], ∂L/∂x of two layers of a stem in turn
  stemExponents: usize; // [2][8] i32
  head: i32; // dense layers after the recurrent ones
  headRecords: usize;
  headDeltas: usize; // [2][widest of the head]₄[8], ∂L/∂out of two layers of a head in turn
  headBytes: usize; // of one of the two
  headExponents: usize; // [2][8] i32
  pooling: i32; // a Pooling
  pooled: usize; // [F][W₄][8], one vector a sample made of its steps; 0 with Pooling.Last
  pooledSums: usize; // [F][W₄][8] f64 of a mean
  pooledSteps: usize; // [F][W₄][8] i32, the step that holds a maximum
  pooledDelta: usize; // [F][W₄][8], ∂L/∂ of `pooled`
  pooledExponents: usize; // [F][8] i32
  chunk: i32; // C, a multiple of BLOCK
  strip: i32; // steps of one piece of a layer's chunk: whole blocks, or 1, 2, 4 or 8 where a block is too much work
  parts: i32; // parts of one task of a block's weight gradients: BLOCK / strip, or 0 where strips are whole blocks
  contributionSteps: i32; // steps of one piece of a chunk's contributions
  stored: i32; // T, or C where the forward pass is recomputed chunk by chunk
  measured: i32; // steps whose norms have a row: T, or C where the host reads a chunk's rows before the next chunk
  inFlight: i32; // F
  everyLane: i32; // 1: the pass also computes lanes past the batch, which repeat the last sample
  inputs: usize; // [P][T][X][8]; with `inputRows` the chunk's [C][X][8]
  // [T][B][X], row-major, of a batch that would leave lanes empty, where the forward pass is recomputed chunk by chunk;
  // 0 elsewhere
  inputRows: usize;
  lengths: usize; // [P][8] i32, steps of each sample: its last ones; no lane has more than the one before it
  embedding: usize; // the Embedding record; 0: inputs are numbers
  dropout: usize; // the Dropout record; 0: there are no masks
  targets: usize; // [P][T or 1][Y][8] f32, or [P][T or 1][8] i32 class indices
  loss: i32; // a LossKind
  lossEvery: i32; // 1: a loss at every step
  lossScales: usize; // [P] f32, ∂(mean)/∂(sum): 2/(B·Y), 1/B, …; with a loss at every step by all steps that have one
  lossWeights: usize; // [P][Y] f32 class weights, or factors on positive targets; 0 for none
  lossNumber: f32; // δ of Huber's loss, ε of label smoothing
  losses: usize; // [P] f64: a panel's sum, unscaled
  hits: usize; // [P] i32, outputs that name their class
  // [N] Layer; with a decoder [2 N]: the encoder's, then the decoder's, which differ in weights and gradients alone
  layerRecords: usize;
  bottleneck: i32; // the decoder's first step; 0 without a decoder
  streams: i32; // of the whole sequence
  truncations: i32; // sweeps of the truncated gradient
  credits: i32; // sweeps that keep a profile only
  streamRecords: usize; // [streams, truncations, credits] Stream
  readoutTiles: usize; // [⌈Y/4⌉][W][4]
  readoutBias: usize; // [Y₄]
  readoutBack: usize; // readoutᵀ: [⌈W/4⌉][Y][4]
  readoutGradient: usize; // one Gradient record for each panel in flight
  injection: usize; // [C][W₄][8], the loss's gradient with respect to the top level, of one chunk
  outputDeltas: usize; // [C][Y₄][8], ∂L/∂y of one chunk
  outputExponents: usize; // [C][8] i32, of `outputDeltas`
  injectionExponents: usize; // [C][8] i32, of `injection`: `outputExponents` without a head and with Pooling.Last
  outputSquares: usize; // [B] f64: ‖∂L/∂y‖² at the last step
  outputFrames: usize; // [B] i32
  below: usize; // [D][C][below rows][8], ∂L/∂x of a level, for the one below; with two directions levels take turns
  belowRows: i32; // W₄, or more for a wider stem
  belowExponents: usize; // [D][C][8] i32
  inputDelta: usize; // [1 or, with two directions, T][X₄][8], ∂L/∂x of the whole network; 0 where not wanted
  inputDeltaExponents: usize; // [the same][8] i32
  inputSquares: usize; // [T][B] f64: ‖∂L/∂x_t‖² in the frame of `inputFrames`
  inputFrames: usize; // [T][B] i32
  inputColumns: usize; // [P][X] f64: ‖∂L/∂x_k‖² of one panel in the frame of `inputColumnFrames`; 0 where not wanted
  inputColumnFrames: usize; // [P] i32
  gates: usize; // [N][T] f64: sum over batch and units of the gate on the direct route; 0 where the cell has none
  contributions: usize; // [N][T] f64 squares; 0 where not wanted
  contributionExponents: usize; // [N][T] i32
  magnitudes: usize; // [S][binades][parts] u32: entries of δ by magnitude, of all layers; 0 where not wanted
  magnitudeStations: i32; // S: T, or fewer runs of steps
  initial: usize; // [P][N][most state rows][8], the state before the first step of each sample; 0: zero
  final: usize; // [P][N][most state rows][8], the state after each sample's last step in the layer's own time; or 0
  initialGradient: usize; // [P][N][most state rows][8], ∂L/∂ of `initial`, in the frames of `initialExponents`; or 0
  initialExponents: usize; // [P][N][8] i32
  truncatedInitial: usize; // the same of the truncated gradient; or 0
  truncatedExponents: usize;
  headroom: i32; // binary exponent of the norm of renormalized lanes: HEADROOM, or LOWERED
  lifted: i32; // 1: small entries of δ are raised at every step (`liftLanes`), to see which are zero
  nonfinite: i32; // written by the pass: 1 if a state was not finite
  scratch: usize;
}

@inline export function padded(rows: i32): i32 { return (rows + 3) & ~3; }
@inline export function panelBytes(rows: i32): usize { return <usize>rows << 5; }
