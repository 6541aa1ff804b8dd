import { EvanesceError } from "../../base/errors.ts";
import { random } from "../../base/random.ts";
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
  /** Held-out samples of every training, whatever its length; by default `heldOutSamples` of its updates. */
  readonly heldOut?: number;
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
/** Held-out samples that are drawn and measured at once; finite data may have fewer. */
const HELD_OUT = 256;
/** A training of so many updates earns a part of held-out samples, up to the most parts. */
const UPDATES_A_PART = 60;
const MOST_PARTS = 8;
/** Trainings shorter than this are those of large networks: judging them on 256 samples takes as long as training. */
const FEW_UPDATES = 10;
/** Updates between two pauses of a training. */
const PAUSE = 4;
/** Most numbers of the batches of a seed that are kept for the next network: 64 MiB. */
const MOST_KEPT = 2 ** 24;

/** Number of updates in each block of a curve. */
export const blockLength = (updates: number): number => Math.ceil(updates / BLOCKS);

/**
 * Number of held-out samples on which a training is judged. When a network classifies nearly every sample well, a few
 * samples make up its loss. Finalists of the tuned networks of `calibrate:remedies`, trained on three seeds: over the
 * seeds, ln loss had a standard deviation of 0.18 (teacher), 0.12 (circles), 0.65 (spirals) on 256 samples, and 0.11,
 * 0.06 and 0.48 on up to 2048. Samples cost time, so a short training, which is noisy anyway, gets fewer.
 */
export const heldOutSamples = (updates: number): number =>
  updates < FEW_UPDATES
    ? HELD_OUT / 4
    : HELD_OUT * Math.min(Math.max(Math.floor(updates / UPDATES_A_PART), 1), MOST_PARTS);

/** The batches of a seed: the same for every network. */
export interface RaceData {
  next(update: number): Batch;
  /** The first held-out batches that together have this many samples, or all if there are fewer. */
  validation(samples: number): readonly Batch[];
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
    if (this.#kept?.seed !== seed) this.#kept = { seed, data: yield* this.#data(seed) };
    return this.#kept.data;
  }

  *#data(seed: number): Generator<void, RaceData> {
    const { batch, oneBatch } = this.setup;
    if (oneBatch) return keeping(fixedSource(this.#sampler({ batch, seed })));
    if (this.#sampler.data !== undefined) {
      return keeping(yield* taskSourceInParts(this.#sampler, { batch, seed, test: 0 }));
    }
    const options = { batch, seed, validation: HELD_OUT, test: 0 };
    const seedOf = (part: number) => Math.floor(random(seed, `race/validation/${part}`).uniform() * 2 ** 53);
    const more = (part: number) => this.#sampler({ batch: HELD_OUT, seed: seedOf(part) });
    return keeping(yield* taskSourceInParts(this.#sampler, options), more);
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

/**
 * A source that draws its first batches only once.
 *
 * @param more draws a further part of the held-out samples; absent if there is no more than what the source holds out
 */
function keeping(source: DataSource, more?: (part: number) => Batch): RaceData {
  const kept: Batch[] = [];
  let numbers = 0;
  const held = [...(source.validation?.() ?? [source.next(1)])];
  return {
    validation: (samples) => {
      let count = 0;
      for (let found = 0; found < samples; count++) {
        if (count === held.length && more !== undefined) held.push(more(count));
        if (count === held.length) break;
        found += held[count].batch;
      }
      return held.slice(0, count);
    },
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
    for (const batch of data.validation(setup.heldOut ?? heldOutSamples(job.updates))) {
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
