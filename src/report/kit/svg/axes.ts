import type { Figure } from "../figure/figure.ts";
import { type Content, joined, type Markup, markup } from "../markup.ts";
import type { Frame } from "./frame.ts";
import type { Palette } from "./palette.ts";
import { at, typeset } from "./text.ts";

/** The grid behind the marks: a line at every tick of y, short lines between, and a line at 0 if values cross it. */
export function drawGrid(figure: Figure, frame: Frame, palette: Palette): Markup {
  const { left, right } = frame;
  const heat = figure.marks.some(({ kind }) => kind === "heat");
  const across = (value: number) => markup`<path d="M${at(left)},${at(frame.y(value))}H${at(right)}"/>`;
  const short = (value: number) => markup`<path d="M${at(left)},${at(frame.y(value))}h5"/>`;
  const [low, high] = frame.extent.y;
  const crossed = figure.y.scale === "linear" && low < 0 && high > 0;
  const zero =
    crossed && markup`<path d="M${at(left)},${at(frame.y(0))}H${at(right)}" stroke="${palette.ink("soft")}"/>`;
  return markup`<g class="grid" stroke="${palette.ink("faint")}" stroke-width="1">${
    !heat && [...frame.yTicks.map(({ value }) => across(value)), ...frame.yBetween.map(short)]
  }${zero}</g>`;
}

/** Ticks and their labels. A page draws these again when the reader zooms. */
export function drawTicks(frame: Frame, palette: Palette): Markup {
  const { left, right, axisY } = frame;
  const { font } = frame.size;
  const soft = palette.ink("soft");
  const y = frame.yTicks.map(({ value, label }) =>
    text(left - 6, frame.y(value) + font * 0.35, label, markup`text-anchor="end" fill="${soft}"`),
  );
  const x = frame.xTicks.map(({ value, label }) => {
    const place = frame.x(value);
    const tick = markup`<path d="M${at(place)},${at(axisY)}v4" stroke="${soft}"/>`;
    return [tick, text(place, axisY + font + 6, label, markup`text-anchor="middle" fill="${soft}"`)];
  });
  return markup`<g class="ticks">${y}${rule(left, axisY, right, soft)}${x}</g>`;
}

/** The strips' names and edges. */
export function drawStripLabels(figure: Figure, frame: Frame, palette: Palette): Markup {
  const { left, right, top } = frame;
  const { font } = frame.size;
  const parts: Content[] = [];
  if (frame.floorY !== undefined) {
    const name = figure.y.scale === "decades" ? "0" : "−∞";
    const look = markup`text-anchor="end" fill="${palette.ink("soft")}"`;
    parts.push(text(left - 6, frame.floorY + font * 0.35, name, look));
    parts.push(rule(left, frame.floorY - 9, right, palette.ink("faint")));
  }
  if (frame.brokenY !== undefined) {
    const look = markup`text-anchor="end" fill="${palette.ink("bad")}"`;
    parts.push(text(left - 6, frame.brokenY + font * 0.35, "NaN, ∞", look));
    parts.push(rule(left, top - 1, right, palette.ink("faint")));
  }
  return joined(parts);
}

/** The texts below the ticks: the label of x, and the text at its right end. */
export function drawLabels(figure: Figure, frame: Frame, palette: Palette): Markup {
  const { left, right, axisY } = frame;
  const { font } = frame.size;
  const line = axisY + font * 2.5 + 4;
  const ink = markup`fill="${palette.ink("ink")}"`;
  return markup`${text(left, line, figure.x.label, ink)}${
    figure.x.end !== undefined &&
    text(right, line, figure.x.end, markup`class="end" text-anchor="end" font-weight="600" ${ink}`)
  }`;
}

export const text = (x: number, y: number, content: string, attributes: Markup): Markup =>
  markup`<text x="${at(x)}" y="${at(y)}" ${attributes}>${typeset(content)}</text>`;

const rule = (left: number, y: number, right: number, color: string): Markup =>
  markup`<path d="M${at(left)},${at(y)}H${at(right)}" stroke="${color}"/>`;
