import type { ClaimsReport, Figure as ClaimFigure } from "../../experiments/index.ts";
import { figureId } from "../kit/figure/figure-id.ts";
import type { Figure, Mark } from "../kit/figure/figure.ts";

/** The figures of all claims that have one. */
export const claimsFigures = ({ claims }: ClaimsReport): Figure[] =>
  claims.flatMap(({ id, figure }) => (figure === null ? [] : [claimFigure(id, figure)]));

/** The figure of a claim's measurements. */
export function claimFigure(id: string, { x, y, series }: ClaimFigure): Figure {
  const places = (values: readonly number[], log: boolean | undefined) => (log ? values.map(Math.log) : values);
  const marks = series.flatMap(({ label, as, ...one }, slot): Mark[] => {
    const common = { name: label, x: places(one.x, x.log), slot };
    const line: Mark = { kind: "line", ...common, y: places(one.y, y.log), points: as !== undefined && as !== "line" };
    if (one.low === undefined || one.high === undefined || one.x.length < 2) return [line];
    return [{ kind: "band", ...common, low: places(one.low, y.log), high: places(one.high, y.log) }, line];
  });
  return {
    id: figureId(id),
    title: id,
    caption: `${y.label}, by ${x.label}: ${series.map(({ label }) => label).join(", ")}.`,
    x: x.names === undefined ? axis(x) : { label: x.label, scale: "names", names: x.names },
    y: axis(y),
    marks,
  };
}

const axis = ({ label, log }: ClaimFigure["x"]) => ({ label, scale: log ? ("decades" as const) : ("linear" as const) });
