import type { Figure, Mark } from "../figure/figure.ts";
import { type Content, joined, type Markup, markup, NOTHING } from "../markup.ts";
import { drawGrid, drawLabels, drawStripLabels, drawTicks, text } from "./axes.ts";
import { createFrame, type Frame, type Size, WIDE } from "./frame.ts";
import { drawHeat, drawHeatScale } from "./heat.ts";
import { type LegendEntry, legendOf, markKey, SWATCH, swatch } from "./legend.ts";
import { lineLabels } from "./line-labels.ts";
import type { MarkParts } from "./mark-parts.ts";
import { drawBand, drawIntervals, drawLine, drawStack } from "./marks.ts";
import { type Palette, page, paper } from "./palette.ts";
import { drawRule } from "./rule.ts";
import { drawSegments } from "./segments.ts";
import { at, textWidth } from "./text.ts";

export { NARROW, type Size, WIDE } from "./frame.ts";
export { type LegendEntry, legendOf } from "./legend.ts";

/** Fonts that the usual systems have. */
const FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Least rows of pixels of a heat map in a file of its own, because a program that enlarges it may blur it. */
const FILE_ROWS = 100;

/** Options for drawing a figure. */
export interface SvgOptions {
  readonly size?: Size | undefined;
  /** Draw for a page that defines the colors as variables; by default for a file of its own on white. */
  readonly inPage?: boolean | undefined;
  /** Fonts in the order of preference, for a file of its own. */
  readonly fonts?: string | undefined;
  /** Text appended to the ids, needed if a page shows a figure twice. */
  readonly suffix?: string | undefined;
}

/**
 * A figure as SVG text on white. Colors and fonts are written out; a title and a description are for readers who cannot
 * see it; label and legend are above the plot.
 */
export function figureToSvg(
  figure: Figure,
  { size = WIDE, inPage = false, suffix = "", fonts = FONTS }: SvgOptions = {},
): string {
  const { width, font } = size;
  const palette = inPage ? page : paper;
  const ink = markup`fill="${palette.ink("ink")}"`;
  const heat = figure.marks.find((mark) => mark.kind === "heat");
  const legend = placedLegend(legendOf(figure), size);
  const legendBottom = legend.at(-1)?.y ?? font * (heat === undefined ? 1.1 : 3.5);
  const frame = createFrame(figure, size, legendBottom + font * 0.5);
  const names = legend.map((entry) => [
    swatch(entry, entry.x, entry.y - font * 0.35, palette),
    text(entry.x + SWATCH + 6, entry.y, entry.name, ink),
  ]);
  const inside = [
    !inPage && markup`<rect width="${width}" height="${frame.height}" fill="${palette.ink("ground")}"/>`,
    text(0, font, figure.y.label, ink),
    ...names,
    heat !== undefined && drawHeatScale(heat, frame.right, font, palette),
    plot(figure, frame, palette, FILE_ROWS),
  ];
  const family = inPage ? NOTHING : markup` font-family="${fonts}"`;
  return svg({ ...figure, id: `${figure.id}${suffix}` }, frame, family, inside).toString();
}

/** A figure for a page. The page defines the colors as variables and writes label and legend. */
export function figureForPage(figure: Figure): Markup {
  const frame = createFrame(figure, WIDE, 0);
  return svg(figure, frame, markup` data-plot="${placeOf(frame)}"`, [plot(figure, frame, page, undefined)]);
}

/** The color scale of a map as a small drawing for a page; undefined if the figure has no map. */
export function heatScaleForPage({ marks }: Figure): Markup | undefined {
  const heat = marks.find((mark) => mark.kind === "heat");
  if (heat === undefined) return undefined;
  const { font } = WIDE;
  return markup`<svg class="scale" viewBox="0 0 300 ${font * 3.6}" width="300" height="${font * 3.6}" font-size="${font}" aria-hidden="true">${drawHeatScale(heat, 300, font, page)}</svg>`;
}

/** The sample of a legend's entry as a small drawing for a page. */
export const swatchForPage = (entry: LegendEntry): Markup =>
  markup`<svg viewBox="0 0 ${SWATCH} 12" width="${SWATCH}" height="12" aria-hidden="true">${swatch(entry, 0, 6, page)}</svg>`;

