import type { LossFacts } from "./loss.ts";

export const hinge: LossFacts = {
  title: "hinge loss",
  formula: "mean of Σ_{j ≠ t} max(0, 1 − y_t + y_j)/Y",
  source: "Crammer and Singer 2001; torch.nn.MultiMarginLoss",
  aliases: ["multimargin"],
  targets: "classes",
  meanOverOutputs: false,
  options: [],
  counts: "classes",
  constant: ({ outputs: Y }) => (Y - 1) / Y, // the loss of equal outputs; if classes differ in frequency, a better constant exists
};
