import { type LossFacts, meanOverColumns } from "./loss.ts";

export const mae: LossFacts = {
  title: "absolute error",
  formula: "mean of |y − t|",
  source: "torch.nn.L1Loss",
  aliases: ["meanabsoluteerror", "l1", "absoluteerror"],
  targets: "real",
  meanOverOutputs: true,
  options: [],
  constant: (targets) =>
    meanOverColumns(targets, (column) => {
      const median = column.toSorted()[column.length >> 1]; // any value between the two middle ones has the same loss
      return column.reduce((sum, t) => sum + Math.abs(median - t), 0) / column.length;
    }),
};