function svg({ id, title, caption }: Figure, frame: Frame, attributes: Markup, inside: readonly Content[]): Markup {
  const { width, font } = frame.size;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${frame.height}" width="${width}" height="${frame.height}" role="img" aria-labelledby="${id}-title ${id}-desc" font-size="${font}"${attributes}><title id="${id}-title">${title}</title><desc id="${id}-desc">${caption}</desc>${inside}</svg>`;
}

/** Grid, marks and axes. The nested drawings clip marks at the edge of the plot, and a page can stretch them. */
function plot(figure: Figure, frame: Frame, palette: Palette, leastRows: number | undefined): Markup {
  const { left, right, top, bottom, height } = frame;
  const drawn = figure.marks.flatMap((mark, index) => drawMark(mark, index, figure, frame, palette, leastRows));
  const labels = lineLabels(figure, frame, palette).map(
    ({ mark, label }) => markup`<g class="label" data-series="${markKey(mark)}">${label}</g>`,
  );
  // in a page, the script shows the name of a series; in a file, a title does
  const titled = leastRows !== undefined;
  const group = (part: keyof MarkParts) =>
    drawn.map(
      ({ kind, key, name, parts }) =>
        parts[part] !== undefined &&
        markup`<g class="mark ${kind}" data-series="${key}">${titled && name !== undefined && markup`<title>${name}</title>`}${parts[part]}</g>`,
    );
  const [width, high] = [at(right - left), at(bottom - top)];
  const strips = drawn.some(({ parts }) => parts.strips !== undefined);
  return joined([
    drawGrid(figure, frame, palette),
    markup`<svg class="plot" x="${at(left)}" y="${at(top)}" width="${width}" height="${high}" viewBox="${at(left)} ${at(top)} ${width} ${high}" preserveAspectRatio="none">${group("plot")}</svg>`,
    strips &&
      markup`<svg class="strips" x="${at(left)}" y="0" width="${width}" height="${height}" viewBox="${at(left)} 0 ${width} ${height}" preserveAspectRatio="none">${group("strips")}</svg>`,
    markup`<g class="pinned">${group("pinned")}${labels}</g>`,
    drawStripLabels(figure, frame, palette),
    drawTicks(frame, palette),
    drawLabels(figure, frame, palette),
  ]);
}

interface DrawnMark {
  readonly kind: Mark["kind"];
  readonly key: string;
  readonly name?: string | undefined;
  readonly parts: MarkParts;
}

function drawMark(
  mark: Mark,
  index: number,
  figure: Figure,
  frame: Frame,
  palette: Palette,
  leastRows = 1,
): DrawnMark[] {
  const name = "name" in mark ? mark.name : undefined;
  const one = (parts: MarkParts): DrawnMark[] => [{ kind: mark.kind, key: markKey(index), name, parts }];
  switch (mark.kind) {
    case "line":
      return one(drawLine(mark, frame, palette));
    case "band":
      return one(drawBand(mark, frame, palette));
    case "stack":
      return drawStack(mark, frame, palette).map((parts, part) => ({
        kind: mark.kind,
        key: markKey(index, part),
        name: mark.parts[part].name,
        parts,
      }));
    case "heat":
      return one({ plot: drawHeat(mark, frame, Math.ceil(leastRows / mark.rows.length)) });
    case "rule": {
      const lines = figure.marks.filter((other) => other.kind === "line");
      return one(drawRule(mark, frame, palette, lines));
    }
    case "segments":
      return one(drawSegments(mark, frame, palette));
    case "interval":
      return one(drawIntervals(mark, frame, palette));
  }
}

/**
 * The place of the plot for the page's script: left, right, top, bottom and the x axis in pixels, then the ends of x,
 * y.
 */
const placeOf = ({ left, right, top, bottom, axisY, extent }: Frame) =>
  [...[left, right, top, bottom, axisY].map(at), ...extent.x, ...extent.y].join(" ");

/** Places the entries beside each other, in several lines if one is full. */
function placedLegend(entries: readonly LegendEntry[], { width, font }: Size) {
  let [x, y] = [0, font * 2.7];
  return entries.map((entry) => {
    const needed = SWATCH + 10 + textWidth(entry.name, font);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += font * 1.5;
    }
    const placed = { ...entry, x, y };
    x += needed + font * 1.4;
    return placed;
  });
}
