import type { NormFacts } from "./norm.ts";

/** (a − mean)/√(variance + ε) over the batch, unit by unit, times γ plus β. */
export const batch: NormFacts = {
  title: "batch norm",
  source: "Ioffe and Szegedy 2015",
  aliases: ["batchnorm"],
  of: "activations",
  centers: true,
  acrossSamples: true,
  price: "samples of a batch depend on each other",
};
