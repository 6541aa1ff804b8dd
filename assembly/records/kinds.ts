/**
 * Numbers by which records name things. The build exports every `enum` of the core to the host under its members'
 * names: `src/wasm/generated/kinds.ts`.
 */

/** A loss. */
export const enum LossKind {
  None,
  Mse,
  CrossEntropy,
  BinaryCrossEntropy,
  Hinge,
  Huber,
  Mae,
}

/** The state that a cell's second route back in time lands on: `Layer.direct`. */
export const enum Route {
  None,
  Hidden, // h itself: a GRU's z ⊙ δ
  Cell, // the cell state: an LSTM's f ⊙ ∂L/∂c
}

/** Where a backward sweep begins: `Stream.source`. */
export const enum Source {
  Losses, // the losses of all steps that have one
  LastLoss,
  Cotangent, // a given vector at the last step
}

/** What a head, a readout or the loss at the end of a sequence reads: `TimePass.pooling`. */
export const enum Pooling {
  Last, // the last step's output
  Final, // the last state of each direction: of the reversed one at the sample's first step
  Mean, // over the sample's own steps
  Max,
}

/** An operation of a tape: `Operation.code`. */
export const enum OperationKind {
  Dense,
  Activation,
  Prelu,
  Batch,
  Layer,
  Rms,
  Join,
  Highway,
  Dropout,
}

/** An optimizer's rule: `Update.rule`. */
export const enum UpdateRule {
  Sgd,
  Momentum,
  Nesterov,
  Adagrad,
  Rmsprop,
  Adadelta,
  Adam,
  Amsgrad,
  Nadam,
  Radam,
  Lion,
  Lamb,
}
