/*
 * A figure as data: what stands on its axes. Pure results become figures, figures become SVG, CSV or JSON; none of it
 * needs a page.
 */
import type { ColoredTone } from "../verdict-tones.ts";

/** One picture. */
export interface Figure {
  /** Short, of letters, digits and hyphens: names its file and its place in a page. */
  readonly id: string;
  readonly title: string;
  /** What is drawn, in a sentence or two: its caption, and the text that stands for it. */
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  /** From the back to the front. */
  readonly marks: readonly Mark[];
}

/** One axis of a figure. */
export interface Axis {
  /** The quantity, with its unit. */
  readonly label: string;
  /**
   * - `linear`: values as they are;
   * - `decades`: natural logarithms of the values, labeled by what they are logarithms of: −∞ is 0, and 1e-5000 is no
   *   different from 1;
   * - `names`: whole numbers from 0, labeled by `names`.
   */
  readonly scale: "linear" | "decades" | "names";
  readonly names?: readonly string[];
  /** Ends, in the units of the scale; what the values reach where absent. */
  readonly domain?: readonly [low: number, high: number];
  /**
   * The least span, in the units of the scale, that an axis without a domain shows: what hardly changes shall look so.
   */
  readonly least?: number;
  /** Ticks at whole numbers alone. */
  readonly whole?: boolean;
  /** What stands at the right end, beside the label: `loss ▲`. */
  readonly end?: string;
}

/** What a figure draws, from the back to the front. */
export type Mark = LineMark | BandMark | StackMark | HeatMark | SegmentsMark | RuleMark | IntervalMark;

/** Place of a series in the palette: 0 the main one. Color, dash and marker go together. */
export type Slot = number;

/** A value a place, joined where neighbors are finite. */
export interface LineMark {
  readonly kind: "line";
  readonly name: string;
  /** Ascending; 0, 1, 2, … without it. */
  readonly x?: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly slot: Slot;
  /** Markers instead of a line. */
  readonly points?: boolean;
  /** A smooth curve through the same places, drawn over the line, which becomes faint. */
  readonly smoothed?: ArrayLike<number>;
}

/** What lies between two lines. */
export interface BandMark {
  readonly kind: "band";
  readonly name: string;
  readonly x?: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly slot: Slot;
}

/** Bars over the intervals between edges, positive parts upward from 0, negative ones downward. */
export interface StackMark {
  readonly kind: "stack";
  /** One more than bars, ascending. */
  readonly edges: ArrayLike<number>;
  /** Share of its interval that a bar covers; 1 without. */
  readonly width?: number;
  readonly parts: readonly { readonly name: string; readonly values: ArrayLike<number>; readonly slot: Slot }[];
}

/** A color a cell: rows upward, columns from 0. */
export interface HeatMark {
  readonly kind: "heat";
  readonly rows: readonly ArrayLike<number>[];
  /** What the colors measure, with the unit. */
  readonly label: string;
  readonly scale: "linear" | "decades";
  /** Ends the colors reach at least, in units of the rows: without it a map of one value has no scale. */
  readonly span?: readonly [low: number, high: number];
  /** Ids of places in the page that cells lead to, as rows are; an empty one leads nowhere. */
  readonly links?: readonly (readonly string[])[];
}

/** Pieces of lines over a map, in its columns and rows: contours, a line that theory draws. */
export interface SegmentsMark {
  readonly kind: "segments";
  readonly name: string;
  readonly segments: readonly (readonly [x0: number, y0: number, x1: number, y1: number])[];
  /** `theory`: strong, with an entry in the legend; `contour`: thin, with its name beside it. */
  readonly weight: "theory" | "contour";
}

/** A dashed line across, with its name: a limit, a bound. */
export interface RuleMark {
  readonly kind: "rule";
  readonly name: string;
  /** In the units of that axis. */
  readonly at: { readonly x: number } | { readonly y: number };
}

/** A point with its interval on each of the rows that the y axis names. */
export interface IntervalMark {
  readonly kind: "interval";
  readonly name: string;
  readonly rows: readonly IntervalRow[];
  readonly slot: Slot;
}

/** One row: a value, the ends of its interval, and how good it is. */
export interface IntervalRow {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Colors the row and gives it a marker of its own. */
  readonly tone?: ColoredTone;
}

/** x of a mark's i-th value. */
export const xOf = (mark: { readonly x?: ArrayLike<number> }, i: number): number => mark.x?.[i] ?? i;

/** A line over its places; over 0, 1, 2, … without them. */
export const lineMark = (name: string, y: ArrayLike<number>, slot: Slot, x?: ArrayLike<number>): LineMark => ({
  kind: "line",
  name,
  y,
  slot,
  ...(x === undefined ? {} : { x }),
});
