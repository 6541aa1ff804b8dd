import { LN_FLOAT32_LEAST, LN_FLOAT32_MOST, LN_FLOAT32_NORMAL } from "../float32.ts";
import { decades, logTicks, ticks } from "./axis.ts";
import { createCanvas } from "./canvas.ts";
import { padEnd, padStart, visible } from "./layout.ts";
import type { Style, Theme } from "./theme.ts";

/** A profile to draw: natural logarithms, index 0 at the left. */
export interface Series {
  readonly name: string;
  readonly values: Float64Array;
  readonly style: Style;
}

/** The input of a plot. */
export interface PlotInput {
  /** Drawn as a line. */
  readonly main: Series;
  /** Drawn as marks at places that the line leaves free. */
  readonly others: readonly Series[];
  /** The kind of the stations. */
  readonly axis: "step" | "layer" | "update";
  /** The label at the right end. */
  readonly end: string;
  readonly rows?: number;
  /** Least number of decades of the axis, so that a small change looks small; default 2. */
  readonly leastDecades?: number;
}

interface Cell {
  readonly character: string;
  readonly style?: Style;
}

const BLANK: Cell = { character: " " };
/** The marks of the other series, in their order; there are six. */
const MARKS = { unicode: ["·", "∘", "+", "×", "▫", "▵"], ascii: [".", "o", "+", "x", "#", "%"] };
const LIMITS = [
  { ln: LN_FLOAT32_MOST, name: "float32's largest, 3.4e38" },
  { ln: LN_FLOAT32_NORMAL, name: "float32 loses digits, 1.18e-38" },
  { ln: LN_FLOAT32_LEAST, name: "float32 underflows, 1.4e-45" },
];

/** Profiles on a log axis over stations, the loss at the right, with float32's limits where they are crossed. */
export function plot(theme: Theme, { main, others, axis, end, rows = 12, leastDecades = 2 }: PlotInput): string[] {
  const range = decades([main.values, ...others.map(({ values }) => values)], leastDecades);
  if (range === undefined || !main.values.some(Number.isFinite)) return [];
  const { low, high } = range;
  const yTicks = logTicks(low, high, Math.ceil(rows / 2));
  const gutter = Math.max(...yTicks.map(({ label }) => label.length)) + 2;
  const columns = theme.width - gutter - 1;
  const glyphs = theme.ascii
    ? { bar: "|", tick: "+", limit: "-", corner: "+", floor: "-", cross: "+" }
    : { bar: "│", tick: "┤", limit: "╌", corner: "└", floor: "─", cross: "┬" };

  const line = createCanvas(columns, rows, theme.ascii);
  const heightOf = (ln: number, height: number) => ((high - ln / Math.LN10) / (high - low)) * (height - 1);
  trace(main.values, line.width, (x, least, most) => {
    line.column(x, Math.round(heightOf(most, line.height)), Math.round(heightOf(least, line.height)));
  });

  // Cells from the back to the front: limits, marks, the line; then the limits' names where there is room.
  const cells: Cell[][] = Array.from({ length: rows }, () => new Array<Cell>(columns).fill(BLANK));
  const rowOf = (ln: number) => Math.round(heightOf(ln, rows));
  const limits = new Map<number, string>(); // one name in each row: if two limits fall into one row, the harder one
  for (const { ln, name } of LIMITS) if (ln / Math.LN10 > low && ln / Math.LN10 < high) limits.set(rowOf(ln), name);
  for (const r of limits.keys()) cells[r].fill({ character: glyphs.limit, style: "dim" });
  const marks = theme.ascii ? MARKS.ascii : MARKS.unicode;
  others.forEach(({ values, style }, i) => {
    trace(values, columns, (x, least, most) => {
      for (let r = rowOf(most); r <= rowOf(least); r++) cells[r][x] = { character: marks[i], style };
    });
  });
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const character = line.cell(c, r);
      if (character !== undefined) cells[r][c] = { character, style: main.style };
    }
  }
  for (const [r, name] of limits) writeName(cells[r], ` ${theme.text(name)} `);

  const tickRows = new Map(yTicks.map(({ at, label }) => [rowOf(at * Math.LN10), label]));
  const lines = cells.map((row, r) => {
    const tick = tickRows.get(r);
    const head = padStart(tick ?? "", gutter - 1);
    return `${theme.paint(`${head} ${tick === undefined ? glyphs.bar : glyphs.tick}`, "dim")}${painted(theme, row)}`;
  });
  lines.push(...outside(theme, main.values, columns, gutter));
  lines.push(...foot(theme, main.values.length, columns, gutter, glyphs));
  const legend = [
    [theme.ascii ? "*" : "⠒", main.name, main.style] as const,
    ...others.map(({ name, style }, i) => [marks[i], name, style] as const),
  ].map(([mark, name, style]) => `${theme.paint(mark, style)} ${theme.text(name)}`);
  lines.push(...caption(theme, axis, legend, theme.text(end), gutter));
  return lines;
}

