import type { ActivationFacts } from "./activation.ts";
import { logistic } from "./shapes.ts";

export const silu: ActivationFacts = {
  title: "SiLU",
  formula: "u σ(u)",
  source: "Elfwing et al. 2018; Ramachandran et al. 2017 (swish)",
  aliases: ["swish"],
  value: (u) => u * logistic(u),
  slope: (u) => logistic(u) * (1 + u * logistic(-u)),
  kinks: [],
  largestSlope: 1.0998393, // at u = 2.3994, where φ'' = 0
  gain: 1.676532470331,
  rectifies: true,
};
