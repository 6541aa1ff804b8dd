import type { LossState } from "../types.ts";

/** The remedy for a NaN or infinity among the inputs and parameters. */
export const NONFINITE_INPUT_REMEDY =
  "First find where that value came from (data, a file, an update that diverged). Until then no change of the network helps.";
/** The remedy for a forward pass that left the range of numbers although inputs and parameters are finite. */
export const FORWARD_REMEDY =
  "Reduce the gain of the weights, or use a bounded activation or a normalization. Clipping does not change a forward pass.";
/** The remedy for a healthy network whose readout starts at zero. */
export const ZERO_READOUT_REMEDY = "Nothing to do for the path. Train: the readout moves first.";
/** The remedy for a training run that left the range of numbers. */
export const RUN_REMEDY =
  "Divide the learning rate by ten, or clip the gradient's norm, and look for infinities in the inputs.";
/** The remedy for a gradient that vanishes along the steps of a sequence. */
export const TIME_REMEDY =
  "Use a gated cell (LSTM, GRU) whose gates start with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018), or put a loss at more steps. Clipping does not help a gradient that vanishes.";

/**
 * The remedy for a cause of a vanishing or exploding gradient, for a flow, a training run or a monitor.
 *
 * @param recurrent for a recurrent network, the sentence that proposes sound weights; null for a deep network
 */
export function causeRemedy(factor: string | undefined, grows: boolean, recurrent: string | null = null): string {
  switch (factor) {
    case "saturation":
      return "Bring the pre-activations back to unit variance: smaller weights or inputs, a normalization before the activation, or a rectifier.";
    case "dead-units":
      return "Turn the units on again: set biases to 0, use a smaller learning rate, or use a leaky rectifier.";
    case "small-derivatives":
      if (recurrent !== null)
        return "Use a gated cell (LSTM, GRU), or keep the pre-activations small: the derivative is largest there.";
      return "Use a rectifier with He initialization, or residual blocks.";
    case "weights":
      if (grows)
        return recurrent !== null
          ? `${recurrent}; until then, clip the gradient.`
          : "Lower the gain to the critical gain of the activation (He for rectifiers, Xavier for tanh).";
      return recurrent !== null
        ? `${recurrent}.`
        : "Raise the gain to the critical gain of the activation (He for rectifiers, Xavier for tanh).";
    case "closed-gate":
      return recurrent !== null
        ? "Open the gate that carries the past: use a larger forget bias, about ln(length) (Tallec and Ollivier 2018)."
        : "Open the carry gate: use a more negative bias of the transform gate (Srivastava, Greff and Schmidhuber 2015).";
    case "cell-output":
      return "Keep c out of the saturation of tanh: use smaller or centered inputs, or close the input gate further.";
    case "length":
      return grows
        ? "Shorten the path (truncate it, or add skips over time), or lower the gain a little."
        : "Shorten the path (truncate it, or add skips over time), or use a cell whose gate carries the past further.";
    case "depth":
      return "Use residual blocks, or fewer layers.";
    case "residual-sum":
      return "Scale the branches by 1/√depth, or start them at zero (Fixup, SkipInit).";
    case "normalisation":
      return "Move the normalization out of the path: use residual blocks with the normalization at the start of the branch.";
    case "hidden-route":
      return "Use orthogonal hidden weights of gain 1; until then, clip the gradient.";
    case "one-layer":
      return "Look at that place: at the size of its weights, at its activation, and whether a gradient should get through it.";
    case "every-layer":
      return grows
        ? "Clip the gradient's norm now; then lower the weights' gain, or add a normalization."
        : "Use a rectifier with He initialization, residual blocks, or a normalization.";
    case "unattributed":
    case undefined:
      return "Measure with the ledger on: it shows the cause.";
    default:
      return grows ? "Clip the gradient, and lower the gain." : "Shorten the path, or give it a skip path.";
  }
}

/** The remedy for samples that are far larger than the others. */
export const SAMPLE_REMEDY =
  "Scale these samples as the others are (look at how they are read), or normalize every sample by itself.";

/** The remedy for the values of one tensor. */
export const tensorRemedy = (tensor: string, isBias: boolean): string =>
  isBias ? `Set ${tensor} to 0.` : `Draw ${tensor} again, with a size that fits the activation.`;

/** The remedy for each state of the loss, if the path is healthy. */
export function stateRemedy(state: LossState): string {
  switch (state) {
    case "converged":
      return "Nothing to do for the gradient. Judge the run by its validation loss.";
    case "plateau":
      return "Nothing to do for the path. Train; if the loss stays at this level, check labels, inputs and learning rate.";
    case "constant-labels":
      return "Check how the labels are made.";
    case "no-gradient":
      return "Check the readout's weights and the loss: the path is open, but no gradient enters it.";
    case "diverging":
      return "Divide the learning rate by ten, and clip the gradient's norm.";
    case "above-trivial":
      return "Scale inputs and targets to mean 0 and variance 1, and try a tenth of the learning rate and ten times it.";
    case "nonfinite":
      return "Check the targets and the readout: the network itself is finite.";
    default:
      return "Nothing to do.";
  }
}
