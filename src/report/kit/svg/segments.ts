import type { SegmentsMark } from "../figure/figure.ts";
import { markup, type Markup } from "../markup.ts";
import type { Frame } from "./frame.ts";
import type { MarkParts } from "./mark-parts.ts";
import type { Palette } from "./palette.ts";
import { at } from "./text.ts";

/** The place of theory's line in the palette. */
export const THEORY_SLOT = 2;

/** Draws lines over a map. Each has a light rim, so that it can be seen on every color. */
export function drawSegments({ segments, name, weight }: SegmentsMark, frame: Frame, palette: Palette): MarkParts {
  if (segments.length === 0) return {};
  const path = segments
    .map(([x0, y0, x1, y1]) => `M${at(frame.x(x0))},${at(frame.y(y0))}L${at(frame.x(x1))},${at(frame.y(y1))}`)
    .join("");
  const theory = weight === "theory";
  const drawn = (stroke: string, width: number, opacity: number) =>
    markup`<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linecap="round" vector-effect="non-scaling-stroke"/>`;
  const rim = drawn(palette.ink("ground"), theory ? 5 : 2.4, 0.7);
  const line = theory ? drawn(palette.series(THEORY_SLOT), 2.4, 1) : drawn(palette.ink("ink"), 0.8, 1);
  return { plot: markup`${rim}${line}`, ...(theory ? {} : { pinned: labelOf(segments, name, frame, palette) }) };
}

/** A contour's value at its right end. */
function labelOf(segments: SegmentsMark["segments"], name: string, frame: Frame, palette: Palette): Markup {
  const ends = segments.flatMap(([x0, y0, x1, y1]) => [
    [x0, y0],
    [x1, y1],
  ]);
  const [x, y] = ends.reduce((best, end) => (end[0] > best[0] ? end : best));
  return markup`<text transform="translate(${at(frame.x(x) + 2)},${at(frame.y(y) + 3)})" font-size="${frame.size.font - 2}" fill="${palette.ink("ink")}" stroke="${palette.ink("ground")}" stroke-width="2" paint-order="stroke">${name}</text>`;
}
