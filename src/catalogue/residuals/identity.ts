import type { ResidualFacts } from "./residual.ts";

export const identity: ResidualFacts = {
  title: "residual",
  formula: "h + F(h)",
  source: "He et al. 2016",
  join: "sum",
  branch: "one",
  remedy: { name: "residual", what: "a skip path round every block, h + F(h)" },
};
