import type { HeatMark } from "../figure/figure.ts";
import { cssColor, HEAT_NAN, HEAT_ZERO, heatColor, type Palette, type Rgb } from "./palette.ts";
import { encodePng, pngAddress } from "./png.ts";
import { power, significant } from "../../../words/numbers.ts";
import { tenTo } from "../figure/powers.ts";
import { joined, type Markup, markup, NOTHING } from "../markup.ts";
import type { Frame } from "./frame.ts";
import { at, textWidth, typeset } from "./text.ts";

/** A map with more cells than this becomes a picture inside the figure. */
const MOST_RECTANGLES = 600;
/** Up to this many cells with links are rectangles. */
const MOST_LINKED = 2500;
/** Most columns of the picture. If a map has more columns than the plot has pixels, neighbors are averaged. */
const MOST_COLUMNS = 700;
/** Indices of the colors for exact zeros and for NaN, after those of the scale. */
const ZERO = 254;
const NOT_A_NUMBER = 255;
const COLORS: readonly Rgb[] = [
  ...Array.from({ length: ZERO }, (_, i) => heatColor(i / (ZERO - 1))),
  HEAT_ZERO,
  HEAT_NAN,
];

/**
 * The map's cells.
 * @param rowPixels height of each row in the picture; more than 1 if a program that shows the file may blur it when it
 * enlarges it
 */
export function drawHeat(mark: HeatMark, frame: Frame, rowPixels: number): Markup {
  const rows = mark.rows.map((row) => averaged(row, MOST_COLUMNS));
  const width = rows[0]?.length ?? 0;
  if (width === 0) return NOTHING;
  const range = rangeOf(rows, mark.span);
  const [left, right] = [frame.x(-0.5), frame.x((mark.rows[0]?.length ?? 1) - 0.5)];
  const [bottom, top] = [frame.y(-0.5), frame.y(rows.length - 0.5)];
  if (width * rows.length > (mark.links === undefined ? MOST_RECTANGLES : MOST_LINKED)) {
    const height = rows.length * rowPixels;
    const pixels = new Uint8Array(width * height);
    rows.forEach((row, r) => {
      const line = Uint8Array.from(row, (value) => indexOf(value, range));
      for (let k = 1; k <= rowPixels; k++) pixels.set(line, (height - r * rowPixels - k) * width);
    });
    const address = pngAddress(encodePng(width, height, pixels, COLORS));
    return markup`<image x="${at(left)}" y="${at(top)}" width="${at(right - left)}" height="${at(bottom - top)}" preserveAspectRatio="none" image-rendering="pixelated" href="${address}"/>`;
  }
  const links = mark.links ?? [];
  const wide = (right - left) / width;
  const high = (bottom - top) / rows.length;
  return joined(
    rows.flatMap((row, r) =>
      Array.from(row, (value, c) => {
        const color = cssColor(COLORS[indexOf(value, range)]);
        const cell = markup`<rect x="${at(left + c * wide)}" y="${at(bottom - (r + 1) * high)}" width="${at(wide + 0.3)}" height="${at(high + 0.3)}" fill="${color}"/>`;
        const target = links[r]?.[c] ?? "";
        return target === "" ? cell : markup`<a href="#${target}" aria-label="${target}" tabindex="-1">${cell}</a>`;
      }),
    ),
  );
}

/** Width of the scale's bar. */
const SCALE_WIDTH = 150;

/**
 * The scale of the colors: the quantity, a bar, its ends, and to the left the colors of values without a place on it.
 *
 * @param right where it ends; the first line of text stands on `font`
 */
export function drawHeatScale(mark: HeatMark, right: number, font: number, palette: Palette): Markup {
  const range = rangeOf(mark.rows, mark.span);
  const left = right - SCALE_WIDTH;
  const y = font * 1.5;
  const small = markup`font-size="${font - 1}" fill="${palette.ink("soft")}"`;
  const steps = 24;
  const bar = Array.from({ length: steps }, (_, i) => {
    const color = cssColor(heatColor(i / (steps - 1)));
    return markup`<rect x="${at(left + (i * SCALE_WIDTH) / steps)}" y="${at(y)}" width="${at(SCALE_WIDTH / steps + 0.4)}" height="8" fill="${color}"/>`;
  });
  const write = (value: number) => typeset(mark.scale === "decades" ? decimal(value) : significant(value, 2));
  const special = [
    { occurs: range.zero, color: HEAT_ZERO, name: mark.scale === "decades" ? "exactly 0" : "−∞" },
    { occurs: range.broken, color: HEAT_NAN, name: "not finite" },
  ].filter(({ occurs }) => occurs);
  let x = left - 10;
  const keys = special.map(({ color, name }) => {
    x -= textWidth(name, font - 1) + 20;
    return markup`<rect x="${at(x)}" y="${at(y)}" width="8" height="8" fill="${cssColor(color)}"/><text x="${at(x + 12)}" y="${at(y + 8)}" ${small}>${name}</text>`;
  });
  return markup`<text x="${at(right)}" y="${at(font)}" text-anchor="end" fill="${palette.ink("ink")}">${typeset(mark.label)}</text>${bar}<text x="${at(left)}" y="${at(y + 10 + font)}" ${small}>${write(range.low)}</text><text x="${at(right)}" y="${at(y + 10 + font)}" text-anchor="end" ${small}>${write(range.high)}</text>${keys}`;
}

/** e^ln as `2.5×10⁻¹⁸`, or as a plain number if that is short. */
const decimal = (ln: number) => power(ln).replace(/e(-?\d+)$/, (_, exponent) => `×${tenTo(Number(exponent))}`);

interface HeatRange {
  readonly low: number;
  readonly high: number;
  readonly zero: boolean;
  readonly broken: boolean;
}

function rangeOf(rows: readonly ArrayLike<number>[], span: HeatMark["span"]): HeatRange {
  let [low, high] = span ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [zero, broken] = [false, false];
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      const value = row[i];
      if (Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      } else if (value === Number.NEGATIVE_INFINITY) zero = true;
      else broken = true;
    }
  }
  return low > high ? { low: 0, high: 1, zero, broken } : { low, high, zero, broken };
}

function indexOf(value: number, { low, high }: HeatRange): number {
  if (value === Number.NEGATIVE_INFINITY) return ZERO;
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  return Math.round(((value - low) / (high - low || 1)) * (ZERO - 1));
}

/**
 * Means of neighbors if there are more than `most` values. A value that is not finite stays if its cell holds no finite
 * one.
 */
function averaged(row: ArrayLike<number>, most: number): Float64Array {
  if (row.length <= most) return Float64Array.from(row);
  return Float64Array.from({ length: most }, (_, column) => {
    const [from, to] = [Math.floor((column * row.length) / most), Math.floor(((column + 1) * row.length) / most)];
    let [sum, count] = [0, 0];
    for (let i = from; i < to; i++) {
      if (!Number.isFinite(row[i])) continue;
      sum += row[i];
      count++;
    }
    return count > 0 ? sum / count : row[from];
  });
}
