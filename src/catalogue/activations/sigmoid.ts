import type { ActivationFacts } from "./activation.ts";
import { logistic, logisticSlope } from "./shapes.ts";

export const sigmoid: ActivationFacts = {
  title: "sigmoid",
  formula: "1/(1 + e^−u)",
  source: "Rumelhart et al. 1986",
  aliases: ["logistic"],
  value: logistic,
  slope: logisticSlope,
  kinks: [],
  largestSlope: 0.25,
  largestSlopeText: "1/4",
  gain: 1,
  range: [0, 1],
  saturates: true,
  ends: { onePercent: 5.98645, bound: 17 },
};
