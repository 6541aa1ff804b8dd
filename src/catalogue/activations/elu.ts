import type { ActivationFacts } from "./activation.ts";
import { exponentialLinear } from "./shapes.ts";

export const elu: ActivationFacts = {
  title: "ELU",
  formula: "u for u > 0, eᵘ − 1 below",
  source: "Clevert et al. 2016",
  ...exponentialLinear(1, 1),
  largestSlope: 1,
  gain: 1.245198300701,
  rectifies: true,
  weights: {
    weight: "lecun_normal",
    gain: "auto",
    words: ", its weights at the gain that keeps the variance",
    source: "Clevert et al. 2016",
  },
};
