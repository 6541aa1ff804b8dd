import type { ActivationFacts } from "./activation.ts";
import { rectifier } from "./shapes.ts";

export const identity: ActivationFacts = {
  title: "identity",
  formula: "u",
  source: "Saxe et al. 2013 (linear networks)",
  aliases: ["linear"],
  ...rectifier(1),
  largestSlope: 1,
  gain: 1,
};
