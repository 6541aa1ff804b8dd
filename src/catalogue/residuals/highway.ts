import type { ResidualFacts } from "./residual.ts";

export const highway: ResidualFacts = {
  title: "highway",
  formula: "t F(h) + (1 − t) h, t = σ(W_t h + b_t)",
  source: "Srivastava et al. 2015",
  join: "mixture",
  branch: "one",
  remedy: { name: "highway", what: "a learned gate between skip path and branch" },
};
