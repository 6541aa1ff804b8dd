import { activationFacts, type ActivationName, ACTIVATIONS } from "../../catalogue/index.ts";
import type { FeedforwardSpec } from "../../spec/index.ts";
import { type Remedy, withInit } from "./remedy.ts";

/** Another φ with the weights that belong to it; a bounded φ only in place of a bounded one that is not centered. */
function swap(activation: ActivationName): Remedy<FeedforwardSpec>[] {
  const { title, weights, range } = activationFacts(activation);
  if (weights === undefined) return [];
  const { weight, gain, words, source } = weights;
  return [
    {
      name: activation,
      family: "activation",
      kind: "feedforward",
      what: title + words,
      bare: title,
      source,
      change: (spec) =>
        spec.activation === activation || (range !== undefined && isCentered(spec.activation))
          ? null
          : { ...withInit(spec, { weight, gain }), activation },
    },
  ];
}

/** Whether φ has no bounds, or bounds of the same size on both sides. */
function isCentered(activation: ActivationName): boolean {
  const { range: [low, high] = [-1, 1] } = activationFacts(activation);
  return low === -high;
}

/** Those without bounds first. */
const PROPOSED = [
  ...ACTIVATIONS.filter((name) => activationFacts(name).range === undefined),
  ...ACTIVATIONS.filter((name) => activationFacts(name).range !== undefined),
];

/** Another φ with the initialization that belongs to it. */
export const ACTIVATION_REMEDIES: readonly Remedy<FeedforwardSpec>[] = PROPOSED.flatMap(swap);
