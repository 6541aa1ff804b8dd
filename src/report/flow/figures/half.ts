import type { Figure, LineMark } from "../../kit/figure/figure.ts";
import { lineMark } from "../../kit/figure/figure.ts";
import { powerOfTwo } from "../half.ts";
import { type FlowResult, lossEnd } from "../result.ts";
import { stations } from "./profile.ts";

/** The share of each station's entries that half precision would lose, without a loss scale and with the best one. */
export function halfFigure({ flow }: FlowResult): Figure[] {
  const { half } = flow;
  if (half === undefined) return [];
  const marks: LineMark[] = [];
  const add = (name: string, shares: Float64Array) => {
    if (shares.some((share) => share > 0)) marks.push(lineMark(name, everyStation(shares, half.edges), marks.length));
  };
  for (const { format, lossScale, unscaled, scaled } of half.formats) {
    add(`${format} lost`, unscaled.stations.lost);
    add(`${format} overflow`, unscaled.stations.overflow);
    if (lossScale !== 1) add(`${format} lost, scale ${powerOfTwo(lossScale)}`, scaled.stations.lost);
  }
  if (marks.length === 0) return [];
  return [
    {
      id: "half",
      title: "Half precision",
      caption:
        "The share of each station's entries of the gradient, zeros left out, that float16 and bfloat16 would lose: too small, so that they become zero, or too large, so that they become infinite. A second line of each format has the loss scale that keeps the most. Lines that are zero everywhere are left out.",
      x: { ...stations(flow), end: lossEnd(flow) },
      y: { label: "share, %", scale: "linear", domain: [0, 100] },
      marks,
    },
  ];
}

/** Percentages, one for each station: stations of one run have the same. */
function everyStation(shares: Float64Array, edges: readonly number[] | undefined): Float64Array {
  if (edges === undefined) return shares.map((share) => 100 * share);
  const values = new Float64Array(edges[edges.length - 1]);
  shares.forEach((share, i) => {
    values.fill(100 * share, edges[i], edges[i + 1]);
  });
  return values;
}
