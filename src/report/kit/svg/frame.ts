import { type Extent, extentOf } from "../figure/domain.ts";
import type { Figure, Mark } from "../figure/figure.ts";
import { type Tick, ticksOf } from "../figure/ticks.ts";
import { textWidth } from "./text.ts";

/** How large a figure is drawn, in CSS pixels. */
export interface Size {
  readonly width: number;
  /** Of the plotted area; legend and labels come on top of it. */
  readonly plotHeight: number;
  readonly font: number;
}

/** For a column of a page or of a paper, and for a telephone. */
export const WIDE: Size = { width: 720, plotHeight: 260, font: 12 };
export const NARROW: Size = { width: 340, plotHeight: 210, font: 11 };

/** One line of the legend's entries. */
export interface LegendEntry {
  readonly name: string;
  readonly slot: number;
  readonly form: "line" | "points" | "area" | "band";
  /** Whether the line shows its points. */
  readonly marked?: boolean;
  readonly x: number;
  readonly y: number;
}

/** Where everything stands. Coordinates in pixels, y downward. */
export interface Frame {
  readonly size: Size;
  readonly height: number;
  readonly extent: Extent;
  /** The plotted area. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Middle of the strip for what is exactly zero (−∞), and of that for what is no finite number. */
  readonly floorY?: number;
  readonly brokenY?: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly legend: readonly LegendEntry[];
  x(value: number): number;
  y(value: number): number;
}

/** Lines of no more points than this show them. */
export const FEW_POINTS = 40;
/** Of a band and of its swatch: what lies behind it stays to be seen. */
export const BAND_OPACITY = 0.2;
/** Height of a strip for values without a place on the axis. */
export const STRIP = 16;
const SWATCH = 24;
/** A map of more rows than this is drawn higher. */
const MANY_ROWS = 30;

/** Lays a figure out: plot, strips, ticks and legend, none over another. */
export function createFrame(figure: Figure, size: Size): Frame {
  const extent = extentOf(figure);
  const { width, font } = size;
  const named = figure.y.scale === "names";
  const rows = figure.y.names?.length ?? 0;
  const thin = figure.marks.some(({ kind }) => kind === "heat") && named;
  const plotHeight = named
    ? thin
      ? Math.min(rows > MANY_ROWS ? 1.5 * size.plotHeight : size.plotHeight, Math.max(60, rows * 22))
      : Math.max(40, rows * font * 2)
    : size.plotHeight;
  const allTicks = ticksOf(figure.y, extent.y, Math.max(3, Math.floor(plotHeight / 42)));
  const yTicks = named ? thinned(allTicks, font * 1.2, plotHeight) : allTicks;
  const strips = extent.broken ? ["NaN, ∞"] : [];
  const widest = Math.max(
    ...[...yTicks.map(({ label }) => label), ...strips, "NaN"].map((label) => textWidth(label, font)),
  );
  const left = Math.min(Math.ceil(widest) + 10, width * 0.45);
  const right = width - Math.max(10, font);
  const { entries, bottom: legendBottom } = layLegend(figure.marks, { left: 0, right: width, top: font * 2.1, font });
  const top = legendBottom + (extent.broken ? STRIP : 0) + font * 0.6;
  const bottom = top + plotHeight;
  const floorBottom = bottom + (extent.floor ? STRIP + 2 : 0);
  const [xLow, xHigh] = extent.x;
  const [yLow, yHigh] = extent.y;
  const room = right - left;
  const xTicks = spaced(figure, extent, room, font);
  const besideStrip = (value: number) => {
    const up = ((value - yLow) / (yHigh - yLow || 1)) * plotHeight;
    return (extent.floor && up < font * 0.6) || (extent.broken && plotHeight - up < font * 0.6);
  };
  return {
    size,
    height: Math.ceil(floorBottom + font * 3.4),
    extent,
    left,
    right,
    top,
    bottom,
    ...(extent.floor ? { floorY: bottom + STRIP / 2 + 2 } : {}),
    ...(extent.broken ? { brokenY: top - STRIP / 2 - 2 } : {}),
    xTicks,
    yTicks: yTicks.filter(({ value }) => !besideStrip(value)),
    legend: entries,
    x: (value) => left + ((value - xLow) / (xHigh - xLow || 1)) * room,
    y: (value) => bottom - ((value - yLow) / (yHigh - yLow || 1)) * plotHeight,
  };
}

/** As many ticks along x as have room for their labels, ends of the domain among them where they are whole. */
function spaced(figure: Figure, extent: Extent, room: number, font: number): Tick[] {
  const { x } = figure;
  for (let count = Math.min(10, Math.floor(room / 40)); count > 1; count--) {
    const ticks = ticksOf(x, extent.x, count);
    const labels = ticks.reduce((sum, { label }) => sum + textWidth(label, font) + font, 0);
    if (labels <= room) return ticks;
  }
  const ticks = ticksOf(x, extent.x, 2);
  if (x.scale !== "names") return ticks;
  return thinned(ticks, Math.max(...ticks.map(({ label }) => textWidth(label, font))) + font, room);
}

/** Every n-th of names that stand evenly along `room`, so that each has as much of it as it needs. */
function thinned(ticks: readonly Tick[], needed: number, room: number): Tick[] {
  const every = Math.max(1, Math.ceil((ticks.length * needed) / room));
  return ticks.filter((_, i) => i % every === 0);
}

interface Room {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly font: number;
}

/** Entries beside each other, wrapped where the line is full; none where there is but one thing to name. */
function layLegend(
  marks: readonly Mark[],
  { left, right, top, font }: Room,
): { entries: LegendEntry[]; bottom: number } {
  const named = marks.flatMap(entriesOf).sort((a, b) => rank(a) - rank(b));
  if (named.length < 2) {
    const heat = marks.some(({ kind }) => kind === "heat"); // whose scale has a line of numbers
    return { entries: [], bottom: heat ? top + font * 2 : top - font * 0.4 };
  }
  let [x, y] = [left, top + font * 0.6];
  const entries = named.map((entry) => {
    const width = SWATCH + 6 + textWidth(entry.name, font);
    if (x > left && x + width > right) {
      x = left;
      y += font * 1.5;
    }
    const placed = { ...entry, x, y };
    x += width + font * 1.4;
    return placed;
  });
  return { entries, bottom: y + font * 0.5 };
}

/** Lines before areas, the main one first. */
const rank = ({ form, slot }: Pick<LegendEntry, "form" | "slot">) => (form === "area" || form === "band" ? 100 : slot);

function entriesOf(mark: Mark): Omit<LegendEntry, "x" | "y">[] {
  switch (mark.kind) {
    case "line":
      return [
        {
          name: mark.name,
          slot: mark.slot,
          form: mark.points ? "points" : "line",
          marked: mark.y.length <= FEW_POINTS,
        },
      ];
    case "band":
      return [{ name: mark.name, slot: mark.slot, form: "band" }];
    case "interval":
      return [{ name: mark.name, slot: mark.slot, form: "points" }];
    case "stack":
      return mark.parts.map(({ name, slot }) => ({ name, slot, form: "area" as const }));
    default:
      return []; // rules carry their names, a heat map its own scale
  }
}
