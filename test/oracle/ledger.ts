/**
 * The ledger's two rules (DESIGN 3.5), on Frobenius norms over the batch.
 *
 * Series: v₀ → v₁ → v₂ …: each operation's entry is ln ‖v_{i+1}‖ − ln ‖v_i‖. Once an operation has made the signal
 * exactly zero (−∞), the later ones have entry 0.
 *
 * Merge: u = Σ u_r. Route r has weight w_r = ‖u_r‖²/Σ‖u_j‖² on its own entries (which add up to ln ‖u_r‖ − ln ‖v₀‖);
 * where u_r = 0 they are 0. `interference` = ln ‖u‖ − Σ w_r ln ‖u_r‖. Where every u_r is zero, the first route (by convention the one
 * through the weights) has weight 1, and its own entries say what killed it.
 *
 * From δ_{s+1} = 0 no gain is defined: every entry is NaN.
 */
export interface OracleLedger {
  /** `[stations − 1]` each. */
  readonly factors: Record<string, Float64Array>;
  readonly total: Float64Array;
}

/** Norms along one route: operations in order, each with the norm of its result. */
export interface Route {
  readonly start: number;
  readonly operations: readonly { readonly name: string; readonly norm: number }[];
}

/** ln(to/from), and 0 if the signal was zero before. */
export const lnGain = (from: number, to: number): number =>
  from === 0 && to === 0 ? 0 : Math.log(to) - Math.log(from);

export const routeEnd = ({ start, operations }: Route): number => operations.at(-1)?.norm ?? start;

export function emptyLedger(names: readonly string[], length: number): OracleLedger {
  return {
    factors: Object.fromEntries(names.map((name) => [name, new Float64Array(length)])),
    total: new Float64Array(length),
  };
}

/**
 * Write one interval: the operations common to all routes, then the routes, then their sum.
 *
 * @param s the interval between δ_{s+1} and δ_s
 * @param prefix from v₀ = δ_{s+1} to the place at which the routes divide @param routes each from there to u_r
 * @param end ‖δ_s‖ = ‖Σ u_r‖
 */
export function writeInterval(ledger: OracleLedger, s: number, prefix: Route, routes: Route[], end: number): void {
  const { factors, total } = ledger;
  total[s] = Math.log(end) - Math.log(prefix.start);
  if (prefix.start === 0) {
    for (const factor of Object.values(factors)) factor[s] = Number.NaN;
    return;
  }
  const addSeries = ({ start, operations }: Route, weight: number) => {
    let from = start;
    for (const { name, norm } of operations) {
      if (weight !== 0) factors[name][s] += weight * lnGain(from, norm);
      from = norm;
    }
  };
  addSeries(prefix, 1);

  const ends = routes.map(routeEnd);
  const squares = ends.reduce((sum, norm) => sum + norm * norm, 0);
  const weights = ends.map((norm, r) => (squares === 0 ? (r === 0 ? 1 : 0) : (norm * norm) / squares));
  routes.forEach((route, r) => {
    addSeries(route, weights[r]);
  });
  if (routes.length > 1 && squares > 0) {
    const mean = ends.reduce((sum, norm, r) => sum + (weights[r] === 0 ? 0 : weights[r] * Math.log(norm)), 0);
    factors.interference[s] = Math.log(end) - mean;
  }
}

/** Σ of all entries of interval s: equal to total[s] wherever δ_{s+1} ≠ 0. */
export const ledgerSum = ({ factors }: OracleLedger, s: number): number =>
  Object.values(factors).reduce((sum, factor) => sum + factor[s], 0);
