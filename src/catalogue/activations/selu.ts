import type { ActivationFacts } from "./activation.ts";
import { exponentialLinear } from "./shapes.ts";

const ALPHA = 1.6732632423543772; // Klambauer et al. 2017, section 2
const LAMBDA = 1.0507009873554805;

export const selu: ActivationFacts = {
  title: "SELU",
  formula: "λ u for u > 0, λ α (eᵘ − 1) below, λ = 1.0507, α = 1.6733",
  source: "Klambauer et al. 2017",
  ...exponentialLinear(ALPHA, LAMBDA),
  largestSlope: LAMBDA * ALPHA,
  gain: 3 / 4,
  rectifies: true,
  weights: {
    weight: "lecun_normal",
    gain: 1,
    words: " with LeCun's initialization",
    source: "Klambauer et al. 2017",
  },
};
