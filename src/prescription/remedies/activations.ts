import { activationFacts, type ActivationName, ACTIVATIONS } from "../../catalogue/index.ts";
import type { FeedforwardSpec } from "../../spec/index.ts";
import { type Remedy, withInit } from "./remedy.ts";

/** Another φ with its own initialization. A bounded φ replaces only a bounded φ that is not centered. */
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

/** Whether φ has no bounds, or bounds of equal size on both sides. */
function isCentered(activation: ActivationName): boolean {
  const { range: [low, high] = [-1, 1] } = activationFacts(activation);
  return low === -high;
}

/** The proposed activations; those without bounds come first. */
const PROPOSED = [
  ...ACTIVATIONS.filter((name) => activationFacts(name).range === undefined),
  ...ACTIVATIONS.filter((name) => activationFacts(name).range !== undefined),
];

/** Remedies that replace φ and use the initialization of the new one. */
export const ACTIVATION_REMEDIES: readonly Remedy<FeedforwardSpec>[] = PROPOSED.flatMap(swap);
