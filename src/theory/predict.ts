import { requireKnown, requireObject } from "../base/options-check.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import { flag, positive, variance, whole } from "./checks.ts";
import { predictFeedforward } from "./predict-feedforward.ts";
import { predictRecurrent } from "./predict-recurrent.ts";
import { nothing, type Prediction, type PredictOptions } from "./prediction.ts";

/**
 * The keys of a spec that the theory reads. Any other key changes the network, unless it has its neutral value.
 */
const KNOWN: Record<NetworkSpec["kind"], ReadonlySet<string>> = {
  feedforward: new Set([
    "kind",
    "inputs",
    "width",
    "depth",
    "outputs",
    "activation",
    "init",
    "norm",
    "normPosition",
    "residual",
    "blockLayers",
    "activationPosition",
    "stochasticDepth",
  ]),
  // a constraint changes training, but not the start of training
  recurrent: new Set([
    "kind",
    "cell",
    "inputs",
    "hidden",
    "layers",
    "outputs",
    "init",
    "norm",
    "constraint",
    "cellOptions",
  ]),
};
/** This does not compile until a new option is added here too. */
const OPTIONS = {
  inputSquare: true,
  q0: true,
  steps: true,
  inputs: true,
  critical: true,
  correlations: true,
} satisfies Record<keyof PredictOptions, true>;
const NEUTRAL: readonly unknown[] = [undefined, null, false, 0, 1, "none", "last"];

/**
 * Predicts the gradient flow of this network at initialization from theory, without a pass.
 *
 * @param input a spec; missing keys have their defaults
 * @returns plain data. If no theory here covers the spec, `applies` is false and `why` has the reason; this is never
 * an exception
 * @throws EvanesceError for a spec that breaks a rule, or an option out of range
 */
export function predict(input: NetworkInput, options: PredictOptions = {}): Prediction {
  const spec = parseSpec(input);
  requireObject("predict.options", options, "give { steps: 100 }, or leave it out");
  requireKnown("predict.options", options, Object.keys(OPTIONS));
  if (options.inputSquare !== undefined) variance("options.inputSquare", options.inputSquare);
  if (options.q0 !== undefined) positive("options.q0", options.q0);
  if (options.steps !== undefined) whole("options.steps", options.steps, 1);
  if (options.inputs !== undefined) whole("options.inputs", options.inputs, 1);
  if (options.critical !== undefined) flag("options.critical", options.critical);
  if (options.correlations !== undefined) flag("options.correlations", options.correlations);
  if (spec.layerwise !== undefined) {
    const differing = [...new Set(spec.layerwise.flatMap(Object.keys))];
    return nothing(`No theory here describes layers that differ in ${differing.join(", ")}.`);
  }
  for (const [key, value] of Object.entries(spec)) {
    if (!KNOWN[spec.kind].has(key) && !NEUTRAL.includes(value))
      return nothing(`No theory here covers ${key}: ${JSON.stringify(value)}.`);
  }
  if (spec.kind === "feedforward") return predictFeedforward(spec, options);
  if ((spec.norm as string) !== "none") return nothing("No theory here covers normalization in recurrent networks.");
  return predictRecurrent(spec, options);
}
