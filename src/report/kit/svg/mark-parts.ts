import type { Markup } from "../markup.ts";

/**
 * One mark, drawn in the coordinates of its frame. A page stretches the three parts in three ways when the figure's
 * width changes or when the reader zooms.
 */
export interface MarkParts {
  /** Inside the plotted area: stretched both ways. Strokes keep their width. */
  readonly plot?: Markup | undefined;
  /** In the strips for values without a place on the axis: stretched sideways. */
  readonly strips?: Markup | undefined;
  /** Markers and names: moved, never stretched. Each has `transform="translate(x,y)"`. */
  readonly pinned?: Markup | undefined;
}
