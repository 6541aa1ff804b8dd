import type { ActivationFacts } from "./activation.ts";
import { clamp, inside } from "./shapes.ts";

export const hardsigmoid: ActivationFacts = {
  title: "hardsigmoid",
  formula: "(u + 3)/6 between 0 and 1",
  source: "Courbariaux et al. 2015; torch.nn.Hardsigmoid",
  value: (u) => clamp(u + 3, 0, 6) / 6,
  slope: (u) => inside(u, -3, 3) / 6,
  kinks: [-3, 3],
  largestSlope: 1 / 6,
  largestSlopeText: "1/6",
  gain: 1.89784042473,
  range: [0, 1],
  saturates: true,
  flat: true,
};
