import type { ActivationFacts } from "./activation.ts";
import { rectifier } from "./shapes.ts";

export const leaky_relu: ActivationFacts = {
  title: "leaky ReLU",
  formula: "u for u > 0, .01 u below",
  source: "Maas et al. 2013",
  aliases: ["lrelu"],
  ...rectifier(0.01),
  largestSlope: 1,
  gain: Math.sqrt(2 / (1 + 0.01 ** 2)),
  rectifies: true,
  weights: {
    weight: "he_normal",
    gain: "auto",
    words: " with He's initialization",
    source: "Maas et al. 2013; He et al. 2015",
  },
};
