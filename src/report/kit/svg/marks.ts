import { area, line, stack, stackOffsetDiverging, symbol, symbolsFill } from "d3-shape";
import { decimate } from "../figure/decimate.ts";
import type { BandMark, IntervalMark, LineMark, StackMark } from "../figure/figure.ts";
import { lookOf, type Palette } from "./palette.ts";
import type { Frame } from "./frame.ts";
import { BAND_OPACITY, FEW_POINTS, STRIP } from "./frame.ts";
import { at, escapeXml } from "./text.ts";

/** Points of a line drawn at most, for each pixel of the plot's width. */
const POINTS_A_PIXEL = 1.2;
/** The same for the whole of it. */
export const budget = ({ left, right }: Frame) => Math.floor((right - left) * POINTS_A_PIXEL);

/** The marker of a slot, as a path around 0, 0. */
export const marker = (slot: number, area = 26): string =>
  symbol(symbolsFill[slot % symbolsFill.length], area).digits(1)() ?? "";

/** A line, or its points alone; what has no place on the axis in its strip. */
export function drawLine(mark: LineMark, frame: Frame, palette: Palette): string {
  const { x, y } = decimate(mark.y, mark.x, budget(frame));
  const color = palette.series(mark.slot);
  const indices = Array.from(x.keys());
  const inside = indices.filter((i) => Number.isFinite(y[i]));
  const path = line<number>()
    .defined((i) => Number.isFinite(y[i]))
    .x((i) => frame.x(x[i]))
    .y((i) => frame.y(y[i]))
    .digits(1)(indices);
  const { dash } = lookOf(mark.slot);
  const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
  const stroke = mark.points
    ? ""
    : `<path d="${path ?? ""}" fill="none" stroke="${color}" stroke-width="${mark.slot === 0 ? 2 : 1.6}" stroke-linejoin="round"${dash === "" ? ' stroke-linecap="round"' : dashes}/>`;
  const shape = marker(mark.slot, mark.points ? 20 : 26);
  const markers =
    mark.points || mark.y.length <= FEW_POINTS
      ? inside
          .map((i) => `<path d="${shape}" transform="translate(${at(frame.x(x[i]))},${at(frame.y(y[i]))})"/>`)
          .join("")
      : "";
  const points = markers === "" ? "" : `<g fill="${color}">${markers}</g>`;
  return `<g><title>${escapeXml(mark.name)}</title>${stroke}${points}${outside(x, y, mark.slot, frame, palette)}</g>`;
}

/** Runs of values without a place on the axis, in their strips. */
function outside(x: Float64Array, y: Float64Array, slot: number, frame: Frame, palette: Palette): string {
  const strips = [
    { middle: frame.floorY, holds: (value: number) => value === Number.NEGATIVE_INFINITY, color: palette.series(slot) },
    {
      middle: frame.brokenY,
      holds: (value: number) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY,
      color: palette.ink("bad"),
    },
  ];
  return strips
    .flatMap(({ middle, holds, color }) => {
      if (middle === undefined) return [];
      return runs(y, holds).map(([from, to]) => {
        const [start, end] = [frame.x(x[from]), frame.x(x[to])];
        const wide = Math.max(3, end - start);
        const left = Math.min(start, frame.right - wide);
        return `<rect x="${at(left)}" y="${at(middle - 3)}" width="${at(wide)}" height="6" fill="${color}"/>`;
      });
    })
    .join("");
}

function runs(values: Float64Array, holds: (value: number) => boolean): [from: number, to: number][] {
  const found: [number, number][] = [];
  values.forEach((value, i) => {
    if (!holds(value)) return;
    const last = found.at(-1);
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else found.push([i, i]);
  });
  return found;
}

