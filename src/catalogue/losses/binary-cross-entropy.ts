import { each, entropyPart, type LossFacts, meanOverColumns } from "./loss.ts";

export const binary_cross_entropy: LossFacts = {
  title: "binary cross-entropy",
  formula: "mean of −(p t ln σ(y) + (1 − t) ln σ(−y)), p = posWeight",
  source: "torch.nn.BCEWithLogitsLoss",
  aliases: ["bce", "bcewithlogits"],
  targets: "probabilities",
  meanOverOutputs: true,
  options: ["posWeight"],
  counts: "signs",
  undecided: () => Math.LN2,
  // of p m and 1 − m in the place of m and 1 − m: σ = p m/(p m + 1 − m)
  constant: (targets, { posWeight }) =>
    meanOverColumns(targets, (column, y) => {
      const mean = column.reduce((sum, t) => sum + t / column.length, 0);
      const positive = each(posWeight, y, 1) * mean;
      const all = positive + 1 - mean;
      return all * (entropyPart(positive / all) + entropyPart((1 - mean) / all));
    }),
};
