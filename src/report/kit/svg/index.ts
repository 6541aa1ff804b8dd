import type { Figure, Mark } from "../figure/figure.ts";
import { type Palette, page, paper } from "./palette.ts";
import { drawAxes, drawGrid } from "./axes.ts";
import { createFrame, type Frame, type Size, WIDE } from "./frame.ts";
import { drawHeat, drawHeatScale } from "./heat.ts";
import { drawBand, drawIntervals, drawLine, drawStack } from "./marks.ts";
import { drawRule } from "./rule.ts";
import { at, escapeXml } from "./text.ts";

export { NARROW, type Size, WIDE } from "./frame.ts";

/** Faces that any of the usual systems has, the plainest last. */
const FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Rows of pixels a heat map has at least in a file of its own. */
const FILE_ROWS = 100;

export interface SvgOptions {
  readonly size?: Size | undefined;
  /** Inside a page that defines the colors as variables; without it, a file of its own on white. */
  readonly inPage?: boolean | undefined;
  /** Faces in their order, in a file of its own. */
  readonly fonts?: string | undefined;
  /** Appended to the ids inside, where a page shows a figure twice. */
  readonly suffix?: string | undefined;
}

/**
 * A figure as SVG text: every color and font written out, a title and a description for those who do not see it. A file
 * of its own carries its figure on white, as paper does.
 */
export function figureToSvg(
  figure: Figure,
  { size = WIDE, inPage = false, suffix = "", fonts = FONTS }: SvgOptions = {},
): string {
  const frame = createFrame(figure, size);
  const palette = inPage ? page : paper;
  const { width } = size;
  const { height } = frame;
  const id = `${figure.id}${suffix}`;
  const heat = figure.marks.find((mark) => mark.kind === "heat");
  const font = inPage ? "" : ` font-family="${fonts}"`;
  const ground = inPage ? "" : `<rect width="${width}" height="${height}" fill="${palette.ink("ground")}"/>`;
  const place = inPage ? ` data-plot="${placeOf(frame)}"` : "";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc" font-size="${size.font}"${font}${place}>`,
    `<title id="${id}-title">${escapeXml(figure.title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(figure.caption)}</desc>`,
    ground,
    drawGrid(figure, frame, palette),
    ...figure.marks.map((mark) => `<g class="mark ${mark.kind}">${draw(mark, figure, frame, palette, inPage)}</g>`),
    heat === undefined ? "" : drawHeatScale(heat, frame, palette),
    drawAxes(figure, frame, palette),
    "</svg>",
  ].join("");
}

function draw(mark: Mark, figure: Figure, frame: Frame, palette: Palette, inPage: boolean): string {
  switch (mark.kind) {
    case "line":
      return drawLine(mark, frame, palette);
    case "band":
      return drawBand(mark, frame, palette);
    case "stack":
      return drawStack(mark, frame, palette);
    case "heat":
      return drawHeat(mark, frame, inPage ? 1 : Math.ceil(FILE_ROWS / mark.rows.length));
    case "rule":
      return drawRule(
        mark,
        frame,
        palette,
        figure.marks.filter((other) => other.kind === "line"),
      );
    case "interval":
      return drawIntervals(mark, frame, palette);
  }
}

/** Where a page's script finds the plot: left, right, top, bottom in pixels, then the ends of x. */
const placeOf = ({ left, right, top, bottom, extent }: Frame) =>
  [...[left, right, top, bottom].map(at), ...extent.x].join(" ");
