import { CELL_TABLE } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { inGroup, isBias, isNormScale } from "../../spec/parameter-groups.ts";
import type { StateReport } from "../state.ts";
import type { Cause, Verdict } from "../types.ts";
import {
  causeRemedy,
  FORWARD_REMEDY,
  NONFINITE_INPUT_REMEDY,
  SAMPLE_REMEDY,
  stateRemedy,
  tensorRemedy,
  ZERO_READOUT_REMEDY,
} from "./remedies.ts";

/** Causes that lie in the data. They come first, whatever the verdict on the path is. */
export const IN_DATA: readonly string[] = [
  "input-scale",
  "sample-scale",
  "input-zero",
  "input-constant",
  "single-sample",
];

/** Causes of a sick path that lie in one tensor where the cause names it. */
const IN_TENSOR: readonly string[] = [
  "dead-units",
  "saturation",
  "weights",
  "normalisation",
  "cell-output",
  "closed-gate",
];

const openGate = (tensor = "its bias") =>
  `Set the entries of that gate in ${tensor} to 0, or to chrono's initial biases.`;

/** The sentence that says what to do about one tensor. */
export function forTensor(spec: NetworkSpec, factor: string, tensor: string): string {
  if (inGroup(spec, isNormScale)(tensor)) return `Set ${tensor} to 1.`;
  if (factor === "cell-output" || factor === "closed-gate") return openGate(tensor);
  return tensorRemedy(tensor, inGroup(spec, isBias)(tensor));
}

/** The sentence that says what to do about the first cause. */
export function sentenceFor(
  flow: GradientFlow,
  verdict: Verdict,
  { state }: StateReport,
  causes: readonly Cause[],
): string {
  const [first] = causes;
  if (first !== undefined && IN_DATA.includes(first.factor)) return forPart(flow.spec, first, state);
  if (first?.tensor !== undefined && verdict !== "blocked" && IN_TENSOR.includes(first.factor)) {
    return forTensor(flow.spec, first.factor, first.tensor);
  }
  const recurrent = flow.spec.kind === "recurrent" ? CELL_TABLE[flow.spec.cell].sound.sentence : null;
  switch (verdict) {
    case "healthy":
      return state === "no-gradient" ? ZERO_READOUT_REMEDY : stateRemedy(state);
    case "blocked":
      return forPart(flow.spec, first, state);
    case "nonfinite":
      if (first?.factor === "nonfinite-value") {
        return NONFINITE_INPUT_REMEDY;
      }
      return FORWARD_REMEDY;
    case "exploding":
      return causeRemedy(first?.factor, true, recurrent);
    case "mixed":
      return "Look at the inputs of the extreme samples: normalize them, or add a normalization that acts on each sample alone (layer or RMS).";
    default:
      return causeRemedy(first?.factor, false, recurrent);
  }
}

/** The sentence that says what to do about another part that is at fault while the path is healthy. */
function forPart(spec: NetworkSpec, cause: Cause | undefined, state: StateReport["state"]): string {
  const tensor = cause?.tensor;
  switch (cause?.factor) {
    case "input-scale":
      return tensor === undefined
        ? "Scale the inputs to mean 0 and variance 1 (standardize)."
        : `Scale ${tensor} to mean 0 and variance 1 (standardize), or train without ${tensor}.`;
    case "sample-scale":
      return SAMPLE_REMEDY;
    case "input-zero":
    case "input-constant":
      return "Check how the inputs are read: they contain no information.";
    case "single-sample":
      return "Give batches of more samples, or use a normalization of single samples (layer or RMS).";
    case "normalisation":
    case "bias":
      return tensor === undefined ? "Set the bias to 0." : forTensor(spec, cause.factor, tensor);
    case "dead-units":
    case "weights":
      return `Draw ${tensor ?? "the first layer's weights"} again, with a size that fits the activation, and set the bias to 0.`;
    case "closed-gate":
      return openGate(tensor);
    case "cell-output":
      return tensor === undefined ? causeRemedy(cause.factor, false) : openGate(tensor);
    case "target-scale":
      return "Scale the targets to mean 0 and variance 1.";
    case "readout-scale":
      if (cause.nats < 0) return `Draw ${tensor ?? "the readout"} again, with a size that fits its inputs.`;
      return "Scale the outputs down: a smaller readout, a normalization before it, or smaller weights.";
    case "linear":
      return "Use a nonlinear activation or a gated cell. No learning rate and no initialization helps a linear network here.";
    case "learning-rate":
      return "Change the learning rate so that an update moves the weights by 1e-4 to 1e-1 of their norm.";
    default:
      return stateRemedy(state);
  }
}
