/**
 * How a block's branch F and its input h meet:
 *
 * | residual            | sum                                                                        |
 * |---------------------|----------------------------------------------------------------------------|
 * | identity            | h + m F                                                                    |
 * | scaled              | h + m F/√K, K the number of blocks that have a skip path                   |
 * | fixup, skipinit     | h + m α_k F, α_k = `residuals.{k}.weight` `[1]`                            |
 * | highway             | g ⊙ m F + (1 − g) ⊙ h, g = σ(W_g h + b_g) of `gates.{k}`, h the block's input |
 *
 * m is stochastic depth's factor, 1 without it. fixup and skipinit differ in initialization only (α = 1 and 0).
 * Sources: He 2016; Zhang 2019 (Fixup); De and Smith 2020; Bachlechner 2020 (ReZero); Srivastava 2015; Huang 2016.
 */
import type { ResidualName } from "../../src/catalogue/index.ts";
import { sigmoid, sigmoidDerivative } from "./activations.ts";
import type { Block } from "./blocks.ts";
import { product, scaled, sum } from "./linear.ts";
import { type Learned, linear, type Operation } from "./operations.ts";
import { named, type Vector } from "./tensor.ts";

export interface Join {
  /** The term that F adds to the sum, of which the ledger's entry is `scale`; null if it is F itself. */
  readonly scale: Operation | null;
  readonly output: Vector[]; // the sum [B][H]
  /** Gives the gradient that each route besides the branch passes to the block's input, from ∂L/∂sum. */
  readonly routes: (v: Vector[]) => { readonly name: "skip" | "gating"; readonly u: Vector[] }[];
}

/**
 * @param h the block's input `[B][H]`
 * @param F the branch's output `[B][H]`
 * @param K the number of blocks that have a skip path
 * @param m stochastic depth's factor of the branch, undefined without stochastic depth
 */
export function join(
  learned: Learned,
  residual: ResidualName,
  { index: k }: Block,
  h: Vector[],
  F: Vector[],
  K: number,
  m: number | undefined,
): Join {
  if (residual === "highway") return highway(learned, `gates.${k}`, h, F, m ?? 1);
  const scale = branchScale(learned, residual, `residuals.${k}.weight`, F, K, m);
  const term = scale?.output ?? F;
  return {
    scale,
    output: h.map((row, b) => sum(row, term[b])),
    routes: (v) => [{ name: "skip", u: v }],
  };
}

function branchScale(
  { values, gradients }: Learned,
  residual: ResidualName,
  name: string,
  F: Vector[],
  K: number,
  m: number | undefined,
): Operation | null {
  if (residual === "identity" && m === undefined) return null;
  const learns = residual === "fixup" || residual === "skipinit";
  const alpha = learns ? named(values, name).data[0] : residual === "scaled" ? 1 / Math.sqrt(K) : 1;
  const keep = m ?? 1;
  return {
    output: F.map((row) => scaled(row, alpha * keep)),
    adjoint(v) {
      if (learns) {
        // ∂α = m Σ_b F · v
        const dot = F.map((row, b) => product(row, v[b]).reduce((total, value) => total + value, 0));
        gradients[name].data[0] += keep * dot.reduce((total, value) => total + value, 0);
      }
      return v.map((row) => scaled(row, alpha * keep));
    },
  };
}

/** ∂F = m g ⊙ v;  ∂h = (1 − g) ⊙ v + W_gᵀ ∂a_g,  ∂a_g = σ'(a_g) ⊙ (m F − h) ⊙ v. */
function highway(learned: Learned, name: string, h: Vector[], F: Vector[], m: number): Join {
  const gate = linear(learned, name, h);
  const a = gate.output; // a_g [B][H]
  const g = a.map((row) => row.map(sigmoid));
  const rest = a.map((row) => row.map((value) => sigmoid(-value))); // 1 − g without cancellation
  const term = F.map((row, b) => scaled(product(g[b], row), m));
  return {
    scale: { output: term, adjoint: (v) => v.map((row, b) => scaled(product(g[b], row), m)) },
    output: term.map((row, b) => sum(row, product(rest[b], h[b]))),
    routes(v) {
      const da = v.map((row, b) => {
        const difference = F[b].map((value, i) => m * value - h[b][i]);
        return product(product(a[b].map(sigmoidDerivative), difference), row);
      });
      return [
        { name: "skip", u: v.map((row, b) => product(rest[b], row)) },
        { name: "gating", u: gate.adjoint(da) },
      ];
    },
  };
}
