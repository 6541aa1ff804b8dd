import type { MagnitudeHistogram } from "../../../metrics/index.ts";
import type { ParameterHistograms } from "../../../measure/statistics.ts";
import { significant } from "../../../words/numbers.ts";
import { cut, excerpt, padEnd } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/** At most this many parameters are shown: the first and the last. */
const MOST_ROWS = 12;
/** Columns of the bars. */
const COLUMNS = 32;

/**
 * Histograms of the magnitudes of every gradient on one axis of powers of ten; zeros and NaN are counted beside them.
 */
export function histogramRows(theme: Theme, histograms: readonly ParameterHistograms[] | undefined): string[] {
  if (histograms === undefined || histograms.length === 0) return [];
  const filled = histograms.filter(({ gradient }) => gradient.bins.length > 0);
  const first = Math.min(...filled.map(({ gradient }) => gradient.firstDecade));
  const end = Math.max(...filled.map(({ gradient }) => gradient.firstDecade + gradient.bins.length));
  const decades = filled.length === 0 ? 1 : end - first;
  const perColumn = Math.ceil(decades / COLUMNS);
  const columns = Math.ceil(decades / perColumn);
  const names = Math.min(26, Math.max(...histograms.map(({ name }) => name.length)));
  const line = ({ name, gradient }: ParameterHistograms) =>
    `${padEnd(cut(theme, name, names), names)}  ${bars(theme, gradient, first, perColumn, columns)}  ${specialShares(gradient)}`.trimEnd();
  const rows = histograms.map(line);
  if (filled.length === 0)
    return [theme.paint(padEnd("Entries of ∂L/∂W", names), "dim"), ...excerpt(theme, rows, MOST_ROWS, ": see --json")];
  const axis = `1e${first} to 1e${end}`;
  const head = theme.text(
    `|g| of the entries, ${axis}, ${perColumn === 1 ? "a power of ten" : `${perColumn} powers of ten`} a column`,
  );
  return [theme.paint(head, "dim"), ...excerpt(theme, rows, MOST_ROWS, ": see --json")];
}

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_BARS = [".", ":", "-", "=", "+", "*", "%", "#"];

/** A column's height is its share of the fullest one. */
function bars(
  theme: Theme,
  { bins, firstDecade }: MagnitudeHistogram,
  first: number,
  perColumn: number,
  columns: number,
): string {
  const heights = new Array<number>(columns).fill(0);
  bins.forEach((count, k) => {
    heights[Math.floor((firstDecade + k - first) / perColumn)] += count;
  });
  const most = Math.max(...heights);
  const levels = theme.ascii ? ASCII_BARS : BARS;
  return heights.map((height) => (height === 0 ? " " : levels[Math.ceil((height / most) * 8) - 1])).join("");
}

function specialShares(histogram: MagnitudeHistogram): string {
  const share = (count: number, what: string) =>
    count === 0 ? [] : [`${significant((100 * count) / histogram.count, 2)} % ${what}`];
  return [
    ...share(histogram.zero, "zero"),
    ...share(histogram.subnormal, "subnormal"),
    ...share(histogram.underflow, "below float32"),
    ...share(histogram.overflow, "beyond float32"),
    ...share(histogram.nan, "NaN"),
    ...share(histogram.positiveInfinity + histogram.negativeInfinity, "infinite"),
  ].join(", ");
}
