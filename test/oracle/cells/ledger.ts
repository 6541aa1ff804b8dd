import type { Ledger } from "../../../src/flow/index.ts";
import type { CellLayer } from "./network.ts";

/** An operation of a route: its name, its norms, and whether these stand where the interval begins. */
type Operation = readonly [name: string, norms: Float64Array, leaving?: boolean];

const isAlive = (norms: Float64Array) => norms.some((value) => value > 0);

/**
 * DESIGN 3.5 from norms alone: Σ over routes of w_r (ln ‖u_r‖ − ln ‖start‖), and what the sum adds. An operation that changed nothing has
 * entry 0, so that masks can stand in every route.
 *
 * @param top whether the layer is the highest
 */
export function ledgerOf(layer: CellLayer, top: boolean, dilation = 1): Ledger {
  const hasCell = layer.deltaCell.length > 0;
  const profile = hasCell ? layer.deltaCell : layer.delta;
  const updated: Operation[] = hasCell ? [] : [["zoneout", layer.updated, true]];
  const through: Operation[] = isAlive(layer.normed)
    ? [
        ["gate", layer.gate, true],
        ["norm", layer.normed, true],
        ["weights", layer.hiddenWhole],
      ]
    : isAlive(layer.gate)
      ? [
          ["gate", layer.gate, true],
          ["weights", layer.hiddenWhole],
        ]
      : [["hidden", layer.hiddenWhole]];
  const routes: Operation[][] = [
    [...updated, ...through, ["dropout", hasCell ? layer.hiddenOpen : layer.hidden], ["zoneout", layer.hidden]],
    [...(updated as Operation[]), ["carry", layer.carryOpen], ["zoneout", layer.carry]],
    [["zoneout", layer.kept]],
    [["skip", layer.skip]],
    [
      [top ? "injected" : "above", layer.outsideWhole],
      ["dropout", layer.outsideOpen],
      ["zoneout", layer.outside],
    ],
  ];
  const names = [...new Set(routes.flat().map(([name]) => name)), "interference"];
  const length = Math.max(profile.length - dilation, 0);
  const factors = Object.fromEntries(names.map((name) => [name, new Float64Array(length)]));
  const total = new Float64Array(length);
  for (let s = 0; s < length; s++) {
    const start = profile[s + dilation];
    if (start === 0) {
      for (const values of [total, ...Object.values(factors)]) values[s] = Number.NaN; // no gain is defined from a dead step
      continue;
    }
    const ends = routes.map((route) => (route.at(-1) as Operation)[1][s]);
    const squares = ends.reduce((sum, end) => sum + end * end, 0);
    let mean = 0;
    routes.forEach((route, r) => {
      // where every route is zero, the first one's own entries say what made it so
      const weight = squares === 0 ? Number(r === 0) : ends[r] ** 2 / squares;
      if (weight === 0) return;
      let from = start;
      for (const [name, norms, leaving] of route) {
        const to = norms[leaving ? s + dilation : s];
        if (from > 0) factors[name][s] += weight * Math.log(to / from);
        from = to;
      }
      mean += weight * Math.log(from);
    });
    factors.interference[s] = squares === 0 ? 0 : Math.log(profile[s]) - mean;
    total[s] = Math.log(profile[s] / start);
  }
  return { factors, total };
}
