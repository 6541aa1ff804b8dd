import { type Extent, extentOf } from "../figure/domain.ts";
import type { Figure } from "../figure/figure.ts";
import { type Tick, ticksBetween, ticksOf } from "../figure/ticks.ts";
import { textWidth } from "./text.ts";

/** The size of a figure in CSS pixels. */
export interface Size {
  readonly width: number;
  /** Height of the plotted area, without legend and labels. */
  readonly plotHeight: number;
  readonly font: number;
}

/** Sizes for a column of a page or of a paper (`WIDE`) and for a telephone (`NARROW`). */
export const WIDE: Size = { width: 720, plotHeight: 260, font: 12 };
export const NARROW: Size = { width: 340, plotHeight: 210, font: 11 };

/** The places of all parts of a figure, in pixels, y downward. */
export interface Frame {
  readonly size: Size;
  readonly height: number;
  readonly extent: Extent;
  /** The plotted area. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The line of the x axis, below the strip for values that are exactly zero. */
  readonly axisY: number;
  /** Middle of the strip for values that are exactly zero (−∞), and of the strip for NaN and +∞. */
  readonly floorY?: number;
  readonly brokenY?: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Places between the ticks of y that have no label. */
  readonly yBetween: readonly number[];
  x(value: number): number;
  y(value: number): number;
}

/** A line with at most this many points shows them. */
export const FEW_POINTS = 40;
/** Opacity of a band and of its swatch; things behind a band stay visible. */
export const BAND_OPACITY = 0.2;
/** Height of a strip for values without a place on the axis. */
export const STRIP = 16;
/** A map with more rows than this is drawn higher. */
const MANY_ROWS = 30;
/** A figure with at most this many places is drawn low. */
const FEW_PLACES = 3;
/** The share of the height that such a figure has. */
const LOW = 0.45;

/**
 * Lays out the plot, its strips and its ticks.
 *
 * @param above pixels for the label and the legend above the plot
 */
export function createFrame(figure: Figure, size: Size, above: number): Frame {
  const extent = extentOf(figure);
  const { width, font } = size;
  const named = figure.y.scale === "names";
  const plotHeight = heightOf(figure, size);
  const allTicks = ticksOf(figure.y, extent.y, Math.max(3, Math.floor(plotHeight / 36)));
  const yTicks = named ? thinned(allTicks, font * 1.2, plotHeight) : allTicks;
  const strips = extent.broken ? ["NaN, ∞"] : [];
  const widest = Math.max(
    ...[...yTicks.map(({ label }) => label), ...strips, "NaN"].map((label) => textWidth(label, font)),
  );
  const left = Math.min(Math.ceil(widest) + 10, width * 0.45);
  const right = width - Math.max(10, font);
  const upright = figure.marks.some((mark) => mark.kind === "rule" && "x" in mark.at); // its name stands above the plot
  const top = above + (extent.broken ? STRIP : 0) + font * (upright ? 1.3 : 0.6);
  const bottom = top + plotHeight;
  const floorBottom = bottom + (extent.floor ? STRIP + 2 : 0);
  const [xLow, xHigh] = extent.x;
  const [yLow, yHigh] = extent.y;
  const room = right - left;
  const overlapsStrip = (value: number) => {
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
    axisY: extent.floor ? bottom + STRIP / 2 + 10 : bottom,
    ...(extent.floor ? { floorY: bottom + STRIP / 2 + 2 } : {}),
    ...(extent.broken ? { brokenY: top - STRIP / 2 - 2 } : {}),
    xTicks: spaced(figure, extent, room, font),
    yTicks: yTicks.filter(({ value }) => !overlapsStrip(value)),
    yBetween: ticksBetween(figure.y, extent.y, yTicks),
    x: (value) => left + ((value - xLow) / (xHigh - xLow || 1)) * room,
    y: (value) => bottom - ((value - yLow) / (yHigh - yLow || 1)) * plotHeight,
  };
}

/** Height of the plotted area: each row of a map needs some height, and a figure with few points needs less. */
function heightOf({ y, marks }: Figure, { plotHeight, font }: Size): number {
  const rows = y.names?.length ?? 0;
  if (y.scale === "names") {
    if (!marks.some(({ kind }) => kind === "heat")) return Math.max(40, rows * font * 2);
    return Math.min(rows > MANY_ROWS ? 1.5 * plotHeight : plotHeight, Math.max(60, rows * 22));
  }
  const lines = marks.filter((mark) => mark.kind === "line");
  const areas = marks.some(({ kind }) => kind === "stack" || kind === "heat");
  const few = lines.length > 0 && !areas && lines.every((line) => line.y.length <= FEW_PLACES);
  return few ? LOW * plotHeight : plotHeight;
}

/** As many ticks along x as have room for their labels; the ends of the domain are among them if they are whole. */
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

/** Every n-th of the names along `room`, so that each has the space that it needs. */
function thinned(ticks: readonly Tick[], needed: number, room: number): Tick[] {
  const every = Math.max(1, Math.ceil((ticks.length * needed) / room));
  return ticks.filter((_, i) => i % every === 0);
}
