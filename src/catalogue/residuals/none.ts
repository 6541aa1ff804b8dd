import type { ResidualFacts } from "./residual.ts";

export const none: ResidualFacts = {
  title: "no skip path",
  formula: "F(h)",
  source: "",
  join: "nowhere",
  branch: "one",
};
