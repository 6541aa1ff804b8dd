import { type Figure, lineMark } from "../../kit/figure/figure.ts";
import { type FlowResult, normSymbol } from "../result.ts";

/**
 * The contribution of one step's loss to the gradient at earlier steps: by lag, and for every loss if the whole matrix
 * was kept.
 */
export function creditFigures({ flow }: FlowResult): Figure[] {
  const { credit } = flow;
  if (credit === undefined) return [];
  const byLag: Figure = {
    id: "credit",
    title: "Credit by lag",
    caption:
      "The contribution of one step's loss to the gradient at the step that lies this many steps before it: the mean, over losses, of the norm's logarithm.",
    x: { label: "lag t − s, steps", scale: "linear", whole: true },
    y: { label: "‖∂L_t/∂h_s‖", scale: "decades" },
    marks: [lineMark("‖∂L_t/∂h_s‖", credit.lnNormByLag, 0)],
  };
  if (credit.matrix === undefined || credit.matrix.length < 2) return [byLag];
  return [
    byLag,
    {
      id: "credit-map",
      title: "Credit of each loss",
      caption: "The contribution of the loss at step t to the gradient at step s. Each row is one t.",
      x: { label: "step s", scale: "linear", whole: true },
      y: { label: "loss at step t", scale: "names", names: credit.losses.map(String) },
      marks: [{ kind: "heat", rows: credit.matrix, label: normSymbol(flow), scale: "decades" }],
    },
  ];
}
