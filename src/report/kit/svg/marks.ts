import { area, line, stack, stackOffsetDiverging, symbol, symbolsFill } from "d3-shape";
import { decimate } from "../figure/decimate.ts";
import type { BandMark, IntervalMark, LineMark, StackMark } from "../figure/figure.ts";
import { joined, type Markup, markup } from "../markup.ts";
import { BAND_OPACITY, FEW_POINTS, type Frame, STRIP } from "./frame.ts";
import type { MarkParts } from "./mark-parts.ts";
import { lookOf, type Palette } from "./palette.ts";
import { at } from "./text.ts";

/** Most points of a line for each pixel of the plot's width. */
const POINTS_A_PIXEL = 1.2;
/** Most points of a line over the whole plot. */
export const budget = ({ left, right }: Frame) => Math.floor((right - left) * POINTS_A_PIXEL);

/** The marker of a slot, as a path around 0, 0. */
export const marker = (slot: number, area = 26): string =>
  symbol(symbolsFill[slot % symbolsFill.length], area).digits(1)() ?? "";

/** Draws a line, or its points alone. Values without a place on the axis are drawn in its strip. */
export function drawLine(mark: LineMark, frame: Frame, palette: Palette): MarkParts {
  const { x, y } = decimate(mark.y, mark.x, budget(frame));
  const color = palette.series(mark.slot);
  const shape = marker(mark.slot, mark.points ? 20 : 26);
  const single = mark.points || mark.y.length <= FEW_POINTS;
  const markers = Array.from(x.keys())
    .filter((i) => single && Number.isFinite(y[i]))
    .map((i) => markup`<path d="${shape}" transform="translate(${at(frame.x(x[i]))},${at(frame.y(y[i]))})"/>`);
  const raw = mark.points === true ? undefined : stroke(x, y, mark, frame, palette);
  return {
    plot:
      mark.smoothed === undefined || raw === undefined
        ? raw
        : markup`<g class="raw" stroke-opacity="0.35">${raw}</g><g class="smoothed">${smoothed(mark, frame, palette)}</g>`,
    strips: outside(x, y, mark.slot, frame, palette),
    pinned: markers.length === 0 ? undefined : markup`<g fill="${color}">${markers}</g>`,
  };
}

function smoothed(mark: LineMark, frame: Frame, palette: Palette): Markup {
  const { x, y } = decimate(mark.smoothed ?? [], mark.x, budget(frame));
  return stroke(x, y, mark, frame, palette);
}

function stroke(x: Float64Array, y: Float64Array, { slot }: LineMark, frame: Frame, palette: Palette): Markup {
  const path = line<number>()
    .defined((i) => Number.isFinite(y[i]))
    .x((i) => frame.x(x[i]))
    .y((i) => frame.y(y[i]))
    .digits(1)(Array.from(x.keys()));
  const { dash } = lookOf(slot);
  const ends = dash === "" ? markup`stroke-linecap="round"` : markup`stroke-dasharray="${dash}"`;
  return markup`<path d="${path ?? ""}" fill="none" stroke="${palette.series(slot)}" stroke-width="${slot === 0 ? 2 : 1.6}" stroke-linejoin="round" vector-effect="non-scaling-stroke" ${ends}/>`;
}

