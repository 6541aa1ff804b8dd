import type { ResidualFacts } from "./residual.ts";

export const dense: ResidualFacts = {
  title: "dense connections",
  formula: "F([h_0, h_1, …])",
  source: "Huang et al. 2017",
  join: "concatenation",
  branch: "one",
};
