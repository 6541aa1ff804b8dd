import { EvanesceError } from "../../base/errors.ts";
import { createNetwork, type Network } from "../../network/create.ts";
import { sizesFrom } from "../../network/fitting.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { type Batch, prepareTask, type Sampler } from "../../tasks/index.ts";
import { createTrainer, type DataSource, fixedSource, taskSourceInParts } from "../../training/index.ts";
import { lossOf } from "../../training/short-training.ts";
import { lastSteps } from "../alterations.ts";
import { setFixedWeights } from "../fixed-weights.ts";
import type { PassSetup } from "../passes/bench.ts";
import type { RaceOptimizer, RaceSchedule } from "./types.ts";

/*
 * One training of a race. It depends only on its job and on the setup of the race, not on the thread that runs it.
 */

/** The data that all trainings of a race share. Plain data, sent to each worker once. */
export interface RaceSetup extends PassSetup {
  readonly optimizer: RaceOptimizer;
  /** How the learning rate changes during a training. */
  readonly schedule: RaceSchedule;
  readonly oneBatch: boolean;
}

/** One training. */
export interface RaceJob {
  readonly spec: NetworkSpec;
  /** Number of last steps of every sequence that it sees; null for all. */
  readonly steps: number | null;
  readonly learningRate: number;
  readonly seed: number;
  readonly updates: number;
}

/** The result of a training. */
export type RaceRun =
  | {
      /** Mean loss on the held-out samples; null if training diverged. */
      readonly loss: number | null;
      /** Training loss: the mean of each block of updates. Shorter if training diverged. */
      readonly curve: readonly number[];
    }
  | { readonly failed: string };

/** Number of points of a curve. */
const BLOCKS = 60;
/** Number of held-out samples; finite data may have fewer. */
export const VALIDATION = 256;
/** Updates between two pauses of a training. */
const PAUSE = 4;
/** Most numbers of the batches of a seed that are kept for the next network: 64 MiB. */
const MOST_KEPT = 2 ** 24;

/** Number of updates in each block of a curve. */
export const blockLength = (updates: number): number => Math.ceil(updates / BLOCKS);

/** The batches of a seed: the same for every network. */
export interface RaceData {
  next(update: number): Batch;
  readonly validation: readonly Batch[];
}

/**
 * Whether the networks memorize a single batch, because the labels carry no information (Zhang et al. 2017) or because
 * there are too few data to hold some out.
 */
export function* isOneBatch(setup: Omit<RaceSetup, "oneBatch">, seed: number): Generator<void, boolean> {
  const sampler = prepareTask(setup.task, setup.network.kind);
  if (sampler.outline({ batch: 1, seed }).name === "gaussian") return true;
  if (sampler.data === undefined) return false;
  try {
    const source = yield* taskSourceInParts(sampler, { batch: setup.batch, seed, test: 0 });
    return source.validation === undefined;
  } catch (error) {
    if (error instanceof EvanesceError) return true;
    throw error;
  }
}

/** A setup with its prepared task. It keeps the batches of the last seed. */
export class RaceTrack {
  readonly setup: RaceSetup;
  readonly #sampler: Sampler;
  #kept: { readonly seed: number; readonly data: RaceData } | undefined;

  constructor(setup: RaceSetup) {
    this.setup = setup;
    this.#sampler = prepareTask(setup.task, setup.network.kind);
  }

  /** @throws EvanesceError if a finite task has too few examples to hold any out */
  *data(seed: number): Generator<void, RaceData> {
    if (this.#kept?.seed !== seed) this.#kept = { seed, data: keeping(yield* this.#source(seed)) };
    return this.#kept.data;
  }

  *#source(seed: number): Generator<void, DataSource> {
    const { batch, oneBatch } = this.setup;
    if (oneBatch) return fixedSource(this.#sampler({ batch, seed }));
    const endless = this.#sampler.data === undefined;
    return yield* taskSourceInParts(this.#sampler, {
      batch,
      seed,
      ...(endless ? { validation: VALIDATION, test: 0 } : { test: 0 }),
    });
  }

  /** Runs one training, with pauses. If the network cannot be trained, that is a result too. */
  *run(job: RaceJob): Generator<void, RaceRun> {
    try {
      return yield* trained(this.setup, job, yield* this.data(job.seed));
    } catch (error) {
      if (error instanceof EvanesceError) return { failed: error.message };
      throw error;
    }
  }
}

/** A source that draws its first batches only once. */
function keeping(source: DataSource): RaceData {
  const kept: Batch[] = [];
  let numbers = 0;
  const held = source.validation?.() ?? [source.next(1)];
  return {
    validation: held.slice(0, 1),
    next: (update) => {
      const known = kept[update - 1];
      if (known !== undefined) return known;
      const batch = source.next(update);
      numbers += batch.inputs.length;
      if (numbers <= MOST_KEPT && kept.length === update - 1) kept.push(batch);
      return batch;
    },
  };
}

function* trained(setup: RaceSetup, job: RaceJob, data: RaceData): Generator<undefined, RaceRun> {
  const seen = (batch: Batch) => (job.steps === null ? batch : lastSteps(batch, job.steps));
  const network = networkOf(setup, job, data.next(1));
  const curve: number[] = [];
  try {
    const trainer = createTrainer(network, {
      optimizer: { name: setup.optimizer, learningRate: job.learningRate },
      schedule: setup.schedule,
      steps: job.updates,
      measure: false,
    });
    try {
      const block = blockLength(job.updates);
      let sum = 0;
      for (let update = 1; update <= job.updates; update++) {
        const { loss, outcome } = trainer.step(seen(data.next(update)));
        if (outcome === "nonfinite") return { loss: null, curve };
        sum += loss;
        if (update % block === 0) {
          curve.push(sum / block);
          sum = 0;
        }
        if (update % PAUSE === 0) yield undefined;
      }
    } finally {
      trainer.dispose();
    }
    let [sum, samples] = [0, 0];
    for (const batch of data.validation) {
      sum += batch.batch * lossOf(network, seen(batch));
      samples += batch.batch;
      yield undefined;
    }
    const loss = sum / samples;
    return { loss: Number.isFinite(loss) ? loss : null, curve };
  } finally {
    network.dispose();
  }
}

function networkOf(setup: RaceSetup, { spec, seed }: RaceJob, batch: Batch): Network {
  const { fixedWeights, bare, memoryLimit } = setup;
  const sizes = sizesFrom(batch);
  const network = createNetwork(spec, { seed, ...sizes, ...(bare ? { outputs: null } : {}), memoryLimit });
  try {
    if (fixedWeights !== undefined) setFixedWeights(network, fixedWeights, false);
  } catch (error) {
    network.dispose();
    throw error;
  }
  return network;
}