/** Runs of values without a place on the axis, in their strips. */
function outside(x: Float64Array, y: Float64Array, slot: number, frame: Frame, palette: Palette): Markup | undefined {
  const strips = [
    { middle: frame.floorY, holds: (value: number) => value === Number.NEGATIVE_INFINITY, color: palette.series(slot) },
    {
      middle: frame.brokenY,
      holds: (value: number) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY,
      color: palette.ink("bad"),
    },
  ];
  const rows = strips.flatMap(({ middle, holds, color }) => {
    if (middle === undefined) return [];
    return runs(y, holds).map(([from, to]) => {
      const [start, end] = [frame.x(x[from]), frame.x(x[to])];
      const wide = Math.max(3, end - start);
      const left = Math.min(start, frame.right - wide);
      return markup`<rect x="${at(left)}" y="${at(middle - 3)}" width="${at(wide)}" height="6" fill="${color}"/>`;
    });
  });
  return rows.length === 0 ? undefined : joined(rows);
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
export function drawBand(mark: BandMark, frame: Frame, palette: Palette): MarkParts {
  const low = decimate(mark.low, mark.x, budget(frame));
  const high = decimate(mark.high, mark.x, budget(frame));
  // The path goes along the low edge and back along the high edge, where both are finite.
  const whole = mark.low.length <= budget(frame);
  const path = whole
    ? area<number>()
        .defined((i) => Number.isFinite(low.y[i]) && Number.isFinite(high.y[i]))
        .x((i) => frame.x(low.x[i]))
        .y0((i) => frame.y(low.y[i]))
        .y1((i) => frame.y(high.y[i]))
        .digits(1)(Array.from(low.x.keys()))
    : outline(low, high, frame);
  return {
    plot: markup`<path d="${path ?? ""}" fill="${palette.series(mark.slot)}" fill-opacity="${BAND_OPACITY}"/>`,
  };
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

/** Bars stacked away from zero, both ways: one drawing for each part. */
export function drawStack(mark: StackMark, frame: Frame, palette: Palette): MarkParts[] {
  const bars = mark.edges.length - 1;
  const finite = (value: number) => (Number.isFinite(value) ? value : 0);
  const layers = stack<number, number>()
    .keys(mark.parts.keys())
    .value((i, key) => finite(mark.parts[key].values[i]))
    .offset(stackOffsetDiverging)(Array.from({ length: bars }, (_, i) => i));
  const gap = bars > 0 && (frame.right - frame.left) / bars > 6 ? 1 : 0;
  const { width: share = 1 } = mark;
  const crisp = gap === 0 && markup` shape-rendering="crispEdges"`; // otherwise gaps between the bars would be visible
  return layers.map((layer, key) => {
    const { slot, values } = mark.parts[key];
    const boxes = layer.map(([from, to], i) => {
      const whole = frame.x(mark.edges[i + 1]) - frame.x(mark.edges[i]);
      const width = Math.max(0.4, whole * share - gap) + (gap === 0 ? 0.4 : 0);
      const left = frame.x(mark.edges[i]) + (whole * (1 - share)) / 2;
      if (values[i] === Number.NEGATIVE_INFINITY && frame.floorY !== undefined) {
        return { floor: box(left, frame.floorY - STRIP / 2 + 3, width, STRIP - 6), bar: "" };
      }
      if (from === to) return { floor: "", bar: "" };
      const high = Math.abs(frame.y(from) - frame.y(to));
      return { floor: "", bar: box(left, frame.y(Math.max(from, to)), width, high) };
    });
    const drawn = (path: string) =>
      path === "" ? undefined : markup`<path d="${path}" fill="${palette.series(slot)}"${crisp}/>`;
    return {
      plot: drawn(boxes.map(({ bar }) => bar).join("")),
      strips: drawn(boxes.map(({ floor }) => floor).join("")),
    };
  });
}

const box = (x: number, y: number, width: number, height: number) =>
  `M${at(x)},${at(y)}h${at(width)}v${at(height)}h${at(-width)}z`;

/** The marker of a row for each tone. The shapes can be told apart without colors. */
const TONE_SLOTS = { good: 0, warn: 5, bad: 1 } as const;

/** A value with its interval in every row. */
export function drawIntervals(mark: IntervalMark, frame: Frame, palette: Palette): MarkParts {
  const whiskers: Markup[] = [];
  const pinned: Markup[] = [];
  mark.rows.forEach(({ value, low, high, tone }, row) => {
    const color = tone === undefined ? palette.series(mark.slot) : palette.ink(tone);
    const y = at(frame.y(row));
    if (!Number.isFinite(value)) {
      const name = Number.isNaN(value) ? "not finite" : value < 0 ? "−∞" : "+∞";
      const side = value === Number.NEGATIVE_INFINITY ? "left" : "right";
      const x = side === "left" ? frame.left + 4 : frame.right - 4;
      const anchor = side === "right" && markup` text-anchor="end"`;
      pinned.push(
        markup`<text transform="translate(${at(x)},${y})" data-side="${side}" dy="0.35em"${anchor} fill="${palette.ink("bad")}">${name}</text>`,
      );
      return;
    }
    const within = (end: number) => at(Math.min(frame.right, Math.max(frame.left, frame.x(end))));
    if (low !== undefined && high !== undefined) {
      whiskers.push(
        markup`<path d="M${within(low)},${y}H${within(high)}" stroke="${color}" stroke-width="1.6" vector-effect="non-scaling-stroke"/>`,
      );
    }
    const shape = marker(tone === undefined ? mark.slot : TONE_SLOTS[tone], 40);
    pinned.push(markup`<path d="${shape}" transform="translate(${at(frame.x(value))},${y})" fill="${color}"/>`);
  });
  return { plot: joined(whiskers), pinned: joined(pinned) };
}
