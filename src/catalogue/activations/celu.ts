import type { ActivationFacts } from "./activation.ts";
import { exponentialLinear } from "./shapes.ts";

export const celu: ActivationFacts = {
  title: "CELU",
  formula: "u for u > 0, eᵘ − 1 below",
  source: "Barron 2017, with α = 1",
  ...exponentialLinear(1, 1),
  largestSlope: 1,
  gain: 1.245198300701,
  rectifies: true,
};
