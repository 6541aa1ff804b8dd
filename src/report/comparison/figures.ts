import type { Figure } from "../kit/figure/figure.ts";
import type { Comparison } from "./compare.ts";
import { PROFILE_SYMBOLS } from "./findings.ts";

/** All profiles on one logarithmic axis. */
export function comparisonFigure({ axis, entries, of }: Comparison): Figure {
  const lengths = new Set(entries.map(({ lnGradientNorm }) => lnGradientNorm.length));
  const same = lengths.size === 1;
  return {
    id: "comparison",
    title: "Gradient profiles",
    caption: `Norm of ${of === "probe" ? "a random cotangent sent back from the last station" : "the gradient"} at every ${axis}, for each result.`,
    x: {
      label: same ? (axis === "step" ? "step t" : "layer l") : `${axis}s from the last`,
      scale: "linear",
      whole: true,
      end: "loss ▲",
    },
    y: { label: PROFILE_SYMBOLS[of][axis], scale: "decades" },
    marks: entries.map(({ name, lnGradientNorm: y }, slot) => ({
      kind: "line" as const,
      name,
      y,
      slot,
      ...(same ? {} : { x: Float64Array.from({ length: y.length }, (_, s) => s - y.length + 1) }),
    })),
  };
}
