import type { Figure } from "../figure/figure.ts";
import { lookOf, type Palette } from "./palette.ts";
import { BAND_OPACITY, type Frame } from "./frame.ts";
import { marker } from "./marks.ts";
import { at, typeset } from "./text.ts";

/** Behind the marks: a faint line at every tick of y, and the axis of 0 where it is crossed. */
export function drawGrid(figure: Figure, frame: Frame, palette: Palette): string {
  const heat = figure.marks.some(({ kind }) => kind === "heat");
  const lines = heat
    ? ""
    : frame.yTicks
        .map(({ value }) => `<path d="M${at(frame.left)},${at(frame.y(value))}H${at(frame.right)}"/>`)
        .join("");
  const [low, high] = frame.extent.y;
  const zero =
    figure.y.scale === "linear" && low < 0 && high > 0
      ? `<path d="M${at(frame.left)},${at(frame.y(0))}H${at(frame.right)}" stroke="${palette.ink("soft")}"/>`
      : "";
  return `<g stroke="${palette.ink("faint")}" stroke-width="1">${lines}${zero}</g>`;
}

/** Labels, ticks, legend. */
export function drawAxes(figure: Figure, frame: Frame, palette: Palette): string {
  const { size, left, right, top, bottom } = frame;
  const { font } = size;
  const soft = palette.ink("soft");
  const ink = palette.ink("ink");
  const under = frame.floorY === undefined ? bottom : frame.floorY + 8;
  const parts: string[] = [];
  parts.push(text(0, font, figure.y.label, `fill="${ink}"`));
  for (const { value, label } of frame.yTicks) {
    parts.push(text(left - 6, frame.y(value) + font * 0.35, label, `text-anchor="end" fill="${soft}"`));
  }
  if (frame.floorY !== undefined) {
    const name = figure.y.scale === "decades" ? "0" : "−∞";
    parts.push(text(left - 6, frame.floorY + font * 0.35, name, `text-anchor="end" fill="${soft}"`));
    parts.push(rule(left, frame.floorY - 9, right, palette.ink("faint")));
  }
  if (frame.brokenY !== undefined) {
    parts.push(text(left - 6, frame.brokenY + font * 0.35, "NaN, ∞", `text-anchor="end" fill="${palette.ink("bad")}"`));
    parts.push(rule(left, top - 1, right, palette.ink("faint")));
  }
  parts.push(rule(left, under, right, soft));
  for (const { value, label } of frame.xTicks) {
    const x = frame.x(value);
    parts.push(`<path d="M${at(x)},${at(under)}v4" stroke="${soft}"/>`);
    parts.push(text(x, under + font + 6, label, `text-anchor="middle" fill="${soft}"`));
  }
  const line = under + font * 2.5 + 4;
  parts.push(text(left, line, figure.x.label, `fill="${ink}"`));
  if (figure.x.end !== undefined) {
    parts.push(text(right, line, figure.x.end, `text-anchor="end" font-weight="600" fill="${ink}"`));
  }
  return parts.join("") + legend(frame, palette);
}

function legend({ legend: entries, size }: Frame, palette: Palette): string {
  return entries
    .map(({ name, slot, form, marked, x, y }) => {
      const color = palette.series(slot);
      const { dash } = lookOf(slot);
      const middle = y - size.font * 0.35;
      const swatch =
        form === "area" || form === "band"
          ? `<rect x="${at(x)}" y="${at(middle - 5)}" width="20" height="10" fill="${color}" fill-opacity="${form === "band" ? BAND_OPACITY : 1}"/>`
          : form === "points"
            ? `<path d="${marker(slot, 32)}" transform="translate(${at(x + 10)},${at(middle)})" fill="${color}"/>`
            : `<path d="M${at(x)},${at(middle)}h20" stroke="${color}" stroke-width="2"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}/>${marked ? `<path d="${marker(slot)}" transform="translate(${at(x + 10)},${at(middle)})" fill="${color}"/>` : ""}`;
      return swatch + text(x + 26, y, name, `fill="${palette.ink("ink")}"`);
    })
    .join("");
}

const text = (x: number, y: number, content: string, attributes: string) =>
  `<text x="${at(x)}" y="${at(y)}" ${attributes}>${typeset(content)}</text>`;

const rule = (left: number, y: number, right: number, color: string) =>
  `<path d="M${at(left)},${at(y)}H${at(right)}" stroke="${color}"/>`;
