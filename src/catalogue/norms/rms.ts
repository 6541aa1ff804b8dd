import type { NormFacts } from "./norm.ts";

/** a/√(mean a² + ε) over the units, sample by sample, times γ. */
export const rms: NormFacts = {
  title: "RMS norm",
  source: "Zhang and Sennrich 2019",
  aliases: ["rmsnorm"],
  of: "activations",
  centers: false,
};
