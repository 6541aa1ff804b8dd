import type { ResidualFacts } from "./residual.ts";

export const skipinit: ResidualFacts = {
  title: "SkipInit",
  formula: "h + α F(h), α learned from 0",
  source: "De and Smith 2020; Bachlechner et al. 2021 (ReZero)",
  aliases: ["rezero"],
  join: "sum",
  branch: "learned",
  start: 0,
  remedy: { name: "skipinit", what: "a skip path, every branch behind a multiplier that starts at 0" },
};
