import type { Markup } from "../markup.ts";

/**
 * The drawing of one mark in the coordinates of its frame, in three parts. When the figure's width changes or the
 * reader zooms, a page changes each part in its own way.
 */
export interface MarkParts {
  /** Drawing in the plotted area. It is stretched in both directions; strokes keep their width. */
  readonly plot?: Markup | undefined;
  /** Drawing in the strips for values without a place on the axis. It is stretched horizontally. */
  readonly strips?: Markup | undefined;
  /** Markers and names. They are moved but not stretched; each has `transform="translate(x,y)"`. */
  readonly pinned?: Markup | undefined;
}
