import { CELL } from "./cell.ts";
import { CONTROLS } from "./controls.ts";
import { DRAWING } from "./drawing.ts";
import { FOLDING } from "./folding.ts";
import { LAYOUT } from "./layout.ts";
import { VALUES } from "./values.ts";
import { ZOOM } from "./zoom.ts";

/**
 * The only script of a page. The page is complete without it. With it, figures use the width of the window, show the
 * values under the pointer or the keyboard's cursor, zoom, and show or hide series; and a print shows folded parts.
 *
 * The JSON beside a drawing holds the numbers of the figure. `data-plot` of the drawing holds the edges of the plot,
 * the line of the x axis and the ends of both axes. When a figure changes its size, `.plot` and `.strips` are stretched
 * by their view boxes, `.pinned` elements are moved, and `.grid` and `.ticks` are drawn again.
 */
export const SCRIPT = [FOLDING, DRAWING, LAYOUT, VALUES, ZOOM, CELL, CONTROLS].join("");
