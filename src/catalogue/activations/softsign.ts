import type { ActivationFacts } from "./activation.ts";

export const softsign: ActivationFacts = {
  title: "softsign",
  formula: "u/(1 + |u|)",
  source: "Glorot and Bengio 2010",
  value: (u) => u / (1 + Math.abs(u)),
  slope: (u) => (1 + Math.abs(u)) ** -2,
  kinks: [0],
  largestSlope: 1,
  gain: 2.337533363109,
  range: [-1, 1],
  saturates: true,
};
