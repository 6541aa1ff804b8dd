import type { ActivationFacts } from "./activation.ts";
import { clamp, inside } from "./shapes.ts";

export const hardtanh: ActivationFacts = {
  title: "hardtanh",
  formula: "u between −1 and 1, the nearer of them outside",
  source: "Collobert 2004",
  value: (u) => clamp(u, -1, 1),
  slope: (u) => inside(u, -1, 1),
  kinks: [-1, 1],
  largestSlope: 1,
  gain: 1.392036140448,
  range: [-1, 1],
  saturates: true,
  flat: true,
};
