import { normalCdf, normalDensity } from "../../base/special-functions.ts";
import type { ActivationFacts } from "./activation.ts";

export const gelu: ActivationFacts = {
  title: "GELU",
  formula: "u Φ(u), Φ the normal distribution's",
  source: "Hendrycks and Gimpel 2016",
  aliases: ["geluerf"],
  value: (u) => u * normalCdf(u),
  slope: (u) => normalCdf(u) + u * normalDensity(u),
  kinks: [],
  largestSlope: 1.1289042, // at u = √2, where φ'' = 0
  gain: 1.533530441196,
  rectifies: true,
  weights: {
    weight: "lecun_normal",
    gain: "auto",
    words: ", its weights at the gain that keeps the variance",
    source: "Hendrycks and Gimpel 2016",
  },
};
