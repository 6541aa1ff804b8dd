import type { ResidualFacts } from "./residual.ts";

export const scaled: ResidualFacts = {
  title: "scaled residual",
  formula: "h + F(h)/√blocks",
  source: "Hanin and Rolnick 2018; Hayou et al. 2021",
  join: "sum",
  branch: "inverse-root",
  remedy: { name: "scaled_residual", what: "a skip path, the branches scaled by 1/√blocks" },
};
