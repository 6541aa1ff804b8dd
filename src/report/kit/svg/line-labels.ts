import type { Figure, LineMark } from "../figure/figure.ts";
import { markup, type Markup } from "../markup.ts";
import type { Frame } from "./frame.ts";
import type { Palette } from "./palette.ts";
import { at, textWidth, typeset } from "./text.ts";

/*
 * Writes names beside lines that are so close together that a legend is not enough.
 */

/** Columns at which lines are compared. */
const COLUMNS = 64;
/** Lines that are closer than this, in pixels, look like one. */
const CLOSE = 5;
/** Lines that are close over less than this share of the width need no names. */
const SHARE = 0.15;
/** With more lines than this, the names would cover the lines. */
const MOST_LINES = 6;
/** If a line jumps by more than this between columns, in pixels, there is no room for names. */
const ROUGH = 8;

/** A label to pin beside a line: the index of its mark and the drawing. */
export interface LineLabel {
  readonly mark: number;
  readonly label: Markup;
}

interface Traced {
  readonly mark: number;
  readonly name: string;
  readonly slot: number;
  /** y in pixels at each column; NaN where the line has no value. */
  readonly y: Float64Array;
}

/** Labels for the lines of a figure; none if the lines are far apart. */
export function lineLabels(figure: Figure, frame: Frame, palette: Palette): LineLabel[] {
  const lines = figure.marks.flatMap((mark, index) =>
    mark.kind === "line" && mark.points !== true ? [traced(mark, index, frame)] : [],
  );
  if (lines.length < 2 || lines.length > MOST_LINES || lines.some(isRough) || !someCoincide(lines)) return [];
  const taken: Box[] = [];
  return lines.flatMap((line) => {
    const place = placeFor(line, lines, taken, frame);
    if (place === undefined) return [];
    taken.push(place);
    const { x, baseline } = place;
    const color = palette.series(line.slot);
    const label = markup`<text transform="translate(${at(x)},${at(baseline)})" text-anchor="middle" fill="${color}" paint-order="stroke" stroke="${palette.ink("ground")}" stroke-width="3" stroke-linejoin="round">${typeset(line.name)}</text>`;
    return [{ mark: line.mark, label }];
  });
}

function traced(mark: LineMark, index: number, frame: Frame): Traced {
  const y = new Float64Array(COLUMNS).fill(Number.NaN);
  const n = mark.y.length;
  const [low, high] = frame.extent.x;
  let i = 0;
  for (let column = 0; column < COLUMNS; column++) {
    const x = low + ((column + 0.5) / COLUMNS) * (high - low);
    while (i + 1 < n && (mark.x?.[i + 1] ?? i + 1) <= x) i++;
    if (n === 0 || (mark.x?.[0] ?? 0) > x || (mark.x?.[n - 1] ?? n - 1) < x) continue;
    const [from, to] = [mark.x?.[i] ?? i, mark.x?.[i + 1] ?? i + 1];
    const next = i + 1 < n ? mark.y[i + 1] : mark.y[i];
    const value = mark.y[i] + (next - mark.y[i]) * Math.min(1, (x - from) / (to - from || 1));
    if (Number.isFinite(value)) y[column] = frame.y(value);
  }
  return { mark: index, name: mark.name, slot: mark.slot, y };
}

function isRough({ y }: Traced): boolean {
  let [sum, count] = [0, 0];
  for (let c = 2; c < COLUMNS; c++) {
    const bend = Math.abs(y[c] - 2 * y[c - 1] + y[c - 2]);
    if (Number.isNaN(bend)) continue;
    sum += bend;
    count++;
  }
  return count > 0 && sum / count > ROUGH;
}

const someCoincide = (lines: readonly Traced[]) =>
  lines.some((one, i) =>
    lines.slice(i + 1).some((other) => {
      const close = one.y.reduce((sum, y, c) => sum + (Math.abs(y - other.y[c]) < CLOSE ? 1 : 0), 0);
      return close > SHARE * COLUMNS;
    }),
  );

interface Box {
  readonly x: number;
  readonly baseline: number;
  readonly width: number;
}

/** The place above or below a line that the fewest lines cross, away from labels that are already placed. */
function placeFor(line: Traced, lines: readonly Traced[], taken: readonly Box[], frame: Frame): Box | undefined {
  const { left, right, top, bottom, size } = frame;
  const width = textWidth(line.name, size.font);
  const column = (right - left) / COLUMNS;
  const half = Math.ceil(width / column / 2);
  let [best, least] = [undefined as Box | undefined, Number.POSITIVE_INFINITY];
  for (let c = half + 1; c < COLUMNS - half - 1; c += 2) {
    if (Number.isNaN(line.y[c])) continue;
    const x = left + (c + 0.5) * column;
    for (const baseline of [line.y[c] - 7, line.y[c] + size.font + 5]) {
      const [high, low] = [baseline - size.font, baseline + 3];
      if (high < top || low > bottom) continue;
      if (
        taken.some(
          (box) =>
            Math.abs(box.x - x) < (box.width + width) / 2 + 8 && Math.abs(box.baseline - baseline) < size.font + 4,
        )
      )
        continue;
      let crossed = 0;
      for (const { y } of lines) for (let k = c - half; k <= c + half; k++) if (y[k] > high && y[k] < low) crossed++;
      const merged = lines.filter((other) => other !== line && Math.abs(other.y[c] - line.y[c]) < 2 * CLOSE).length;
      const cost = crossed + 2 * merged;
      if (cost < least) [best, least] = [{ x, baseline, width }, cost];
    }
  }
  return best;
}
