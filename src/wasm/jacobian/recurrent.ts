import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { Arena, Engine } from "../engine.ts";
import { PlanBuilder } from "../plan.ts";
import { LAYER } from "../records.ts";
import type { RecurrentPass } from "../recurrent/pass.ts";
import type { Chain } from "./chain.ts";

const pad4 = (n: number) => Math.ceil(n / 4) * 4;

/** Steps before the last whose h belongs to the state. */
export const delaysOf = ({ timeSkip }: RecurrentSpec): number => (timeSkip === undefined ? 0 : timeSkip.steps - 1);

/**
 * ∂s_k/∂s_{k−1} of one layer of a pass that holds one sample, s = h, or (h, c) where the cell has a cell state. An Elman cell's is
 * diag(φ'(a_k)) W_hh, W packed once; any other's is read off the cell's own adjoint, eight rows at a time.
 *
 * With a skip over time, h_k = cell(x_k, s_{k−1}) + α h_{k−s}, the state also holds h of the s − 1 steps before, and A, the cell's own Jacobian,
 * stands in a companion matrix:
 *
 *     (h_k, c_k)    A       αI at h_{k−s}       of (h_{k−1}, c_{k−1})
 *     h_{k−1}       I at h_{k−1}                   h_{k−2}
 *     …             I, one block to the left       …
 *     h_{k−s+1}                                    h_{k−s}
 *
 * and for s = 1 it is A + αI.
 */
export class StepJacobians {
  /** S, the size of the state. */
  readonly size: number;
  /** Of it, what the cell itself hands on: H or 2H. */
  readonly #own: number;
  /** Steps between the two states: s of a dilated layer. */
  readonly dilation: number;
  readonly #pass: RecurrentPass;
  readonly #arena: Arena;
  readonly #n: number;
  readonly #elman: boolean;

  /** @param n the layer's record: level · directions, + 1 for the reversed direction */
  constructor(engine: Engine, pass: RecurrentPass, n: number, limit: number) {
    const { cell, spec, H, carryRows, layers } = pass.geometry;
    this.#pass = pass;
    this.#n = n;
    this.#own = H * (cell.direct === "cell" ? 2 : 1);
    this.size = this.#own + H * delaysOf(spec);
    this.dilation = pass.arena.i32("layers")[n * LAYER.length + LAYER.indexOf("dilation")];
    this.#elman = cell.kind === 0;
    const plan = new PlanBuilder();
    plan.add("panels", [pad4(this.#own), pad4(this.#own)], "f64");
    plan.add("scratch", [engine.core.stepScratch(carryRows) / 4]);
    this.#arena = engine.reserve(plan.done(), limit, "raise the memory limit, or lower hidden");
    if (!this.#elman) return;
    const weight = pass.arena.address(`weight_hh_${layers[n].suffix}`);
    this.#arena.core.packFloats(this.#panels, pad4(H), weight, H, H);
  }

  get #panels(): number {
    return this.#arena.address("panels");
  }

  /** Makes `apply` ready for step k of `chunk`, in the layer's own time. The chunk's states must be stored. */
  prepare(chunk: number, k: number): void {
    if (!this.#elman) this.#fill(chunk, k);
  }

  /** chain.a ← J_k chain.q. */
  apply(chain: Chain, chunk: number, k: number): void {
    const { core } = this.#arena;
    const S4 = pad4(this.#own);
    core.tangentProduct(chain.a, chain.q, chain.lead, chain.live, this.#panels, S4, this.#own, S4);
    if (this.#elman) core.stepGate(this.#pass.address, this.#n, chunk, k, chain.a, chain.lead, chain.live);
    this.#skip(chain);
  }

  /** What a skip over time adds: α h_{k−s} to h_k, and the h's, each a step older. */
  #skip({ a, q, lead, live }: Chain): void {
    const { spec, H } = this.#pass.geometry;
    if (spec.timeSkip === undefined) return;
    const { core } = this.#arena;
    const oldest = this.size === this.#own ? 0 : this.size - H;
    core.tangentAdd(a, q + 8 * oldest, lead, live, spec.timeSkip.scale, H);
    if (oldest === 0) return;
    const columns = new Float64Array(core.memory.buffer);
    for (let j = 0; j < live; j++) {
      const [to, from] = [a / 8 + j * lead, q / 8 + j * lead];
      columns.copyWithin(to + this.#own, from, from + H);
      columns.copyWithin(to + this.#own + H, from + this.#own, from + oldest);
    }
  }

  /** A_k itself, the cell's own, square, by its adjoint. Uses up what an Elman cell's `apply` needs: for inspection, not beside a chain. */
  matrix(chunk: number, k: number): Float64Array {
    this.#fill(chunk, k);
    const S = this.#own;
    const panels = this.#arena.f64("panels");
    return Float64Array.from({ length: S * S }, (_, at) => {
      const i = Math.floor(at / S);
      return panels[((i >> 2) * pad4(S) + (at % S)) * 4 + (i & 3)];
    });
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #fill(chunk: number, k: number): void {
    const scratch = this.#arena.address("scratch");
    this.#arena.core.stepJacobian(this.#pass.address, this.#n, chunk, k, this.#panels, pad4(this.#own), scratch);
  }
}
