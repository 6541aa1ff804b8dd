import type { ActivationFacts } from "./activation.ts";
import { clamp, inside } from "./shapes.ts";

export const relu6: ActivationFacts = {
  title: "ReLU6",
  formula: "u between 0 and 6",
  source: "Krizhevsky 2010",
  value: (u) => clamp(u, 0, 6),
  slope: (u) => inside(u, 0, 6),
  kinks: [0, 6],
  largestSlope: 1,
  gain: 1.414213565095,
  range: [0, 6],
  flat: true,
  rectifies: true,
  closesBelowZero: true,
};
