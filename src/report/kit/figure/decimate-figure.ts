import { decimate } from "./decimate.ts";
import type { Figure, Mark } from "./figure.ts";

/** Most points of a line in a drawing. */
const POINTS = 1000;

/** A figure with fewer points on its lines, as a drawing shows them. Every spike stays. */
export const decimateFigure = (figure: Figure): Figure => ({ ...figure, marks: figure.marks.map(lighter) });

function lighter(mark: Mark): Mark {
  if (mark.kind === "line") return { ...mark, ...decimate(mark.y, mark.x, POINTS) };
  if (mark.kind === "band") {
    const stride = Math.max(1, Math.ceil(mark.low.length / POINTS));
    const kept = Array.from({ length: Math.ceil(mark.low.length / stride) }, (_, i) => i * stride);
    const pick = (values: ArrayLike<number>) => kept.map((i) => values[i]);
    return { ...mark, x: kept.map((i) => mark.x?.[i] ?? i), low: pick(mark.low), high: pick(mark.high) };
  }
  return mark;
}
