import type { ActivationFacts } from "./activation.ts";
import { rectifier } from "./shapes.ts";

export const relu: ActivationFacts = {
  title: "ReLU",
  formula: "max(u, 0)",
  source: "Glorot, Bordes and Bengio 2011",
  ...rectifier(0),
  largestSlope: 1,
  gain: Math.SQRT2,
  flat: true,
  rectifies: true,
  closesBelowZero: true,
  weights: {
    weight: "he_normal",
    gain: 1,
    words: " with He's initialization",
    source: "Glorot, Bordes and Bengio 2011; He et al. 2015",
  },
};
