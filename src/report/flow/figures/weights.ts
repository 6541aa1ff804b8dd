import { isHiddenWeight, parametersByName } from "../../../spec/parameter-groups.ts";
import { type Figure, lineMark } from "../../kit/figure/figure.ts";
import { type FlowResult, lossEnd } from "../result.ts";
import { stations } from "./profile.ts";

/** Gradient norm of each layer's weights beside the weights' own. */
export function weightFigure({ flow }: FlowResult): Figure[] {
  const rows = parametersByName(flow.spec);
  const weights = flow.parameters.flatMap(({ name, lnGradientNorm, lnNorm }) => {
    const row = rows.get(name);
    return row !== undefined && isHiddenWeight(row) ? [{ layer: row.layer, lnGradientNorm, lnNorm }] : [];
  });
  if (weights.length < 2) return [];
  const x = weights.map(({ layer }) => layer);
  return [
    {
      id: "weights",
      title: "Gradients of the weights",
      caption:
        "Norm of each layer's weight gradient and norm of the weights. Their ratio, times the learning rate, is the relative change by one step of gradient descent.",
      x: { ...stations(flow), end: lossEnd(flow) },
      y: { label: "‖∂L/∂W_l‖ and ‖W_l‖", scale: "decades" },
      marks: [
        lineMark(
          "‖∂L/∂W_l‖",
          weights.map(({ lnGradientNorm }) => lnGradientNorm),
          0,
          x,
        ),
        lineMark(
          "‖W_l‖",
          weights.map(({ lnNorm }) => lnNorm),
          6,
          x,
        ),
      ],
    },
  ];
}
