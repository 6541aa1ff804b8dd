import { decimate } from "../figure/decimate.ts";
import type { LineMark, RuleMark } from "../figure/figure.ts";
import { markup } from "../markup.ts";
import type { MarkParts } from "./mark-parts.ts";
import type { Palette } from "./palette.ts";
import type { Frame } from "./frame.ts";
import { budget } from "./marks.ts";
import { at, textWidth, typeset } from "./text.ts";

/** Draws a rule and its name. @param lines the name of a horizontal rule keeps away from these lines */
export function drawRule(mark: RuleMark, frame: Frame, palette: Palette, lines: readonly LineMark[]): MarkParts {
  const { size, left, right, top, bottom } = frame;
  const small = size.font - 1;
  const drawn = (path: string) =>
    markup`<path d="${path}" stroke="${palette.ink("soft")}" stroke-width="1" stroke-dasharray="2 3" vector-effect="non-scaling-stroke"/>`;
  const named = (x: number, y: number, anchor: "start" | "end", side: "left" | "right" | "none") =>
    markup`<text transform="translate(${at(x)},${at(y)})"${side !== "none" && markup` data-side="${side}"`}${anchor === "end" && markup` text-anchor="end"`} font-size="${small}" fill="${palette.ink("soft")}" paint-order="stroke" stroke="${palette.ink("ground")}" stroke-width="3" stroke-linejoin="round">${typeset(mark.name)}</text>`;
  if ("x" in mark.at) {
    const x = frame.x(mark.at.x);
    const anchor = x > (left + right) / 2 ? "end" : "start";
    return {
      plot: drawn(`M${at(x)},${at(top)}V${at(bottom)}`),
      pinned: named(x + (anchor === "end" ? -4 : 4), top - 3, anchor, "none"),
    };
  }
  const y = frame.y(mark.at.y);
  if (y < top - 0.5 || y > bottom + 0.5) return {};
  const place = placeOfName(y, textWidth(mark.name, small), small, frame, lines);
  return {
    plot: drawn(`M${at(left)},${at(y)}H${at(right)}`),
    pinned: named(place.x, place.y, place.anchor, place.anchor === "end" ? "right" : "left"),
  };
}

interface Place {
  readonly x: number;
  /** The baseline of the letters. */
  readonly y: number;
  readonly anchor: "start" | "end";
}

/**
 * The place for the name of a horizontal rule that the fewest points of lines cross: at either end, above or below,
 * close or one line farther.
 */
function placeOfName(rule: number, width: number, font: number, frame: Frame, lines: readonly LineMark[]): Place {
  const { left, right, top, bottom } = frame;
  const heights = [rule - 4, rule + font + 2, rule - 8 - font, rule + 6 + 2 * font];
  const places = heights
    .filter((y) => y - font >= top - 2 && y <= bottom)
    .flatMap((y): Place[] => [
      { x: left + 6, y, anchor: "start" },
      { x: right - 4, y, anchor: "end" },
    ]);
  const crossed = ({ x, y, anchor }: Place) => {
    const from = anchor === "start" ? x : x - width;
    return lines.reduce((sum, line) => sum + pointsWithin(line, frame, [from, from + width], [y - font, y + 3]), 0);
  };
  const counts = places.map(crossed);
  return places[counts.indexOf(Math.min(...counts))] ?? { x: left + 6, y: rule - 4, anchor: "start" };
}

type Interval = readonly [low: number, high: number];

/** The number of pixel columns of a box that a line crosses. */
function pointsWithin(mark: LineMark, frame: Frame, [left, right]: Interval, [top, bottom]: Interval): number {
  const { x, y } = decimate(mark.y, mark.x, budget(frame));
  let count = 0;
  for (let i = 0; i < y.length; i++) {
    const next = mark.points || i + 1 === y.length ? i : i + 1;
    const [a, b] = [frame.x(x[i]), frame.x(x[next])];
    const [low, high] = [frame.y(y[i]), frame.y(y[next])].sort((one, other) => one - other);
    if (b >= left && a <= right && high >= top && low <= bottom)
      count += Math.max(1, Math.min(b, right) - Math.max(a, left));
  }
  return count;
}
