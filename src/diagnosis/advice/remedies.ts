import type { LossState } from "../types.ts";

/** A NaN or infinity that was given. */
export const GIVEN_REMEDY =
  "Find where that value came from (data, a file, an update that diverged): no change of the network helps before.";
/** A forward pass that left the numbers' range by itself. */
export const FORWARD_REMEDY =
  "Reduce the gain of the weights, or use a bounded activation or a normalization; clipping cannot help a forward pass.";
/** A training run that left it. */
export const RUN_REMEDY =
  "Lower the learning rate, tenfold at first, or clip the gradient's norm; and look for infinities in the inputs.";
/** A gradient that fades along the steps of a sequence. */
export const TIME_REMEDY =
  "Use a gated cell (LSTM, GRU) whose gates start at time constants up to the length (chrono, Tallec and Ollivier 2018), or put the loss at more steps; clipping cannot help a gradient that vanishes.";

/**
 * What to do about a cause of a sick path, whoever found it: a flow, a training run or a monitor.
 *
 * @param recurrent the sentence that proposes a recurrent network's sound weights; null of a deep network
 */
export function causeRemedy(factor: string | undefined, grows: boolean, recurrent: string | null = null): string {
  switch (factor) {
    case "saturation":
      return "Bring the pre-activations back to unit variance: smaller weights or inputs, a normalization before the activation, or a rectifier.";
    case "dead-units":
      return "Open the units again: biases at 0, a smaller learning rate, or a leaky rectifier.";
    case "small-derivatives":
      if (recurrent !== null)
        return "Use a gated cell (LSTM, GRU), or keep the pre-activations small, where the derivative is largest.";
      return "Use a rectifier with He initialization, or residual blocks.";
    case "weights":
      if (grows)
        return recurrent !== null
          ? `${recurrent}; clip until then.`
          : "Lower the gain to the activation's critical one (He for rectifiers, Xavier for tanh).";
      return recurrent !== null
        ? `${recurrent}.`
        : "Raise the gain to the activation's critical one (He for rectifiers, Xavier for tanh).";
    case "closed-gate":
      return recurrent !== null
        ? "Open the carrying gate: a larger forget bias, of the order of ln(length) (Tallec and Ollivier 2018)."
        : "Open the carrying gate: a more negative bias of the transform gate (Srivastava, Greff and Schmidhuber 2015).";
    case "cell-output":
      return "Keep c out of tanh's saturation: smaller or centered inputs, or a more closed input gate.";
    case "length":
      return grows
        ? "Shorten the path (truncate, or skip over time), or lower the gain a little."
        : "Shorten the path (truncate, or skip over time), or use a cell whose gate carries further.";
    case "depth":
      return "Use residual blocks, or fewer layers.";
    case "residual-sum":
      return "Scale the branches by 1/√depth, or start them at zero (Fixup, SkipInit).";
    case "normalisation":
      return "Move the normalization out of the path: residual blocks with the normalization first in the branch.";
    case "hidden-route":
      return "Use orthogonal hidden weights of gain 1; clip until then.";
    case "one-layer":
      return "Look at that place: its weights' size, its activation, and whether it is meant to let a gradient through.";
    case "every-layer":
      return grows
        ? "Clip the gradient's norm now; then lower the weights' gain, or add a normalization."
        : "Use a rectifier with He initialization, residual blocks, or a normalization.";
    case "unattributed":
    case undefined:
      return "Measure with the ledger on, so that the cause can be named.";
    default:
      return grows ? "Clip the gradient, and lower the gain." : "Shorten the path, or give it a skip path.";
  }
}

/** What to do where the path is sound, by what the loss says. */
export function stateRemedy(state: LossState): string {
  switch (state) {
    case "converged":
      return "Nothing to do for the gradient: judge the run by its validation loss.";
    case "plateau":
      return "Nothing to do for the path: train, and if the loss stays here check labels, inputs and learning rate.";
    case "constant-labels":
      return "Check how the labels are made.";
    case "no-gradient":
      return "Check the readout's weights and the loss: the path would carry a gradient if it got one.";
    case "diverging":
      return "Lower the learning rate, tenfold at first, and clip the gradient's norm.";
    case "above-trivial":
      return "Scale inputs and targets to mean 0 and variance 1, and try rates a tenth and ten times as large.";
    case "nonfinite":
      return "Check the targets and the readout: the network itself is finite.";
    default:
      return "Nothing to do.";
  }
}