/** The area between two edges. */
export function drawBand(mark: BandMark, frame: Frame, palette: Palette): string {
  const low = decimate(mark.low, mark.x, budget(frame));
  const high = decimate(mark.high, mark.x, budget(frame));
  // Each edge keeps its own places: down the low edge, back along the high one, where both are finite.
  const whole = mark.low.length <= budget(frame);
  const color = palette.series(mark.slot);
  const path = whole
    ? area<number>()
        .defined((i) => Number.isFinite(low.y[i]) && Number.isFinite(high.y[i]))
        .x((i) => frame.x(low.x[i]))
        .y0((i) => frame.y(low.y[i]))
        .y1((i) => frame.y(high.y[i]))
        .digits(1)(Array.from(low.x.keys()))
    : outline(low, high, frame);
  return `<path d="${path ?? ""}" fill="${color}" fill-opacity="${BAND_OPACITY}"><title>${escapeXml(mark.name)}</title></path>`;
}

interface Edge {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function outline(low: Edge, high: Edge, frame: Frame): string {
  const points = (edge: Edge) =>
    Array.from(edge.x.keys())
      .filter((i) => Number.isFinite(edge.y[i]))
      .map((i) => `${at(frame.x(edge.x[i]))},${at(frame.y(edge.y[i]))}`);
  const all = [...points(low), ...points(high).reverse()];
  return all.length === 0 ? "" : `M${all.join("L")}Z`;
}

/** Bars stacked away from zero, both ways. */
export function drawStack(mark: StackMark, frame: Frame, palette: Palette): string {
  const bars = mark.edges.length - 1;
  const finite = (value: number) => (Number.isFinite(value) ? value : 0);
  const layers = stack<number, number>()
    .keys(mark.parts.keys())
    .value((i, key) => finite(mark.parts[key].values[i]))
    .offset(stackOffsetDiverging)(Array.from({ length: bars }, (_, i) => i));
  const gap = bars > 0 && (frame.right - frame.left) / bars > 6 ? 1 : 0;
  const { width: share = 1 } = mark;
  const crisp = gap === 0 ? ' shape-rendering="crispEdges"' : ""; // or their seams would show
  return layers
    .map((layer, key) => {
      const { name, slot, values } = mark.parts[key];
      const path = layer
        .map(([from, to], i) => {
          const whole = frame.x(mark.edges[i + 1]) - frame.x(mark.edges[i]);
          const width = Math.max(0.4, whole * share - gap) + (gap === 0 ? 0.4 : 0);
          const left = frame.x(mark.edges[i]) + (whole * (1 - share)) / 2;
          if (values[i] === Number.NEGATIVE_INFINITY && frame.floorY !== undefined) {
            return box(left, frame.floorY - STRIP / 2 + 3, width, STRIP - 6);
          }
          if (from === to) return "";
          return box(left, frame.y(Math.max(from, to)), width, Math.abs(frame.y(from) - frame.y(to)));
        })
        .join("");
      return `<path d="${path}" fill="${palette.series(slot)}"${crisp}><title>${escapeXml(name)}</title></path>`;
    })
    .join("");
}

const box = (x: number, y: number, width: number, height: number) =>
  `M${at(x)},${at(y)}h${at(width)}v${at(height)}h${at(-width)}z`;

/** A value with its interval in every row. */
export function drawIntervals(mark: IntervalMark, frame: Frame, palette: Palette): string {
  const color = palette.series(mark.slot);
  const shape = marker(mark.slot, 40);
  return mark.rows
    .map(({ value, low, high }, row) => {
      const y = at(frame.y(row));
      if (!Number.isFinite(value)) {
        const name = Number.isNaN(value) ? "not finite" : value < 0 ? "−∞" : "+∞";
        const [x, anchor] = value === Number.NEGATIVE_INFINITY ? [frame.left + 4, "start"] : [frame.right - 4, "end"];
        return `<text x="${at(x)}" y="${at(frame.y(row) + frame.size.font * 0.35)}" text-anchor="${anchor}" fill="${palette.ink("bad")}">${name}</text>`;
      }
      const within = (end: number) => at(Math.min(frame.right, Math.max(frame.left, frame.x(end))));
      const whisker =
        low === undefined || high === undefined
          ? ""
          : `<path d="M${within(low)},${y}H${within(high)}" stroke="${color}" stroke-width="1.6"/>`;
      return `${whisker}<path d="${shape}" transform="translate(${at(frame.x(value))},${y})" fill="${color}"/>`;
    })
    .join("");
}
