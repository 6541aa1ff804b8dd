import { createNetwork, type Network } from "../../network/create.ts";
import { sizesFrom } from "../../network/fitting.ts";
import type { TaskRecord } from "../../flow/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { isRecurrentWeight, scalesHidden } from "../../spec/parameter-groups.ts";
import type { NetworkSizes } from "../../spec/parameters.ts";
import { type Batch, prepareTask, type Sampler, type TaskInput } from "../../tasks/index.ts";
import { copyParameters, lastSteps } from "../alterations.ts";
import { type FixedWeights, setFixedWeights } from "../fixed-weights.ts";
import { alteredBy, KNOCK_OUTS } from "../knockouts.ts";
import { type Measured, measured, type Sample } from "../measure.ts";

/*
 * The passes that a prescription compares. A pass depends only on its job and on what all of them share, not on the
 * thread that runs it.
 */

/** The data that all passes share. Plain data, sent to each worker once. */
export interface PassSetup {
  readonly network: NetworkSpec;
  readonly task: TaskInput;
  readonly batch: number;
  readonly fixedWeights: FixedWeights | undefined;
  /** Whether the networks have no readout. */
  readonly bare: boolean;
  readonly memoryLimit: number | undefined;
}

/** One pass. */
export type PassJob =
  | {
      readonly kind: "network";
      /** Left out for the network as it is. */
      readonly spec?: NetworkSpec;
      readonly seed: number;
      /** Number of last steps of every sequence that it sees; null for all. */
      readonly steps: number | null;
      /** Whether causes are needed. */
      readonly ledger: boolean;
    }
  /** The network without one factor: a row of `KNOCK_OUTS` by its name. */
  | { readonly kind: "knock-out"; readonly name: string; readonly seed: number }
  /** The network with its hidden or recurrent weights multiplied by a factor. */
  | { readonly kind: "gain"; readonly factor: number; readonly seed: number };

/** The result of a pass. */
export interface PassResult extends Pick<Measured, "diagnosis" | "gain"> {
  readonly task: TaskRecord;
  readonly stations: number;
}

/** A network whose weights a search rescales. */
interface Rescalable {
  readonly network: Network;
  rescale(factor: number): void;
}

/** The batches and networks of a prescription, and its passes. */
export class PassBench {
  readonly setup: PassSetup;
  readonly draw: Sampler;
  /** The networks of a search by their seeds: they are drawn once and then rescaled. */
  readonly #searched = new Map<number, Rescalable>();

  constructor(setup: PassSetup) {
    this.setup = setup;
    this.draw = prepareTask(setup.task, setup.network.kind);
  }

  /** The batch of a seed. It is drawn each time and has the same bits. */
  sample(seed: number): Sample {
    return { seed, batch: this.draw({ batch: this.setup.batch, seed }) };
  }

  /** X and Y of the networks. */
  sizes(batch: Batch): NetworkSizes {
    const sizes = sizesFrom(batch);
    return this.setup.bare ? { ...sizes, outputs: null } : sizes;
  }

  /** The network of a spec for one seed and batch, with drawn parameters. The caller disposes of it. */
  drawn(spec: NetworkSpec, { seed, batch }: Sample): Network {
    return createNetwork(spec, { seed, ...this.sizes(batch), memoryLimit: this.setup.memoryLimit });
  }

  /** `drawn` with the caller's parameters, if there are any. */
  network(spec: NetworkSpec, sample: Sample): Network {
    const { fixedWeights, network: own } = this.setup;
    const network = this.drawn(spec, sample);
    try {
      if (fixedWeights !== undefined) setFixedWeights(network, fixedWeights, spec === own);
    } catch (error) {
      network.dispose();
      throw error;
    }
    return network;
  }

  /** Runs one pass, with pauses. */
  *run(job: PassJob): Generator<undefined, PassResult> {
    if (job.kind !== "gain") this.dispose();
    const { flow, diagnosis, gain } = yield* this.#measure(job);
    return { diagnosis, gain, task: flow.task, stations: flow.lnGradientNorm.length };
  }

  #measure(job: PassJob): Generator<undefined, Measured> {
    const sample = this.sample(job.seed);
    switch (job.kind) {
      case "network":
        return this.#pass(job.spec ?? this.setup.network, sample, job);
      case "knock-out":
        return this.#knockOut(job.name, sample);
      case "gain":
        return this.#rescaled(job.factor, sample);
    }
  }

  *#pass(
    spec: NetworkSpec,
    sample: Sample,
    { steps, ledger }: { readonly steps: number | null; readonly ledger: boolean },
  ): Generator<undefined, Measured> {
    const network = this.network(spec, sample);
    try {
      return yield* measured(network, steps === null ? sample.batch : lastSteps(sample.batch, steps), ledger);
    } finally {
      network.dispose();
    }
  }

  *#knockOut(name: string, sample: Sample): Generator<undefined, Measured> {
    const { network: spec } = this.setup;
    const altered = alteredBy(KNOCK_OUTS.find((row) => row.name === name)!, spec, sample.batch)!;
    const own = this.network(spec, sample);
    const without = this.drawn(altered.spec, sample);
    try {
      // LSUV sets the weights in a pass
      if (spec.kind === "feedforward" && spec.init.lsuv) yield* measured(own, sample.batch, false);
      copyParameters(own, without, altered);
      own.dispose();
      return yield* measured(without, altered.batch ?? sample.batch, false);
    } finally {
      own.dispose();
      without.dispose();
    }
  }

  *#rescaled(factor: number, sample: Sample): Generator<undefined, Measured> {
    const kept = this.#searched.get(sample.seed) ?? rescalable(this.network(this.setup.network, sample));
    this.#searched.set(sample.seed, kept);
    kept.rescale(factor);
    return yield* measured(kept.network, sample.batch, false);
  }

  /** Frees the networks of a search. */
  dispose(): void {
    for (const { network } of this.#searched.values()) network.dispose();
    this.#searched.clear();
  }
}

/**
 * A network whose hidden or recurrent weights can be set to a factor times their present values, as `scaledBy` does in
 * the spec.
 */
function rescalable(network: Network): Rescalable {
  const { parameters } = network;
  const weights = network.training.table
    .filter((parameter) => isRecurrentWeight(parameter) || scalesHidden(parameter))
    .map(({ name }) => ({ name, values: parameters.get(name) }));
  return {
    network,
    rescale: (factor) => {
      for (const { name, values } of weights) {
        parameters.set(
          name,
          values.map((value) => factor * value),
        );
      }
    },
  };
}
