/**
 * The backward pass over a feed-forward tape: δ_l = ∂L/∂h_l at every station, and the ledger between the stations.
 *
 * Ledger interval s leads from δ_{s+1} to δ_s. Its entries, as far as the network has them:
 *   `gate`          φ'
 *   `norm`          the adjoint of the normalization
 *   `weights`       Wᵀ; under weight norm, of the effective W
 *   `scale`         the multiplier of the branch: α, 1/√K, that of stochastic depth, g of a highway
 *   `skip`          at a block's input, the skip path; of a highway (1 − g) ⊙
 *   `gating`        at a block's input, the path through g of a highway
 *   `interference`  where routes meet
 * In a block of two layers every route of the interval at the block's input begins at δ_first, the skip path too.
 * In a dense network Wᵀ v reaches all earlier stations. `concat` is the share of h_s, and the route `skip` is the
 * gradient that layers beyond the next one send to h_s.
 */
import { type BlockTape, type FeedforwardOracleSpec, normOf, type Stage, type Tape } from "./feedforward-forward.ts";
import { emptyLedger, type OracleLedger, type Route, routeEnd, writeInterval } from "./ledger.ts";
import { norm, sum } from "./linear.ts";
import type { Vector } from "./tensor.ts";

export interface Backward {
  readonly deltas: Vector[][]; // δ_l [L][B][H_l]
  readonly inputGradient: Vector[]; // ∂L/∂x [B][X]
  readonly ledger: OracleLedger; // [L − 1]
}

/** @param last ∂L/∂h_{L−1} `[B][H]` */
export function backward(spec: FeedforwardOracleSpec, tape: Tape, last: Vector[]): Backward {
  const L = tape.stations.length;
  const deltas: Vector[][] = new Array(L);
  deltas[L - 1] = last;
  const ledger = emptyLedger(factorNames(spec), L - 1);
  // dense: the gradient that layers beyond the next one send to each station
  const distant = tape.stations.map((h) => h.map((row) => row.map(() => 0)));
  for (const block of tape.blocks.toReversed()) backBlock(block, spec.residual === "dense", deltas, distant, ledger);
  return { deltas, inputGradient: back(tape.stem, deltas[0]).v, ledger };
}

function factorNames(spec: FeedforwardOracleSpec): string[] {
  const { depth, residual, stochasticDepth, dropout } = spec;

  const names = ["gate", "weights"];
  if (dropout !== undefined) names.push("dropout");
  const norms = Array.from({ length: depth }, (_, l) => normOf(spec, l));
  if (norms.some((norm) => norm !== "none" && norm !== "weight")) names.push("norm");
  if (residual === "none") return names;
  if (residual === "dense") return [...names, "concat", "skip", "interference"];
  if (residual !== "identity" || stochasticDepth > 0) names.push("scale");
  if (residual === "highway") names.push("gating");
  return [...names, "skip", "interference"];
}

/** The backward pass through a series of operations, with the norm after each. */
function back(stages: Stage[], from: Vector[]): { v: Vector[]; route: Route } {
  let v = from;
  const operations = stages.toReversed().map(({ factor, operation }) => {
    v = operation.adjoint(v);
    return { name: factor as string, norm: norm(v) };
  });
  return { v, route: { start: norm(from), operations } };
}

function backBlock(
  { block, layers, join, tail }: BlockTape,
  dense: boolean,
  deltas: Vector[][],
  distant: Vector[][],
  ledger: OracleLedger,
): void {
  const { first, last } = block;
  const behind = back(tail, deltas[last]);
  let routes: { name: string; u: Vector[] }[] = join?.routes(behind.v) ?? [];
  // the place at which the routes divide: behind the join or, without a join, the station itself
  let prefix: Route = join ? behind.route : { start: behind.route.start, operations: [] };
  let lead = join ? [] : behind.route.operations;
  let v = behind.v;
  for (let l = last; l >= first; l--) {
    const series = back(layers[l - first], v);
    const start = routeEnd(prefix);
    const branch = { start, operations: [...lead, ...series.route.operations] };
    v = series.v;
    if (l === first) {
      if (dense) {
        v = shareOut(v, l, distant);
        branch.operations.push({ name: "concat", norm: norm(v) });
        routes = [{ name: "skip", u: distant[l - 1] }];
      }
      deltas[l - 1] = v.map((row, b) => sum(row, ...routes.map(({ u }) => u[b])));
      const others = routes.map(({ name, u }): Route => ({ start, operations: [{ name, norm: norm(u) }] }));
      writeInterval(ledger, l - 1, prefix, [branch, ...others], norm(deltas[l - 1]));
    } else {
      deltas[l - 1] = v;
      writeInterval(ledger, l - 1, prefix, [branch], norm(v));
      prefix = { start: norm(v), operations: [] };
      lead = [];
    }
  }
}

/** Dense layer l's Wᵀ v `[B][Σ_{j<l} H_j]`: h_{l−1}'s part is returned, the others' added to `distant`. */
function shareOut(v: Vector[], l: number, distant: Vector[][]): Vector[] {
  let offset = 0;
  for (let j = 0; j < l - 1; j++) {
    const H = distant[j][0].length;
    const part = offset;
    distant[j] = distant[j].map((row, b) => sum(row, v[b].slice(part, part + H)));
    offset += H;
  }
  return v.map((row) => row.slice(offset));
}
