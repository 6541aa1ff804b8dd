import { ACTIVATIONS, anyLayer, anyStation, UPDATE, updateDecades } from "./rules.ts";
import type { Preset } from "./types.ts";

/**
 * The rules in the guide to Deeplearning4j's user interface. For log10 of the ratio of mean magnitudes it names −3 as
 * good, and values below −4 or above −2 as significantly off. Here the ratio is one of norms.
 */
export const DEEPLEARNING4J: Preset = {
  system: "Deeplearning4j",
  source: "Deeplearning4j, guide to its training user interface",
  rules: [
    {
      quantity: "standard deviation of activations",
      threshold: "outside 0.5 … 2",
      problem: "initialisation",
      needs: ACTIVATIONS,
      judge: anyStation(
        ({ std }) => std,
        (std) => !(std >= 0.5 && std <= 2),
      ),
    },
    {
      quantity: "log10 update:parameter",
      threshold: "outside −4 … −2",
      problem: "updates",
      needs: UPDATE,
      judge: anyLayer(updateDecades, (decades) => decades < -4 || decades > -2),
    },
  ],
};
