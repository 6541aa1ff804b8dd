import { type LossFacts, meanOverColumns } from "./loss.ts";

/**
 * The constant whose derivative Σ clamp(c − t, ±δ) is zero, by bisection to float64's precision: the loss is convex, so
 * there is one.
 */
function best(column: Float64Array, delta: number): number {
  let low = column.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let high = column.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const slope = (c: number) => column.reduce((sum, t) => sum + Math.min(Math.max(c - t, -delta), delta), 0);
  for (let i = 0; i < 200 && low < high; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (slope(middle) > 0) high = middle;
    else low = middle;
  }
  return low;
}

export const huber: LossFacts = {
  title: "Huber loss",
  formula: "mean of (y − t)²/2 where |y − t| ≤ δ, δ (|y − t| − δ/2) beyond",
  source: "Huber 1964; torch.nn.HuberLoss",
  aliases: ["smoothl1"],
  targets: "real",
  meanOverOutputs: true,
  options: ["delta"],
  constant: (targets, { delta = 1 }) =>
    meanOverColumns(targets, (column) => {
      const c = best(column, delta);
      const loss = (error: number) => (error <= delta ? (error * error) / 2 : delta * (error - delta / 2));
      return column.reduce((sum, t) => sum + loss(Math.abs(c - t)), 0) / column.length;
    }),
};
