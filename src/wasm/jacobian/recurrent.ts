import { hasDecoder } from "../../spec/decoder.ts";
import { pad4 } from "../panels.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { Arena, Engine } from "../engine.ts";
import { PlanBuilder } from "../plan.ts";
import type { RecurrentPass } from "../recurrent/pass.ts";
import type { Chain } from "./chain.ts";

/** The dilation d of a layer: its step k reads the state of step k − d. */
export const dilationOf = ({ dilation }: RecurrentSpec, layer: number): number =>
  typeof dilation === "number" ? dilation : dilation[layer];

/** The number of past steps whose values belong to the state of a layer. */
export const delaysOf = (spec: RecurrentSpec, layer: number): number =>
  Math.max(dilationOf(spec, layer), spec.timeSkip?.steps ?? 1) - 1;

/** The size of the state of a layer whose cell itself has a state of `own` numbers. */
export const stateSize = (spec: RecurrentSpec, layer: number, own: number): number => {
  const d = dilationOf(spec, layer);
  return own * d + spec.hidden * (delaysOf(spec, layer) + 1 - d);
};

/**
 * ∂s_k/∂s_{k−1} of one layer of a pass that holds one sample, s = h, or (h, c) if the cell has a cell state. The
 * Jacobian of an Elman cell is diag(φ'(a_k)) W_hh, and W is packed once. The Jacobian of any other cell is computed by
 * the cell's adjoint, eight rows at a time.
 *
 * With a skip over time, h_k = cell(x_k, s_{k−1}) + α h_{k−s}, the state also holds h of the s − 1 steps before, and A,
 * the cell's own Jacobian, is a part of a companion matrix:
 *
 *     (h_k, c_k)    A       αI at h_{k−s}       of (h_{k−1}, c_{k−1})
 *     h_{k−1}       I at h_{k−1}                   h_{k−2}
 *     …             I, one block to the left       …
 *     h_{k−s+1}                                    h_{k−s}
 *
 * and for s = 1 it is A + αI. A step of a layer with dilation d reads s_{k−d}: the state holds the last d states s,
 * newest first, and A acts on the oldest of them. If a skip reaches farther back, the state also holds only h of those
 * steps.
 */
export class StepJacobians {
  /** S, the size of the state. */
  readonly size: number;
  /** The size of the cell's own state: H or 2H. */
  readonly #own: number;
  /** The dilation d: how many states of the cell this state holds. */
  readonly #dilation: number;
  readonly #pass: RecurrentPass;
  readonly #arena: Arena;
  readonly #n: number;
  readonly #elman: boolean;

  /** @param n the layer's record: level · directions, + 1 for the reversed direction */
  constructor(engine: Engine, pass: RecurrentPass, n: number, limit: number) {
    const { spec, layers } = pass.geometry;
    const { cell, spec: own, H, carryRows } = layers[n];
    this.#pass = pass;
    this.#n = n;
    this.#own = H * (cell.direct === "cell" ? 2 : 1);
    this.size = stateSize(spec, layers[n].level, this.#own);
    this.#dilation = layers[n].dilation;
    const plain = cell.gated && cell.direct === "none" && cell.hiddenGates.length > 0 && own.norm === "none";
    this.#elman = plain && !hasDecoder(spec); // one W_hh for all steps
    const plan = new PlanBuilder();
    plan.add("panels", "working", [pad4(this.#own), pad4(this.#own)], "f64");
    plan.add("scratch", "working", [engine.core.stepScratch(carryRows) / 4]);
    this.#arena = engine.reserve(plan.done(), limit, "raise the memory limit, or lower hidden");
    if (!this.#elman) return;
    const weight = pass.arena.address(`weight_hh_${layers[n].suffix}`);
    this.#arena.core.packFloats(this.#panels, pad4(H), weight, H, H);
  }

  get #layer() {
    return this.#pass.geometry.layers[this.#n];
  }

  get #panels(): number {
    return this.#arena.address("panels");
  }

  /** Prepares `apply` for step k of `chunk`, in the layer's own order of time. The chunk's states must be stored. */
  prepare(chunk: number, k: number): void {
    if (!this.#elman) this.#fill(chunk, k);
  }

  /** chain.a ← J_k chain.q. */
  apply(chain: Chain, chunk: number, k: number): void {
    const { core } = this.#arena;
    const S4 = pad4(this.#own);
    const followed = chain.q + 8 * this.#placeOf(this.#dilation);
    core.tangentProduct(chain.a, followed, chain.lead, chain.live, this.#panels, S4, this.#own, S4);
    if (this.#elman) core.stepGate(this.#pass.address, this.#n, chunk, k, chain.a, chain.lead, chain.live);
    const { timeSkip } = this.#pass.geometry.spec;
    const { H: hidden } = this.#layer;
    if (timeSkip !== undefined) {
      const skipped = chain.q + 8 * this.#placeOf(timeSkip.steps);
      core.tangentAdd(chain.a, skipped, chain.lead, chain.live, timeSkip.scale, hidden);
    }
    if (this.size > this.#own) this.#age(chain);
  }

  /** The place of h_{k−s} in the state before step k. */
  #placeOf(s: number): number {
    const whole = Math.min(s - 1, this.#dilation);
    return whole * this.#own + (s - 1 - whole) * this.#layer.H;
  }

  /** Moves the state one step into the past; only h stays of the oldest whole step. */
  #age({ a, q, lead, live }: Chain): void {
    const { H } = this.#layer;
    const [own, whole] = [this.#own, this.#own * this.#dilation];
    const columns = new Float64Array(this.#arena.core.memory.buffer);
    for (let j = 0; j < live; j++) {
      const [to, from] = [a / 8 + j * lead, q / 8 + j * lead];
      columns.copyWithin(to + own, from, from + whole - own);
      if (this.size === whole) continue;
      columns.copyWithin(to + whole, from + whole - own, from + whole - own + H);
      columns.copyWithin(to + whole + H, from + whole, from + this.size - H);
    }
  }

  /**
   * A_k, the square Jacobian of the cell itself, by its adjoint. For an Elman cell it overwrites data that `apply`
   * needs, so call it for inspection only, not together with a chain.
   */
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
