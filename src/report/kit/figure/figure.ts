/*
 * A figure as data. Results become figures, and figures become SVG, CSV or JSON. None of this needs a page.
 */
import type { ColoredTone } from "../verdict-tones.ts";

/** One picture. */
export interface Figure {
  /** Letters, digits and hyphens: the name of its file, and its anchor in a page. */
  readonly id: string;
  readonly title: string;
  /** The content of the figure in one or two sentences: its caption and its alternative text. */
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
   * - `decades`: the values are natural logarithms, and the labels are the numbers themselves. So −∞ is 0, and a number
   *   such as 1e-5000 is possible;
   * - `names`: whole numbers from 0, labeled by `names`.
   */
  readonly scale: "linear" | "decades" | "names";
  readonly names?: readonly string[];
  /** Ends in the units of the scale; by default the range of the values. */
  readonly domain?: readonly [low: number, high: number];
  /** The least span of an axis without a domain, in the units of the scale, so that a small change looks small. */
  readonly least?: number;
  /** Ticks at whole numbers alone. */
  readonly whole?: boolean;
  /** Text at the right end, beside the label: `loss ▲`. */
  readonly end?: string;
}

/** The parts of a figure. */
export type Mark = LineMark | BandMark | StackMark | HeatMark | SegmentsMark | RuleMark | IntervalMark;

/** Place of a series in the palette; 0 is the main series. It decides color, dash and marker. */
export type Slot = number;

/** A line: one value for each place, joined if neighbors are finite. */
export interface LineMark {
  readonly kind: "line";
  readonly name: string;
  /** Ascending places; by default 0, 1, 2, … */
  readonly x?: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly slot: Slot;
  /** Markers instead of a line. */
  readonly points?: boolean;
  /** A smooth curve through the same places, drawn over the line, which becomes faint. */
  readonly smoothed?: ArrayLike<number>;
}

/** The area between two lines. */
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
  /** Ascending; one more than there are bars. */
  readonly edges: ArrayLike<number>;
  /** Share of its interval that a bar covers; default 1. */
  readonly width?: number;
  readonly parts: readonly { readonly name: string; readonly values: ArrayLike<number>; readonly slot: Slot }[];
}

/** A map with a color for each cell: rows upward, columns from 0. */
export interface HeatMark {
  readonly kind: "heat";
  readonly rows: readonly ArrayLike<number>[];
  /** The quantity that the colors show, with its unit. */
  readonly label: string;
  readonly scale: "linear" | "decades";
  /** Least range of the colors, in units of the rows. Without it, a map with a single value has no scale. */
  readonly span?: readonly [low: number, high: number];
  /** For each cell the id of a place in the page to which it links; an empty id is no link. */
  readonly links?: readonly (readonly string[])[];
  /**
   * For each cell, laid out as `rows`: the report that a page shows when the reader chooses the cell; null if there is
   * none.
   */
  readonly reports?: readonly (readonly (CellReport | null)[])[];
}

/** The report of one cell of a map. */
export interface CellReport {
  readonly title: string;
  /** Facts about the cell, one line each. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** A curve, and its quantity. */
  readonly profile?: { readonly label: string; readonly y: readonly number[] };
  /** The command that prints its whole report. */
  readonly command?: string;
  /** A page with its whole report. */
  readonly page?: string;
}

/** Pieces of lines over a map, in its columns and rows: contours, or the line of theory. */
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
  /** The place of the line, in the units of that axis. */
  readonly at: { readonly x: number } | { readonly y: number };
}

/** A point with an interval in each row that the y axis names. */
export interface IntervalMark {
  readonly kind: "interval";
  readonly name: string;
  readonly rows: readonly IntervalRow[];
  readonly slot: Slot;
}

/** One row: a value, the ends of its interval, and a tone that says how good it is. */
export interface IntervalRow {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Decides the color and the marker of the row. */
  readonly tone?: ColoredTone;
}

/** x of a mark's i-th value. */
export const xOf = (mark: { readonly x?: ArrayLike<number> }, i: number): number => mark.x?.[i] ?? i;

/** A line over the places `x`; by default over 0, 1, 2, … */
export const lineMark = (name: string, y: ArrayLike<number>, slot: Slot, x?: ArrayLike<number>): LineMark => ({
  kind: "line",
  name,
  y,
  slot,
  ...(x === undefined ? {} : { x }),
});
