/**
 * Numbers that records use as names. The build exports every `enum` of the core to the host under its members'
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

/** The state that a cell's direct route leads to: `Layer.direct`. */
export const enum Route {
  None,
  Hidden, // h itself: a GRU's z ⊙ δ
  Cell, // the cell state: an LSTM's f ⊙ ∂L/∂c
}

/** The gradient with which a backward sweep begins: `Stream.source`. */
export const enum Source {
  Losses, // the losses of all steps that have one
  LastLoss,
  Cotangent, // a vector that the host wrote, at the last step
}

/** The states that a head, a readout or the loss reads at the end of a sequence: `TimePass.pooling`. */
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
