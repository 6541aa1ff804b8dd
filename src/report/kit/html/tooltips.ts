import { seriesOf } from "../figure/data.ts";
import { decimate } from "../figure/decimate.ts";
import type { Axis, Figure, HeatMark, IntervalMark } from "../figure/figure.ts";
import { natsEach, power, significant } from "../../../words/numbers.ts";

/** Places a page can point at, at most, in each series. */
const MOST_PLACES = 240;
/** And in all rows of a map together: a page has room for so many numbers. */
const MOST_CELLS = 6000;

/** What a pointer over a figure shows: numbers as text, so that the page's script need not know of logarithms. */
export interface Tips {
  /** What x is called. */
  readonly x: string;
  /** Whether its places are natural logarithms. */
  readonly log?: true | undefined;
  /** Names of its places, where it has them. */
  readonly names?: readonly string[] | undefined;
  /** Names of the rows, from the foot: then the series are rows, and the pointer's height chooses among them. */
  readonly rows?: readonly string[] | undefined;
  readonly series: readonly TipSeries[];
}

interface TipSeries {
  readonly name: string;
  readonly slot: number;
  readonly x: readonly number[];
  readonly text: readonly string[];
}

/** Undefined where there is nothing to point at. */
export function tipsOf(figure: Figure): Tips | undefined {
  const { marks, x, y } = figure;
  const heat = marks.find((mark) => mark.kind === "heat");
  if (heat !== undefined) return { x: x.label, names: x.names, rows: y.names ?? [], series: cells(heat, x) };
  const intervals = marks.find((mark) => mark.kind === "interval");
  if (intervals !== undefined) return { x: x.label, rows: y.names ?? [], series: rows(intervals) };
  const shown = marks.filter(({ kind }) => kind !== "rule");
  const series = seriesOf({ ...figure, marks: shown });
  const slots = shown.flatMap((mark) => {
    if (mark.kind === "stack") return mark.parts.map(({ slot, name }) => ({ slot, name }));
    if (mark.kind === "line") return [{ slot: mark.slot, name: mark.name }];
    if (mark.kind === "band") return ["low", "high"].map((end) => ({ slot: mark.slot, name: `${mark.name}, ${end}` }));
    return [];
  });
  if (slots.length !== series.length || series.length === 0) return undefined;
  const bars = shown.some(({ kind }) => kind === "stack");
  const write = y.scale === "decades" ? power : bars ? natsEach : (value: number) => significant(value);
  return {
    x: x.label,
    ...(x.scale === "decades" ? { log: true } : {}),
    names: x.names,
    series: series.map((each, i) => {
      const { x: places, y: values } = decimate(each.y, each.x, MOST_PLACES);
      return { ...slots[i], x: Array.from(places), text: Array.from(values, write) };
    }),
  };
}

/** A map's rows, thinned to what a page has room for. */
function cells({ rows: all, label, scale }: HeatMark, x: Axis): TipSeries[] {
  const write = scale === "decades" ? power : (value: number) => significant(value, 2);
  const most = x.scale === "names" ? Number.POSITIVE_INFINITY : Math.max(8, Math.floor(MOST_CELLS / all.length));
  return all.map((row) => {
    const stride = Math.max(1, Math.ceil(row.length / most));
    const places = Array.from({ length: Math.ceil(row.length / stride) }, (_, i) => i * stride);
    return { name: label, slot: 0, x: places, text: places.map((i) => write(row[i])) };
  });
}

const rows = ({ rows: all, name, slot }: IntervalMark): TipSeries[] =>
  all.map(({ value, low, high }) => {
    const range = low === undefined || high === undefined ? "" : ` [${significant(low)}, ${significant(high)}]`;
    return { name, slot, x: [Number.isFinite(value) ? value : 0], text: [`${significant(value)}${range}`] };
  });
