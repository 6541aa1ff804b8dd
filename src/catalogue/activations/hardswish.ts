import type { ActivationFacts } from "./activation.ts";
import { clamp } from "./shapes.ts";

export const hardswish: ActivationFacts = {
  title: "hardswish",
  formula: "u times (u + 3)/6 held between 0 and 1",
  source: "Howard et al. 2019",
  value: (u) => (u * clamp(u + 3, 0, 6)) / 6,
  slope: (u) => (u <= -3 ? 0 : u >= 3 ? 1 : (2 * u + 3) / 6),
  kinks: [-3, 3],
  largestSlope: 1.5,
  gain: 1.736657212767,
  flat: true,
  rectifies: true,
};
