import type { ActivationFacts } from "./activation.ts";
import { logistic, softplusOf } from "./shapes.ts";

export const softplus: ActivationFacts = {
  title: "softplus",
  formula: "ln(1 + eᵘ)",
  source: "Dugas et al. 2001",
  value: softplusOf,
  slope: logistic,
  kinks: [],
  largestSlope: 1,
  gain: 1.041866835535,
};
