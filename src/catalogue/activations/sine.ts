import type { ActivationFacts } from "./activation.ts";

/** E cos(k u) = e^{−k² q/2}. Sine's moments are sums of these: quadrature fails for sin u at √q of some thousands. */
const waveMean = (k: number, q: number): number => Math.exp((-k * k * q) / 2);
/** E[sin u₁ sin u₂] (sign −1) or E[cos u₁ cos u₂] (+1), from the means e^{−q(1 ∓ c)} of cos(u₁ ∓ u₂). */
const product = (q: number, c: number, sign: 1 | -1): number =>
  (Math.exp(-q * (1 - c)) + sign * Math.exp(-q * (1 + c))) / 2;
const square = (q: number): number => -Math.expm1(-2 * q) / 2; // sin² = (1 − cos 2u)/2

export const sine: ActivationFacts = {
  title: "sine",
  formula: "sin u",
  source: "Sitzmann et al. 2020",
  aliases: ["sin"],
  value: Math.sin,
  slope: Math.cos,
  kinks: [],
  moments: {
    mean: () => 0,
    square,
    variance: square,
    slopeSquare: (q) => (1 + waveMean(2, q)) / 2,
    slopeFourth: (q) => (3 + 4 * waveMean(2, q) + waveMean(4, q)) / 8,
    lengthSlope: (q) => waveMean(2, q),
    valueProduct: (q, c) => product(q, c, -1),
    slopeProduct: (q, c) => product(q, c, 1),
  },
  largestSlope: 1,
  gain: 1.520866623179,
  range: [-1, 1],
};
