import type { ActivationFacts } from "./activation.ts";

/** E e^{k u} = e^{k² q/2}. Quadrature misses the moments of e^u once q is some tens: they come from the far tail. */
const powerMean = (k: number, q: number): number => Math.exp((k * k * q) / 2);

export const exponential: ActivationFacts = {
  title: "exponential",
  formula: "eᵘ",
  source: "tf.keras.activations.exponential",
  aliases: ["exp"],
  value: Math.exp,
  slope: Math.exp,
  kinks: [],
  moments: {
    mean: (q) => powerMean(1, q),
    square: (q) => powerMean(2, q),
    variance: (q) => Math.exp(q) * Math.expm1(q),
    slopeSquare: (q) => powerMean(2, q),
    slopeFourth: (q) => powerMean(4, q),
    lengthSlope: (q) => 2 * powerMean(2, q),
    valueProduct: (q, c) => Math.exp(q * (1 + c)),
    slopeProduct: (q, c) => Math.exp(q * (1 + c)),
  },
  largestSlope: Number.POSITIVE_INFINITY,
  largestSlopeText: "without a bound",
  gain: 1 / Math.E,
};
