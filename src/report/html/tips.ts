import { decimate } from "../figures/decimate.ts";
import type { Figure } from "../figures/index.ts";
import { seriesOf } from "../figures/data.ts";
import { nats, power, significant } from "../numbers.ts";

/** Places a page can point at, at most, in each series. */
const MOST_PLACES = 240;

/** What a pointer over a figure shows: numbers as text, so that the page's script need not know of logarithms. */
export interface Tips {
  /** What x is called. */
  readonly x: string;
  readonly series: readonly {
    readonly name: string;
    readonly slot: number;
    readonly x: readonly number[];
    readonly text: readonly string[];
  }[];
}

/** Undefined where there is no line and no bar to point at. */
export function tipsOf(figure: Figure): Tips | undefined {
  const { marks, x, y } = figure;
  if (x.scale === "names" || y.scale === "names") return undefined;
  const shown = marks.filter(({ kind }) => kind !== "rule");
  const series = seriesOf({ ...figure, marks: shown });
  const slots = shown.flatMap((mark) => {
    if (mark.kind === "stack") return mark.parts.map(({ slot, name }) => ({ slot, name }));
    if (mark.kind === "line") return [{ slot: mark.slot, name: mark.name }];
    if (mark.kind === "band") return ["5 %", "95 %"].map((name) => ({ slot: mark.slot, name }));
    return [];
  });
  if (slots.length !== series.length || series.length === 0) return undefined;
  const bars = shown.some(({ kind }) => kind === "stack");
  const write =
    y.scale === "decades" ? power : bars ? (value: number) => shortNats(value) : (value: number) => significant(value);
  return {
    x: x.label,
    series: series.map((each, i) => {
      const { x: places, y: values } = decimate(each.y, each.x, MOST_PLACES);
      return { ...slots[i], x: Array.from(places), text: Array.from(values, write) };
    }),
  };
}

const shortNats = (value: number) =>
  Math.abs(value) >= 0.1 || !Number.isFinite(value)
    ? nats(value)
    : `${value < 0 ? "−" : "+"}${significant(Math.abs(value), 2)}`;
