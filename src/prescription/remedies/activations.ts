import type { FeedforwardSpec } from "../../spec/index.ts";
import type { ActivationName } from "../../spec/names.ts";
import { type Remedy, withInit } from "./remedy.ts";

const swap = (
  activation: ActivationName,
  init: Partial<FeedforwardSpec["init"]>,
  [bare, further]: readonly [string, string],
  source: string,
): Remedy<FeedforwardSpec> => ({
  name: activation,
  family: "activation",
  kind: "feedforward",
  what: bare + further,
  bare,
  source,
  change: (spec) => (spec.activation === activation ? null : { ...withInit(spec, init), activation }),
});

/** Another φ with the initialization that belongs to it. */
export const ACTIVATION_REMEDIES: readonly Remedy<FeedforwardSpec>[] = [
  swap(
    "relu",
    { weight: "he_normal", gain: 1 },
    ["ReLU", " with He's initialization"],
    "Glorot, Bordes and Bengio 2011; He et al. 2015",
  ),
  swap(
    "leaky_relu",
    { weight: "he_normal", gain: "auto" },
    ["leaky ReLU", " with He's initialization"],
    "Maas et al. 2013; He et al. 2015",
  ),
  swap(
    "elu",
    { weight: "lecun_normal", gain: "auto" },
    ["ELU", ", its weights at the gain that keeps the variance"],
    "Clevert et al. 2016",
  ),
  swap("selu", { weight: "lecun_normal", gain: 1 }, ["SELU", " with LeCun's initialization"], "Klambauer et al. 2017"),
  swap(
    "gelu",
    { weight: "lecun_normal", gain: "auto" },
    ["GELU", ", its weights at the gain that keeps the variance"],
    "Hendrycks and Gimpel 2016",
  ),
  {
    ...swap(
      "tanh",
      { weight: "xavier_normal", gain: 1 },
      ["tanh", " with Xavier's initialization"],
      "LeCun et al. 1998; Glorot and Bengio 2010",
    ),
    // for the activations that are bounded and not centered
    change: (spec) =>
      ["sigmoid", "hardsigmoid", "relu6"].includes(spec.activation)
        ? { ...withInit(spec, { weight: "xavier_normal", gain: 1 }), activation: "tanh" }
        : null,
  },
];
