import type { ActivationFacts } from "./activation.ts";
import { sechSquared } from "./shapes.ts";

const SCALE = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715; // Hendrycks and Gimpel 2016, section 2

const inner = (u: number) => SCALE * (u + CUBIC * u ** 3);
const innerSlope = (u: number) => SCALE * (1 + 3 * CUBIC * u * u);

export const gelu_tanh: ActivationFacts = {
  title: "GELU (tanh)",
  formula: "u/2 (1 + tanh(√(2/π) (u + .044715 u³)))",
  source: "Hendrycks and Gimpel 2016",
  value: (u) => 0.5 * u * (1 + Math.tanh(inner(u))),
  slope: (u) => 0.5 * (1 + Math.tanh(inner(u))) + 0.5 * u * sechSquared(inner(u)) * innerSlope(u),
  kinks: [],
  largestSlope: 1.1289931,
  gain: 1.533580521666,
  rectifies: true,
};
