import type { ActivationFacts } from "./activation.ts";
import { sechSquared } from "./shapes.ts";

export const tanh: ActivationFacts = {
  title: "tanh",
  formula: "tanh u",
  source: "LeCun et al. 1998 (Efficient BackProp)",
  value: Math.tanh,
  slope: sechSquared,
  kinks: [],
  largestSlope: 1,
  gain: 5 / 3,
  range: [-1, 1],
  saturates: true,
  ends: { onePercent: 2.99322, bound: 9.4999 },
  weights: {
    weight: "xavier_normal",
    gain: 1,
    words: " with Xavier's initialization",
    source: "LeCun et al. 1998; Glorot and Bengio 2010",
  },
};