/** Calls `draw` with the least and greatest value of every column that has one; neighbors are joined. */
function trace(values: Float64Array, width: number, draw: (x: number, least: number, most: number) => void): void {
  const last = values.length - 1;
  if (last === 0 && Number.isFinite(values[0])) draw(width - 1, values[0], values[0]);
  if (last < 1) return;
  const scale = last / (width - 1);
  for (let x = 0; x < width; x++) {
    const from = Math.max(0, (x - 0.5) * scale);
    const to = Math.min(last, (x + 0.5) * scale);
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    const take = (ln: number) => {
      if (!Number.isFinite(ln)) return;
      if (ln < least) least = ln;
      if (ln > most) most = ln;
    };
    take(between(values, from));
    take(between(values, to));
    for (let s = Math.ceil(from); s <= to; s++) take(values[s]);
    if (least <= most) draw(x, least, most);
  }
}

/** A value between two stations, by linear interpolation; NaN if one of them is not finite. */
function between(values: Float64Array, place: number): number {
  const low = Math.floor(place);
  if (low === place) return values[low];
  return values[low] + (values[low + 1] - values[low]) * (place - low);
}

/** Writes the name of a limit at the left or the right end of its row, whichever is free. */
function writeName(row: Cell[], name: string): void {
  const characters = [...name];
  for (const start of [2, row.length - characters.length - 2]) {
    if (start < 0 || !characters.every((_, i) => row[start + i].style === "dim")) continue;
    characters.forEach((character, i) => {
      row[start + i] = { character, style: "dim" };
    });
    return;
  }
}

/** A row of cells as text. Neighbors of one style are painted together, and blanks at the end are left out. */
function painted(theme: Theme, row: readonly Cell[]): string {
  const end = row.findLastIndex(({ character }) => character !== " ") + 1;
  let text = "";
  for (let start = 0, i = 1; start < end; i++) {
    if (i < end && row[i].style === row[start].style) continue;
    const run = row.slice(start, i).map(({ character }) => character);
    text += theme.paint(run.join(""), ...(row[start].style === undefined ? [] : [row[start].style as Style]));
    start = i;
  }
  return text;
}

/** A row for the stations that are exactly zero and a row for those that are NaN or infinite, if there are any. */
function outside(theme: Theme, values: Float64Array, columns: number, gutter: number): string[] {
  const kinds = [
    { name: "0", holds: (ln: number) => ln === Number.NEGATIVE_INFINITY, mark: theme.ascii ? "_" : "▁" },
    { name: "NaN", holds: (ln: number) => Number.isNaN(ln) || ln === Number.POSITIVE_INFINITY, mark: "?" },
  ];
  return kinds.flatMap(({ name, holds, mark }) => {
    const marks = new Array<string>(columns).fill(" ");
    values.forEach((ln, s) => {
      if (holds(ln))
        marks.fill(mark, columnOf(s - 0.5, values.length, columns), columnOf(s + 0.5, values.length, columns) + 1);
    });
    if (marks.every((character) => character === " ")) return [];
    const head = theme.paint(`${padStart(name, gutter - 1)} ${theme.ascii ? "|" : "│"}`, "dim");
    return [head + theme.paint(marks.join("").trimEnd(), "bad")];
  });
}

/** The column of a station, or of a place between two. If there is only one station, the last column. */
function columnOf(station: number, stations: number, columns: number): number {
  if (stations === 1) return columns - 1;
  return Math.round(Math.min(1, Math.max(0, station / (stations - 1))) * (columns - 1));
}

/** The axis and its labels. */
function foot(
  theme: Theme,
  stations: number,
  columns: number,
  gutter: number,
  glyphs: { corner: string; floor: string; cross: string },
): string[] {
  const floor = new Array<string>(columns).fill(glyphs.floor);
  const labels = new Array<string>(columns).fill(" ");
  const last = stations - 1;
  const widest = String(last).length;
  const places = new Set([...ticks(0, last, Math.max(2, Math.floor(columns / (widest + 8)))), last]);
  let taken = -1; // the last column that a label covers
  const write = (station: number, text: string, start: number) => {
    [...text].forEach((digit, i) => {
      labels[start + i] = digit;
    });
    floor[columnOf(station, stations, columns)] = glyphs.cross;
    taken = start + text.length - 1;
  };
  for (const station of places) {
    const text = String(station);
    const at = columnOf(station, stations, columns);
    const start = Math.min(columns - text.length, Math.max(0, at - Math.floor(text.length / 2)));
    if (start <= taken + 1 && taken >= 0) continue;
    if (station !== last && at + text.length + 1 > columns - widest) continue;
    write(station, text, start);
  }
  const indent = " ".repeat(gutter + 1);
  return [
    theme.paint(`${" ".repeat(gutter)}${glyphs.corner}${floor.join("")}`, "dim"),
    theme.paint(`${indent}${labels.join("").trimEnd()}`, "dim"),
  ];
}

/** The line below the labels: the kind of the stations, the legend, and the label at the right end. */
function caption(theme: Theme, axis: string, legend: readonly string[], end: string, gutter: number): string[] {
  const indent = " ".repeat(gutter + 1);
  const whole = legend.join("   ");
  const room = theme.width - gutter - 1 - axis.length - visible(end) - 2;
  const right = theme.paint(end, "bold");
  const left = theme.paint(axis, "dim");
  if (visible(whole) + 4 <= room) {
    const side = Math.floor((room - visible(whole)) / 2);
    return [`${indent}${left} ${padEnd(" ".repeat(side) + whole, room)} ${right}`.trimEnd()];
  }
  const below = visible(whole) <= theme.width - gutter - 1 ? [whole] : legend;
  return [`${indent}${left} ${" ".repeat(room)} ${right}`.trimEnd(), ...below.map((entry) => `${indent}${entry}`)];
}
