import type { ActivationFacts } from "./activation.ts";
import { rectifier } from "./shapes.ts";

/** Facts at the first slope, .25; `largestSlope` holds while the learned slope is between −1 and 1. */
export const prelu: ActivationFacts = {
  title: "PReLU",
  formula: "u for u > 0, a u below, a learned",
  source: "He et al. 2015",
  ...rectifier(0.25),
  largestSlope: 1,
  gain: Math.sqrt(2 / (1 + 0.25 ** 2)),
  flat: true,
  rectifies: true,
  learnedSlope: true,
};
