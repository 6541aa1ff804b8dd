import type { NormFacts } from "./norm.ts";

/** (a − mean)/√(variance + ε) over the units, sample by sample, times γ plus β. */
export const layer: NormFacts = {
  title: "layer norm",
  source: "Ba et al. 2016",
  aliases: ["layernorm"],
  of: "activations",
  centers: true,
};
