import { onThisThread, type Runner } from "../parallel/runner.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/index.ts";
import { createTrainer } from "../training/index.ts";
import { PassBench, type PassSetup } from "./passes/bench.ts";

/*
 * One training of the verification. It depends only on its job and on the setup of all trainings, not on the thread
 * that runs it.
 */

/** The data that all trainings share. Plain data, sent to each worker once. */
export interface VerifySetup extends PassSetup {
  /** Whether every update sees the same batch: labels without information can only be memorized (Zhang et al. 2017). */
  readonly oneBatch: boolean;
}

/** One training. */
export interface VerifyJob {
  readonly spec: NetworkSpec;
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  readonly seed: number;
  readonly updates: number;
}

/** Trains networks; the result is the mean loss of the last tenth of the updates, null if the training diverged. */
export type VerifyRunner = Runner<VerifyJob, number | null>;

/** Trains on this thread, one network at a time. */
export function verifyInThread(setup: VerifySetup, signal: AbortSignal | undefined): VerifyRunner {
  const bench = new PassBench(setup);
  return onThisThread((job) => trainOnce(bench, setup.oneBatch, job), signal);
}

/** Runs one training, with a pause after each update. @throws EvanesceError if there is not enough memory */
export function* trainOnce(
  bench: PassBench,
  oneBatch: boolean,
  { spec, optimizer, learningRate, seed, updates }: VerifyJob,
): Generator<undefined, number | null> {
  const own = bench.sample(seed);
  const network = bench.network(spec, own);
  const trainer = createTrainer(network, { optimizer: { name: optimizer, learningRate }, measure: false });
  const counted = Math.max(1, Math.floor(updates / 10));
  let sum = 0;
  try {
    for (let update = 0; update < updates; update++) {
      const { loss, outcome } = trainer.step(oneBatch ? own.batch : freshBatch(bench, seed, update));
      if (outcome === "nonfinite") return null;
      if (update >= updates - counted) sum += loss / counted;
      yield undefined;
    }
  } finally {
    trainer.dispose();
    network.dispose();
  }
  return sum;
}

/** The batch of an update, the same for every network. Its seeds are used by no measurement. */
const freshBatch = (bench: PassBench, seed: number, update: number): Batch =>
  bench.sample(((seed % 2 ** 31) + 1) * 2 ** 20 + update).batch;
