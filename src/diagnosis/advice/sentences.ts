import { CELL_TABLE } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { StateReport } from "../state.ts";
import type { Cause, Verdict } from "../types.ts";

/** Causes that lie in the data, whatever the path's verdict. */
export const IN_DATA: readonly string[] = ["input-scale", "input-zero", "input-constant", "single-sample"];

/** What to do about the first cause, in a sentence. */
export function sentenceFor(
  flow: GradientFlow,
  verdict: Verdict,
  { state }: StateReport,
  causes: readonly Cause[],
): string {
  const [first] = causes;
  if (first !== undefined && IN_DATA.includes(first.factor)) return forPart(first.factor, first.tensor, state);
  const recurrent = flow.spec.kind === "recurrent" ? CELL_TABLE[flow.spec.cell].sound.sentence : null;
  switch (verdict) {
    case "healthy":
      return forState(state);
    case "blocked":
      return forPart(causes[0]?.factor, causes[0]?.tensor, state);
    case "nonfinite":
      if (causes[0]?.factor === "nonfinite-value") {
        return "Find where that value came from (data, a file, an update that diverged): no change of the network helps before.";
      }
      return "Reduce the gain of the weights, or use a bounded activation or a normalization; clipping cannot help a forward pass.";
    case "exploding":
      return remedies(recurrent, causes[0]?.factor, true);
    case "mixed":
      return "Look at the inputs of the extreme samples: normalize them, or add a normalization that acts on every sample alone.";
    default:
      return remedies(recurrent, causes[0]?.factor, false);
  }
}

/** @param recurrent the sentence that proposes a recurrent network's sound weights; null of a deep network */
function remedies(recurrent: string | null, factor: string | undefined, grows: boolean): string {
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
    case "unattributed":
    case undefined:
      return "Measure with the ledger on, so that the cause can be named.";
    default:
      return grows ? "Clip the gradient, and lower the gain." : "Shorten the path, or give it a skip path.";
  }
}

/** What to do about a part that stands in the way of a sound path. */
function forPart(factor: string | undefined, tensor: string | undefined, state: StateReport["state"]): string {
  switch (factor) {
    case "input-scale":
      return tensor === undefined
        ? "Scale the inputs to mean 0 and variance 1 (standardize)."
        : `Scale ${tensor} to mean 0 and variance 1 (standardize), or drop it.`;
    case "input-zero":
    case "input-constant":
      return "Check how the inputs are read: they carry nothing.";
    case "single-sample":
      return "Give batches of more samples, or use a normalization of single samples (layer or RMS).";
    case "bias":
      return `Set ${tensor ?? "the bias"} to 0.`;
    case "dead-units":
    case "weights":
      return `Draw ${tensor ?? "the first layer's weights"} anew at a size that fits the activation, and set its bias to 0.`;
    case "closed-gate":
      return `Set ${tensor ?? "that gate's bias"} so that the gate lets the input in: 0, or chrono's first biases.`;
    case "target-scale":
      return "Scale the targets to mean 0 and variance 1.";
    case "readout-scale":
      return "Scale the outputs down: a smaller readout, a normalization before it, or smaller weights.";
    case "learning-rate":
      return "Change the learning rate to one that moves the weights by 1e-4 to 1e-1 of their norm an update.";
    default:
      return forState(state);
  }
}

function forState(state: StateReport["state"]): string {
  switch (state) {
    case "converged":
      return "Nothing to do for the gradient: judge the run by its validation loss.";
    case "plateau":
      return "Nothing to do for the path: train, and if the loss stays here check labels, inputs and learning rate.";
    case "constant-labels":
      return "Check how the labels are made.";
    case "no-gradient":
      return "Check the readout's weights and the loss: the path would carry a gradient if it got one.";
    case "nonfinite":
      return "Check the targets and the readout: the network itself is finite.";
    default:
      return "Nothing to do.";
  }
}
