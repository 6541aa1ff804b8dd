import { finish, inSlices } from "../base/time-slicing.ts";
import type { Ledger } from "./types/index.ts";

/**
 * The two rules of the ledger. All norms are Frobenius norms over the batch, in logarithms.
 *
 * Series: v₀ → v₁ → v₂ …: an operation's entry is ln ‖v_{i+1}‖ − ln ‖v_i‖; once one has made the signal exactly zero
 * (−∞), later ones have entry 0.
 *
 * Merge, u = Σ u_r: route r has weight w_r = ‖u_r‖²/Σ‖u_j‖² on its own entries, 0 where u_r = 0; `interference` = ln
 * ‖u‖ − Σ w_r ln ‖u_r‖. Where every route is zero, the first has weight 1: its own entries show which operation made it
 * zero.
 *
 * Where the common operations leave nothing (all samples with a gradient have ended), a route's gain is counted from
 * δ_{s+1}. From a station of norm zero no gain is defined: every entry is NaN.
 */
export interface Route {
  /** Names of the operations in order. */
  readonly names: readonly string[];
  /** ln norms after each operation: one array for each operation, with one value for each interval. */
  readonly lnNorms: readonly Float64Array[];
}

/**
 * Splits ln ‖δ_s‖ − ln ‖δ_{s+1}‖ for s = 0 … S − 2.
 *
 * @param profile [S] ln ‖δ_s‖
 * @param prefix  operations common to all routes, from δ_{s+1} on
 * @param routes operations of each route, after the prefix; index s is always the interval that ends at δ_s
 */
export function splitGains(profile: Float64Array, prefix: Route, routes: readonly Route[]): Ledger {
  return finish(splitGainsInParts(profile, prefix, routes));
}

/** `splitGains` with pauses. */
export function* splitGainsInParts(
  profile: Float64Array,
  prefix: Route,
  routes: readonly Route[],
): Generator<void, Ledger> {
  const intervals = Math.max(profile.length - 1, 0);
  const names = [
    ...prefix.names,
    ...routes.flatMap((route) => route.names),
    ...(routes.length > 1 ? ["interference"] : []),
  ];
  const factors = Object.fromEntries(names.map((name) => [name, new Float64Array(intervals)]));
  const total = new Float64Array(intervals);
  const weights = new Float64Array(routes.length);
  const split = (s: number) => {
    const start = profile[s + 1];
    total[s] = profile[s] - start;
    if (start === Number.NEGATIVE_INFINITY) {
      for (const name of names) factors[name][s] = Number.NaN;
      total[s] = Number.NaN;
      return;
    }
    let parting = addSeries(factors, prefix, s, start, 1);
    if (parting === Number.NEGATIVE_INFINITY && profile[s] !== Number.NEGATIVE_INFINITY) {
      for (const name of prefix.names) factors[name][s] = 0;
      parting = start;
    }
    weigh(weights, routes, s, parting);
    let mean = 0; // Σ w_r ln ‖u_r‖
    routes.forEach((route, r) => {
      if (weights[r] !== 0) mean += weights[r] * addSeries(factors, route, s, parting, weights[r]);
    });
    if (routes.length > 1 && mean !== Number.NEGATIVE_INFINITY) factors.interference[s] = profile[s] - mean;
  };
  yield* inSlices(intervals, 4 * names.length, (from, to) => {
    for (let s = from; s < to; s++) split(s);
  });
  return { factors, total };
}

/** Adds one chain of operations at interval s, weighted; returns the ln norm at its end. */
function addSeries(
  factors: Record<string, Float64Array>,
  { names, lnNorms }: Route,
  s: number,
  start: number,
  weight: number,
): number {
  let from = start;
  for (let i = 0; i < names.length; i++) {
    const to = lnNorms[i][s];
    if (from !== Number.NEGATIVE_INFINITY) factors[names[i]][s] += weight * (to - from);
    from = to;
  }
  return from;
}

/** w_r = ‖u_r‖²/Σ‖u_j‖². */
function weigh(weights: Float64Array, routes: readonly Route[], s: number, parting: number): void {
  let top = Number.NEGATIVE_INFINITY;
  routes.forEach((route, r) => {
    const end = route.lnNorms.length === 0 ? parting : route.lnNorms[route.lnNorms.length - 1][s];
    weights[r] = end;
    if (!(end <= top)) top = end;
  });
  if (top === Number.NEGATIVE_INFINITY) {
    weights.fill(0);
    weights[0] = 1;
    return;
  }
  let sum = 0;
  for (let r = 0; r < weights.length; r++) {
    weights[r] = Math.exp(2 * (weights[r] - top));
    sum += weights[r];
  }
  for (let r = 0; r < weights.length; r++) weights[r] /= sum;
}
