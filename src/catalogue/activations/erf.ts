import { erf as errorFunction } from "../../base/special-functions.ts";
import type { ActivationFacts } from "./activation.ts";

export const erf: ActivationFacts = {
  title: "erf",
  formula: "erf u",
  source: "Williams 1997",
  value: errorFunction,
  slope: (u) => (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u),
  kinks: [],
  moments: {
    // E[erf u₁ erf u₂] = (2/π) asin(2qc/(1 + 2q)) (Williams 1997), and its derivative in qc
    valueProduct: (q, c) => (2 / Math.PI) * Math.asin((2 * q * c) / (1 + 2 * q)),
    slopeProduct: (q, c) => 4 / Math.PI / Math.sqrt((1 + 2 * q * (1 - c)) * (1 + 2 * q * (1 + c))),
  },
  largestSlope: 2 / Math.sqrt(Math.PI),
  largestSlopeText: "2/√π",
  gain: 1.467166950489,
  range: [-1, 1],
  saturates: true,
};
