import type { Arena, Engine } from "../engine.ts";
import { PlanBuilder } from "../plan.ts";
import { LAYER } from "../records.ts";
import type { RecurrentPass } from "../recurrent/pass.ts";
import type { Chain } from "./chain.ts";

const pad4 = (n: number) => Math.ceil(n / 4) * 4;

/**
 * ∂s_k/∂s_{k−1} of one layer of a pass that holds one sample, s = h, or (h, c) where the cell has a cell state. An Elman cell's is
 * diag(φ'(a_k)) W_hh, W packed once; any other's is read off the cell's own adjoint, eight rows at a time.
 */
export class StepJacobians {
  /** S, the size of the state. */
  readonly size: number;
  /** Steps between the two states: s of a dilated layer. */
  readonly dilation: number;
  readonly #pass: RecurrentPass;
  readonly #arena: Arena;
  readonly #n: number;
  readonly #elman: boolean;

  /** @param n the layer's record: level · directions, + 1 for the reversed direction */
  constructor(engine: Engine, pass: RecurrentPass, n: number, limit: number) {
    const { cell, H, carryRows, layers } = pass.geometry;
    this.#pass = pass;
    this.#n = n;
    this.size = H * (cell.direct === "cell" ? 2 : 1);
    this.dilation = pass.arena.i32("layers")[n * LAYER.length + LAYER.indexOf("dilation")];
    this.#elman = cell.kind === 0;
    const plan = new PlanBuilder();
    plan.add("panels", [pad4(this.size), pad4(this.size)], "f64");
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
    const S4 = pad4(this.size);
    core.tangentProduct(chain.a, chain.q, chain.lead, chain.live, this.#panels, S4, this.size, S4);
    if (this.#elman) core.stepGate(this.#pass.address, this.#n, chunk, k, chain.a, chain.lead, chain.live);
  }

  /** J_k itself, `[S, S]`, by the cell's adjoint. Uses up what an Elman cell's `apply` needs: for inspection, not beside a chain. */
  matrix(chunk: number, k: number): Float64Array {
    this.#fill(chunk, k);
    const { size: S } = this;
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
    this.#arena.core.stepJacobian(this.#pass.address, this.#n, chunk, k, this.#panels, pad4(this.size), scratch);
  }
}
