import type { MagnitudeHistogram } from "../../../metrics/index.ts";
import type { ParameterHistograms } from "../../../measure/statistics.ts";
import type { Figure } from "../../kit/figure/figure.ts";
import { tenTo } from "../../kit/figure/powers.ts";

/** Most columns of a map: with more decades, several share a column. */
const MOST_COLUMNS = 120;

/**
 * Maps of the magnitudes of the entries of every parameter's gradient, and of the parameter: one row for each
 * parameter, one column for each decade.
 */
export function histogramFigures(histograms: readonly ParameterHistograms[]): Figure[] {
  return (["gradient", "weight"] as const).flatMap((of) => {
    const rows = histograms.map((each) => ({ name: each.name, histogram: each[of] }));
    const filled = rows.filter(({ histogram }) => histogram.bins.length > 0);
    if (filled.length === 0) return [];
    const first = Math.min(...filled.map(({ histogram }) => histogram.firstDecade));
    const last = Math.max(...filled.map(({ histogram }) => histogram.firstDecade + histogram.bins.length));
    const width = Math.ceil((last - first) / MOST_COLUMNS);
    const columns = Math.ceil((last - first) / width);
    const what = of === "gradient" ? "gradient" : "parameter";
    return [
      {
        id: `${of}-magnitudes`,
        title: of === "gradient" ? "Magnitudes of the gradients" : "Magnitudes of the parameters",
        caption: `How the magnitudes of the entries of every ${what} are distributed over decades: the share of the entries in each${width === 1 ? "" : ` column of ${width} decades`}. Exact zeros are not shown.`,
        x: {
          label: "magnitude, at least",
          scale: "names" as const,
          names: Array.from({ length: columns }, (_, k) => tenTo(first + k * width)),
        },
        y: { label: "parameter", scale: "names" as const, names: filled.map(({ name }) => name) },
        marks: [
          {
            kind: "heat" as const,
            rows: filled.map(({ histogram }) => shares(histogram, first, columns, width)),
            label: "share of the entries",
            scale: "linear" as const,
          },
        ],
      },
    ];
  });
}

function shares({ bins, firstDecade, count }: MagnitudeHistogram, first: number, columns: number, width: number) {
  const sums = new Float64Array(columns);
  bins.forEach((entries, k) => {
    sums[Math.floor((firstDecade + k - first) / width)] += entries / count;
  });
  return sums;
}
