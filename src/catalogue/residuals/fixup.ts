import type { ResidualFacts } from "./residual.ts";

export const fixup: ResidualFacts = {
  title: "Fixup",
  formula: "h + α F(h), α learned from 1, the branch's last weight from 0",
  source: "Zhang et al. 2019, rules 1 to 3",
  join: "sum",
  branch: "learned",
  start: 1,
  scalesWeights: true,
};
