import { createNetwork, type Network } from "../../../../src/network/create.ts";
import { sizesFrom } from "../../../../src/network/fitting.ts";
import { parseSpec } from "../../../../src/spec/index.ts";
import { initialize } from "../../../../src/spec/initialization/index.ts";
import type { NetworkSpec } from "../../../../src/spec/index.ts";
import type { Batch } from "../../../../src/tasks/index.ts";
import { diagnose } from "../../../../src/diagnosis/index.ts";
import { type Experiment, type Measured, type Own, PASS, samplerOf, setByHand } from "./experiment.ts";
import { rememberedDraws } from "./remembered-draws.ts";

/** A network whose initial values can be drawn again, and the source of its next values. */
interface Kept {
  readonly key: string;
  readonly network: Network;
  readonly draws: ReturnType<typeof rememberedDraws>;
}

/**
 * Measures one experiment after another with the bits of `measureOnce`. It keeps everything that the next experiment
 * has in common with the last: the batch, the network with its memory, and the random numbers of its initial weights.
 * So a change of the gain or of a bias costs only a pass.
 */
export class Workbench {
  #kept: Kept | null = null;
  #batch: { readonly key: string; readonly data: Uint8Array | undefined; readonly batch: Batch } | null = null;

  /** @throws EvanesceError that names the field that breaks a rule */
  measure(experiment: Experiment, own: Own = {}): Measured {
    const batch = this.#batchOf(experiment, own.data);
    const spec = parseSpec(experiment.network);
    const { network, draws } = this.#networkFor(spec, batch, experiment.seed);
    if (!needsItsOwn(spec)) {
      const values = initialize(spec, network.sizes, experiment.seed, draws);
      for (const [name, value] of values) network.parameters.set(name, value);
    }
    setByHand(network, experiment.edits, own.weights);
    const flow = { ...network.propagate(batch, PASS), spec }; // the kept network's spec may have another initialization
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
      this.#kept = null; // in case the next line throws
      this.#kept = { key, network: createNetwork(spec, { seed, ...sizes }), draws: rememberedDraws() };
    }
    return this.#kept;
  }
}

/** Whether the network cannot be kept: LSUV rescales the initial values only at a network's first pass. */
const needsItsOwn = (spec: NetworkSpec): boolean => spec.kind === "feedforward" && spec.init.lsuv;
