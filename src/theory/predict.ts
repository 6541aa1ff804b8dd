import { EvanesceError } from "../errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { positive, variance, whole } from "./checks.ts";
import { predictFeedforward } from "./predict-feedforward.ts";
import { predictRecurrent } from "./predict-recurrent.ts";
import { nothing, type Prediction, type PredictOptions } from "./prediction.ts";

/** Keys of a spec that the theory reads. A key beyond these, set to anything but its neutral value, changes the network. */
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
  recurrent: new Set(["kind", "cell", "inputs", "hidden", "layers", "outputs", "init", "norm"]),
};
const NEUTRAL: readonly unknown[] = [undefined, null, false, 0, "none"];

/**
 * What theory says the gradient's flow of this network should be at initialisation, before any pass.
 *
 * @param spec a parsed spec, every default filled in
 * @returns plain data. `applies` false, with the reason in `why`, where no theory here covers the spec: never an exception
 * @throws EvanesceError for an option out of range
 */
export function predict(spec: NetworkSpec, options: PredictOptions = {}): Prediction {
  if (typeof spec !== "object" || spec === null || !(spec.kind in KNOWN)) {
    throw new EvanesceError(
      "network.kind",
      '"recurrent" or "feedforward"',
      (spec as NetworkSpec | null)?.kind,
      "pass a parsed spec",
    );
  }
  if (options.inputSquare !== undefined) variance("options.inputSquare", options.inputSquare);
  if (options.q0 !== undefined) positive("options.q0", options.q0);
  if (options.steps !== undefined) whole("options.steps", options.steps, 1);
  if (options.inputs !== undefined) whole("options.inputs", options.inputs, 1);
  for (const [key, value] of Object.entries(spec)) {
    if (!KNOWN[spec.kind].has(key) && !NEUTRAL.includes(value))
      return nothing(`No theory here covers ${key}: ${JSON.stringify(value)}.`);
  }
  if (spec.kind === "feedforward") return predictFeedforward(spec, options);
  if ((spec.norm as string) !== "none") return nothing("No theory here covers normalisation in recurrent nets.");
  return predictRecurrent(spec, options);
}
