import type { Figure, Mark, RuleMark } from "../figure.ts";
import { type Palette, page, paper } from "../palette.ts";
import { drawAxes, drawGrid } from "./axes.ts";
import { createFrame, type Frame, type Size, WIDE } from "./frame.ts";
import { drawHeat, drawHeatScale } from "./heat.ts";
import { drawBand, drawIntervals, drawLine, drawRule, drawStack } from "./marks.ts";
import { at, escapeXml } from "./text.ts";

export { NARROW, type Size, WIDE } from "./frame.ts";

/** Faces that any of the usual systems has, the plainest last. */
export const FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Rows of pixels a heat map has at least in a file of its own. */
const FILE_ROWS = 100;

export interface SvgOptions {
  readonly size?: Size | undefined;
  /** Inside a page that defines the colours as variables; without it, a file of its own on white. */
  readonly inPage?: boolean | undefined;
  /** Faces in their order, in a file of its own. */
  readonly fonts?: string | undefined;
  /** Appended to the ids inside, where a page shows a figure twice. */
  readonly suffix?: string | undefined;
}

/**
 * A figure as SVG text: every colour and font written out, a title and a description for those who do not see it. A file of its own carries
 * its figure on white, as paper does.
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
      return drawRule(mark, frame, palette, freeEnd(mark, figure, frame));
    case "interval":
      return drawIntervals(mark, frame, palette);
  }
}

/** The end of a rule across at which the lines keep farther away from it. */
function freeEnd({ at: place }: RuleMark, { marks }: Figure, frame: Frame): "left" | "right" {
  if ("x" in place) return "left";
  const nearest = (pick: (y: ArrayLike<number>) => number) =>
    Math.min(
      ...marks.flatMap((mark) => (mark.kind === "line" ? [Math.abs(frame.y(pick(mark.y)) - frame.y(place.y))] : [])),
      1e6,
    );
  return nearest((y) => y[0]) >= nearest((y) => y[y.length - 1]) ? "left" : "right";
}

/** Where a page's script finds the plot: left, right, top, bottom in pixels, then the ends of x. */
const placeOf = ({ left, right, top, bottom, extent }: Frame) =>
  [...[left, right, top, bottom].map(at), ...extent.x].join(" ");
