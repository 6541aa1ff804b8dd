import { toJsonData } from "../json.ts";
import type { Axis, Figure, Mark } from "./figure.ts";
import { xOf } from "./figure.ts";

/** All numbers of a figure; none are left out as in a drawing. */

/** One column of values with their places. */
export interface DataSeries {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: ArrayLike<number>;
}

/** Every series of a figure. On a logarithmic axis the values are natural logarithms, and the names begin with "ln". */
export function seriesOf(figure: Figure): DataSeries[] {
  return figure.marks.flatMap((mark) => ofMark(mark, figure));
}

function ofMark(mark: Mark, { y, x }: Figure): DataSeries[] {
  const places = (at: { readonly x?: ArrayLike<number> }, length: number) =>
    Array.from({ length }, (_, i) => xOf(at, i));
  switch (mark.kind) {
    case "line":
      return [{ name: named(mark.name, y), x: places(mark, mark.y.length), y: mark.y }];
    case "band": {
      const at = places(mark, mark.low.length);
      return [
        { name: named(`${mark.name}, low`, y), x: at, y: mark.low },
        { name: named(`${mark.name}, high`, y), x: at, y: mark.high },
      ];
    }
    case "stack":
      return mark.parts.map(({ name, values }) => ({
        name,
        x: Array.from({ length: values.length }, (_, i) => (mark.edges[i] + mark.edges[i + 1]) / 2),
        y: values,
      }));
    case "heat":
      return mark.rows.map((row, r) => ({
        name: named(y.names?.[r] ?? `row ${r}`, { scale: mark.scale }),
        x: places({}, row.length),
        y: row,
      }));
    case "interval": {
      const rows = mark.rows.map((_, i) => i);
      const column = (key: "value" | "low" | "high", name: string) => ({
        name: named(name, x),
        x: rows,
        y: mark.rows.map((row) => row[key] ?? Number.NaN),
      });
      return [column("value", mark.name), column("low", `${mark.name}, low`), column("high", `${mark.name}, high`)];
    }
    case "segments":
    case "rule":
      return [];
  }
}

const named = (name: string, { scale }: Pick<Axis, "scale">) => (scale === "decades" ? `ln ${name}` : name);

/**
 * A table with a row for each place and a column for each series. Numbers that are not finite are `-inf`, `inf` and
 * `nan`, which most readers of CSV understand.
 *
 * @param digits number of significant digits; by default all
 */
export function figureToCsv(figure: Figure, digits?: number): string {
  const series = seriesOf(figure);
  const rows = new Map<number, string[]>();
  series.forEach(({ x, y }, column) => {
    x.forEach((place, i) => {
      let row = rows.get(place);
      if (row === undefined) {
        row = new Array<string>(series.length).fill("");
        rows.set(place, row);
      }
      row[column] = cell(y[i], digits);
    });
  });
  const interval = figure.marks.some(({ kind }) => kind === "interval");
  const names = interval ? figure.y.names : undefined;
  const head = [interval ? figure.y.label : figure.x.label, ...series.map(({ name }) => name)].map(quoted).join(",");
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([place, cells]) => [names === undefined ? String(place) : quoted(names[place]), ...cells].join(","));
  return `${[head, ...lines].join("\n")}\n`;
}

function cell(value: number, digits: number | undefined): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return String(digits === undefined ? value : Number(value.toPrecision(digits)));
}

/**
 * Text as a cell. A spreadsheet reads text that begins with = + − @, a tab or a line end as a formula. An apostrophe
 * before it, as spreadsheets write it themselves, keeps it text.
 */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** `evanesce.figure/1`: title, axes and series of numbers, by the rules of `json.ts`. */
export function figureToJson({ id, title, caption, x, y, ...figure }: Figure): string {
  const series = seriesOf({ id, title, caption, x, y, ...figure });
  return `${JSON.stringify(toJsonData({ schema: "evanesce.figure/1", id, title, caption, x, y, series }))}\n`;
}
