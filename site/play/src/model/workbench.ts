import { createNetwork, type Network } from "../../../../src/network/create.ts";
import { sizesFrom } from "../../../../src/network/fitting.ts";
import { parseSpec } from "../../../../src/spec/index.ts";
import { initialize } from "../../../../src/spec/initialization/index.ts";
import type { NetworkSpec } from "../../../../src/spec/index.ts";
import type { Batch } from "../../../../src/tasks/index.ts";
import { diagnose } from "../../../../src/diagnosis/index.ts";
import { type Experiment, type Measured, type Own, PASS, samplerOf, setByHand } from "./experiment.ts";
import { rememberedDraws } from "./remembered-draws.ts";

/** A network whose first values may be set anew, and what its next ones are drawn from. */
interface Kept {
  readonly key: string;
  readonly network: Network;
  readonly draws: ReturnType<typeof rememberedDraws>;
}

/**
 * Measures one experiment after another, as `measureOnce` does and with the same bits, and keeps what the next one has in
 * common with the last: the batch, the network with its memory, and the draws of its first weights. A slider that moves
 * the gain or a bias then costs a pass and nothing else.
 */
export class Workbench {
  #kept: Kept | null = null;
  #batch: { readonly key: string; readonly data: Uint8Array | undefined; readonly batch: Batch } | null = null;

  /** @throws EvanesceError naming the field that breaks a rule */
  measure(experiment: Experiment, own: Own = {}): Measured {
    const batch = this.#batchOf(experiment, own.data);
    const spec = parseSpec(experiment.network);
    const { network, draws } = this.#networkFor(spec, batch, experiment.seed);
    if (!needsItsOwn(spec)) {
      const values = initialize(spec, network.sizes, experiment.seed, draws);
      for (const [name, value] of values) network.parameters.set(name, value);
    }
    setByHand(network, experiment.edits, own.weights);
    const flow = { ...network.propagate(batch, PASS), spec }; // the kept network's spec has other first weights
    return { flow, diagnosis: diagnose(flow) };
  }

  /** Gives the memory back. */
  clear(): void {
    this.#kept?.network.dispose();
    this.#kept = null;
    this.#batch = null;
  }

  #batchOf(experiment: Experiment, data: Uint8Array | undefined): Batch {
    const { task, network, batch: B, seed, edits } = experiment;
    const key = JSON.stringify([task, network.kind, B, seed, edits]);
    if (this.#batch?.key !== key || this.#batch.data !== data) {
      this.#batch = { key, data, batch: samplerOf(experiment, data)({ batch: B, seed }) };
    }
    return this.#batch.batch;
  }

  #networkFor(spec: NetworkSpec, batch: Batch, seed: number): Kept {
    const sizes = sizesFrom(batch);
    const key = JSON.stringify([{ ...spec, init: needsItsOwn(spec) ? spec.init : null }, sizes, seed]);
    if (this.#kept?.key !== key || needsItsOwn(spec)) {
      this.#kept?.network.dispose();
      this.#kept = null; // where the next line throws
      this.#kept = { key, network: createNetwork(spec, { seed, ...sizes }), draws: rememberedDraws() };
    }
    return this.#kept;
  }
}

/** LSUV rescales the first values at the first pass of a network, and at no other. */
const needsItsOwn = (spec: NetworkSpec): boolean => spec.kind === "feedforward" && spec.init.lsuv;
