import type { ActivationFacts } from "./activation.ts";
import { logistic, sechSquared, softplusOf } from "./shapes.ts";

export const mish: ActivationFacts = {
  title: "Mish",
  formula: "u tanh(ln(1 + eᵘ))",
  source: "Misra 2019",
  value: (u) => u * Math.tanh(softplusOf(u)),
  slope: (u) => Math.tanh(softplusOf(u)) + u * sechSquared(softplusOf(u)) * logistic(u),
  kinks: [],
  largestSlope: 1.0884982, // at u = 1.4908, where φ'' = 0
  gain: 1.486847581273,
  rectifies: true,
};
