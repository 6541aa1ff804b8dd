import { natsEach, power, significant } from "../../../words/numbers.ts";
import { seriesOf } from "../figure/data.ts";
import { decimate } from "../figure/decimate.ts";
import type { Axis, Figure, HeatMark, IntervalMark } from "../figure/figure.ts";
import { legendOf, markKey } from "../svg/legend.ts";

/** Most places of a series at which a page shows the value under the pointer. */
const MOST_PLACES = 240;
/** Most places of all rows of a map together. */
const MOST_CELLS = 6000;

/** The data of a figure for the page's script: its axes, and its numbers as text. */
export interface ChartData {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** Whether the plot has grid lines at the ticks of y. */
  readonly grid: boolean;
  /** Names of the rows, from the bottom. If present, the series are rows, and the height of the pointer selects one. */
  readonly rows?: readonly string[] | undefined;
  readonly series: readonly ChartSeries[];
  /** For a map whose cells can be chosen: their reports, `[row][column]`. */
  readonly reports?: HeatMark["reports"];
}

interface ChartAxis {
  readonly label: string;
  readonly scale: Axis["scale"];
  readonly names?: readonly string[] | undefined;
  readonly whole?: boolean | undefined;
}

interface ChartSeries {
  readonly name: string;
  readonly slot: number;
  /** The key of the legend's entry that shows and hides the series. */
  readonly key: string;
  /** Whether it was measured at some places only. Elsewhere no value is shown. */
  readonly single?: true | undefined;
  readonly x: readonly number[];
  readonly text: readonly string[];
}

/** The numbers of a figure for the page's script. */
export function chartData(figure: Figure): ChartData {
  const { marks, x, y, title } = figure;
  const axis = ({ label, scale, names, whole }: Axis): ChartAxis => ({ label, scale, names, whole });
  const heat = marks.find((mark) => mark.kind === "heat");
  const common = { title, x: axis(x), y: axis(y), grid: heat === undefined };
  if (heat !== undefined) {
    const { reports } = heat;
    // a number alone does not tell its quantity
    const rows = (y.names ?? []).map((name) => (/^[\d−-]/.test(name) ? `${y.label} ${name}` : name));
    return { ...common, rows, series: cells(heat, x), ...(reports === undefined ? {} : { reports }) };
  }
  const intervals = marks.find((mark) => mark.kind === "interval");
  if (intervals !== undefined) return { ...common, rows: y.names ?? [], series: rows(intervals) };
  const bars = marks.some(({ kind }) => kind === "stack");
  const write = y.scale === "decades" ? power : bars ? natsEach : (value: number) => significant(value);
  const looks = marks.flatMap((mark, index): Omit<ChartSeries, "x" | "text">[] => {
    if (mark.kind === "stack") {
      return mark.parts.map(({ slot, name }, part) => ({ slot, name, key: markKey(index, part) }));
    }
    const key = markKey(index);
    if (mark.kind === "line") {
      return [{ slot: mark.slot, name: mark.name, key, ...(mark.points && lined(figure) ? { single: true } : {}) }];
    }
    if (mark.kind === "band")
      return ["low", "high"].map((end) => ({ slot: mark.slot, name: `${mark.name}, ${end}`, key }));
    return [];
  });
  const series = seriesOf({ ...figure, marks: marks.filter(({ kind }) => kind !== "rule") });
  const said = series.map((each, i): ChartSeries => {
    const { x: places, y: values } = decimate(each.y, each.x, MOST_PLACES);
    return { ...looks[i], x: Array.from(places, short), text: Array.from(values, write) };
  });
  const order = legendOf(figure).map(({ key }) => key);
  return { ...common, series: said.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key)) };
}

/** Whether a figure has a line beside its points. */
const lined = ({ marks }: Figure) => marks.some((mark) => mark.kind === "line" && mark.points !== true);

/** A coordinate with six digits, enough for any screen. */
const short = (value: number) => Number(value.toPrecision(6));

/** The rows of a map, thinned so that they fit into a page. */
function cells({ rows: all, label, scale }: HeatMark, x: Axis): ChartSeries[] {
  const write = scale === "decades" ? power : (value: number) => significant(value, 2);
  const most = x.scale === "names" ? Number.POSITIVE_INFINITY : Math.max(8, Math.floor(MOST_CELLS / all.length));
  return all.map((row) => {
    const stride = Math.max(1, Math.ceil(row.length / most));
    const places = Array.from({ length: Math.ceil(row.length / stride) }, (_, i) => i * stride);
    return { name: label, slot: 0, key: "", x: places, text: places.map((i) => write(row[i])) };
  });
}

const rows = ({ rows: all, name, slot }: IntervalMark): ChartSeries[] =>
  all.map(({ value, low, high }) => {
    const range = low === undefined || high === undefined ? "" : ` [${significant(low)}, ${significant(high)}]`;
    return { name, slot, key: "", x: [Number.isFinite(value) ? value : 0], text: [`${significant(value)}${range}`] };
  });
