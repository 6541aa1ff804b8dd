import type { MagnitudeHistogram } from "../../../metrics/index.ts";
import type { ParameterHistograms } from "../../../measure/statistics.ts";
import type { Figure } from "../../kit/figure/figure.ts";
import { tenTo } from "../../kit/figure/powers.ts";

/**
 * Where the magnitudes of the entries of every parameter's gradient, and of the parameter, lie: a row a parameter, a
 * column a decade.
 */
export function histogramFigures(histograms: readonly ParameterHistograms[]): Figure[] {
  return (["gradient", "weight"] as const).flatMap((of) => {
    const rows = histograms.map((each) => ({ name: each.name, histogram: each[of] }));
    const filled = rows.filter(({ histogram }) => histogram.bins.length > 0);
    if (filled.length === 0) return [];
    const first = Math.min(...filled.map(({ histogram }) => histogram.firstDecade));
    const last = Math.max(...filled.map(({ histogram }) => histogram.firstDecade + histogram.bins.length));
    const what = of === "gradient" ? "gradient" : "parameter";
    return [
      {
        id: `${of}-magnitudes`,
        title: of === "gradient" ? "Magnitudes of the gradients" : "Magnitudes of the parameters",
        caption: `How the entries of every ${what} are spread over decades of their magnitude: the share of them in each. Exact zeros are not shown.`,
        x: {
          label: "magnitude, at least",
          scale: "names" as const,
          names: Array.from({ length: last - first }, (_, k) => tenTo(first + k)),
        },
        y: { label: "parameter", scale: "names" as const, names: filled.map(({ name }) => name) },
        marks: [
          {
            kind: "heat" as const,
            rows: filled.map(({ histogram }) => shares(histogram, first, last)),
            label: "share of the entries",
            scale: "linear" as const,
          },
        ],
      },
    ];
  });
}

const shares = ({ bins, firstDecade, count }: MagnitudeHistogram, first: number, last: number): Float64Array =>
  Float64Array.from({ length: last - first }, (_, k) => (bins[first + k - firstDecade] ?? 0) / count);
