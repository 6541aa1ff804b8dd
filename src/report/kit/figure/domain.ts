import type { Axis, Figure, Mark } from "./figure.ts";
import { xOf } from "./figure.ts";

/** The range of a figure's values, and whether some values have no place on its axes. */
export interface Extent {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Some value is −∞. */
  readonly floor: boolean;
  /** Some value is NaN or +∞. */
  readonly broken: boolean;
}

/** The smallest span of an axis in its own units, so that a constant has room around it. */
const LEAST = { linear: 1e-9, decades: Math.LN10 / 2, names: 1 } as const;

/** The ends of both axes, and whether values are −∞, NaN or +∞. */
export function extentOf({ x, y, marks }: Figure): Extent {
  const across = new Range();
  const up = new Range();
  for (const mark of marks) take(mark, across, up, y);
  return {
    x: x.domain ?? (x.scale === "names" ? namesOf(x) : across.ends(x, marks.some(hasPoints) ? 0.02 : 0)),
    y: y.domain ?? (y.scale === "names" ? namesOf(y) : up.ends(y, 0.04)),
    floor: up.floor,
    broken: up.broken,
  };
}

/** Whether a mark has points, which the edges of the plot would cut in half. */
const hasPoints = (mark: Mark) => mark.kind === "interval" || (mark.kind === "line" && mark.points === true);

const namesOf = ({ names = [] }: Axis): [number, number] => [-0.5, Math.max(1, names.length) - 0.5];

function take(mark: Mark, across: Range, up: Range, y: Axis): void {
  switch (mark.kind) {
    case "line":
      across.addPlaces(mark, mark.y.length);
      up.addAll(mark.y);
      break;
    case "band":
      across.addPlaces(mark, mark.low.length);
      up.addFinite(mark.low); // the lines of the band report where it is not finite
      up.addFinite(mark.high);
      break;
    case "stack":
      across.addAll(mark.edges);
      up.add(0);
      for (let i = 0; i + 1 < mark.edges.length; i++) {
        const values = mark.parts.map(({ values }) => values[i]);
        const sum = (sign: 1 | -1) =>
          values.reduce((all, value) => (Number.isFinite(value) && value * sign > 0 ? all + value : all), 0);
        up.add(sum(1));
        up.add(sum(-1));
        for (const value of values) if (!Number.isFinite(value)) up.add(value);
      }
      break;
    case "heat":
      across.add(-0.5);
      across.add((mark.rows[0]?.length ?? 1) - 0.5);
      up.add(-0.5);
      up.add(mark.rows.length - 0.5);
      break;
    case "segments":
      break; // they lie within their map
    case "rule":
      if ("x" in mark.at) across.add(mark.at.x);
      else if (y.scale !== "decades") up.add(mark.at.y); // on a log axis a limit far away would flatten the rest
      break;
    case "interval":
      for (const { value, low, high } of mark.rows)
        for (const end of [value, low, high]) if (end !== undefined) across.add(end);
      break;
  }
}

class Range {
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;
  floor = false;
  broken = false;

  add(value: number): void {
    if (Number.isFinite(value)) {
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    } else if (value === Number.NEGATIVE_INFINITY) this.floor = true;
    else this.broken = true;
  }

  addAll(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.add(values[i]);
  }

  addFinite(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) this.add(values[i]);
  }

  addPlaces(mark: { readonly x?: ArrayLike<number> }, length: number): void {
    for (let i = 0; i < length; i++) this.add(xOf(mark, i));
  }

  /**
   * The ends with the share `pad` of the span added at both. An empty span gets room; without values the ends are 0, 1.
   */
  ends({ scale, least: wished = 0 }: Axis, pad: number): [number, number] {
    if (this.low > this.high) return scale === "decades" ? [-Math.LN10, Math.LN10] : [0, 1];
    const least = Math.max(LEAST[scale], wished, scale === "linear" ? Math.abs(this.high) * 1e-6 : 0);
    const span = this.high - this.low;
    if (span < least) {
      const half = scale === "linear" && span === 0 && wished === 0 ? Math.abs(this.high) / 2 || 0.5 : least / 2;
      const middle = (this.low + this.high) / 2;
      return [middle - half, middle + half];
    }
    return [this.low - pad * span, this.high + pad * span];
  }
}
