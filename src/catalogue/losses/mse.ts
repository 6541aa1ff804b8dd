import { type LossFacts, meanOverColumns } from "./loss.ts";

export const mse: LossFacts = {
  title: "squared error",
  formula: "mean of (y − t)²",
  source: "torch.nn.MSELoss",
  aliases: ["meansquarederror", "l2"],
  targets: "real",
  meanOverOutputs: true,
  options: [],
  constant: (targets) =>
    meanOverColumns(targets, (column) => {
      let [mean, square] = [0, 0];
      for (const value of column) mean += value / column.length;
      for (const value of column) square += (value - mean) ** 2 / column.length;
      return square;
    }),
};
