import { type Run, startRun } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import { optionsOf, remedyFor } from "../diagnosis/advice/index.ts";
import type { BlockCost, Learner, TaskCost } from "../diagnosis/cost.ts";
import { createNetwork, type Network, type NetworkOptions } from "../network/create.ts";
import { type NetworkInput, parseSpec, type RecurrentSpec, withPatch } from "../spec/index.ts";
import { type Batch, prepareTask, type TaskInput } from "../tasks/index.ts";
import type { OptimizerInput } from "../catalogue/optimizers/index.ts";
import { lossOf, type Source, trainNetwork, trivialLoss, learnedShare } from "./short-training.ts";
import { random } from "../base/random.ts";

/** What `taskCost` is asked. */
export interface TaskCostOptions {
  /** A recurrent network. */
  readonly network: NetworkInput;
  /** Default `adding`; with a loss at the last step. */
  readonly task?: TaskInput | undefined;
  /** Samples of an update; default 32. */
  readonly batch?: number | undefined;
  /** Updates of each training; default 1000. */
  readonly updates?: number | undefined;
  /** Default Adam at 3e-3; the gradient's norm is clipped at 1. */
  readonly optimizer?: OptimizerInput | undefined;
  readonly seed?: number | undefined;
  readonly engine?: NetworkOptions["engine"];
  readonly signal?: AbortSignal | undefined;
}

const KEYS = ["network", "task", "batch", "updates", "optimizer", "seed", "engine", "signal"];
/** Held-out samples among which steps are shuffled. */
const TEST_BATCH = 512;
/** Blocks of steps that are shuffled, at most. */
const MOST_BLOCKS = 32;
/** The part of what shuffling costs that the steps needed have to hold. */
const HELD = 0.95;
/** A network learned something where it took off this share of the trivial loss. */
const LEARNED = 0.1;
/** A network learns as much as the reference where it learned this share of what that did. */
const AS_MUCH = 0.95;

/** Told the share of the updates done. */
export interface TaskCostEvent {
  readonly kind: "progress";
  readonly share: number;
}

/**
 * Measures what a fading gradient costs on a task. The network and its reference (itself, changed as advice for a
 * vanishing gradient says) are trained on the same batches. Then the inputs of one block of steps after another are
 * exchanged between held-out samples: the loss rises where the network used them.
 *
 * @throws EvanesceError for a network that is not recurrent, or a task with a loss at every step
 */
export function taskCost(options: TaskCostOptions): Run<TaskCostEvent, TaskCost> {
  requireObject("taskCost", options, 'start from { network: { kind: "recurrent" } }');
  requireKnown("taskCost", options, KEYS);
  const spec = parseSpec(options.network);
  if (spec.kind !== "recurrent") {
    throw new EvanesceError("taskCost.network", "a recurrent network", spec.kind, "fading over time is what is priced");
  }
  const { updates = 1000, batch = 32, seed = 0 } = options;
  for (const [name, value] of Object.entries({ updates, batch })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new EvanesceError(`taskCost.${name}`, "a whole number ≥ 1", value, "leave it out for the default");
    }
  }
  const source = prepareTask(options.task ?? "adding", "recurrent");
  const test = source({ batch: TEST_BATCH, seed: random(seed, "task-cost/test").below(2 ** 32) });
  if (test.lossAt === "every" || test.targets === undefined || test.lengths !== undefined) {
    const got = test.targets === undefined ? "no loss" : test.lengths === undefined ? "one at every step" : "lengths";
    const rule = "a loss at the last step of sequences of one length";
    throw new EvanesceError("taskCost.task", rule, got, "choose another task, such as adding");
  }
  return startRun(measure(spec, source, test, { ...options, updates, batch, seed }));
}

type Settings = TaskCostOptions & { readonly updates: number; readonly batch: number; readonly seed: number };

function* measure(
  spec: RecurrentSpec,
  source: Source,
  test: Batch,
  settings: Settings,
): Generator<TaskCostEvent | undefined, TaskCost> {
  const { updates, signal } = settings;
  const T = test.steps as number;
  const trivial = trivialLoss(test);
  const remedy = remedyFor({ spec, verdict: "vanishing", factor: undefined, stations: T });
  const total = remedy === null ? 1 : 2;
  const own = yield* learner(spec, source, test, settings, (share) => share / total);
  signal?.throwIfAborted();
  const changed = remedy === null ? null : (parseSpec(withPatch(spec, remedy.patch)) as RecurrentSpec);
  const reference =
    changed === null ? null : yield* learner(changed, source, test, settings, (share) => (1 + share) / total);
  const learned = (loss: number): Learner => ({ loss, learned: learnedShare(loss, trivial) });
  const trained = learned(own.loss);
  const other =
    reference === null || remedy === null
      ? null
      : { ...learned(reference.loss), change: `"${optionsOf(remedy.patch).join(" ")}"` };
  const blocks = own.blocks.map(
    ({ from, to, untrained, trained: rise }, j): BlockCost => ({
      ...{ from, to, untrained: untrained / trivial, trained: rise / trivial },
      reference: reference === null ? null : reference.blocks[j].trained / trivial,
    }),
  );
  const best = Math.max(trained.learned, other?.learned ?? 0);
  const byReference = other !== null && other.learned > trained.learned;
  const asMuch = other !== null && trained.learned >= AS_MUCH * other.learned;
  return {
    schema: "evanesce.task-cost/1",
    steps: T,
    updates,
    trivial,
    trained,
    reference: other,
    blocks,
    needs: best < LEARNED ? null : stepsNeeded(blocks, T, byReference ? "reference" : "trained"),
    verdict: best < LEARNED || other === null ? "unclear" : asMuch ? "harmless" : "costs",
  };
}

interface Trial {
  readonly loss: number;
  readonly blocks: readonly {
    readonly from: number;
    readonly to: number;
    readonly untrained: number;
    readonly trained: number;
  }[];
}

/** Trains a fresh network; what shuffling each block costs it before and afterwards. */
function* learner(
  spec: RecurrentSpec,
  source: Source,
  test: Batch,
  { updates, batch, seed, optimizer = { name: "adam", learningRate: 3e-3 }, engine, signal }: Settings,
  shareOf: (share: number) => number,
): Generator<TaskCostEvent | undefined, Trial> {
  const network = createNetwork(spec, {
    ...{ seed, inputs: test.inputSize, outputs: test.outputSize ?? null, engine },
  });
  try {
    const before = yield* shuffled(network, test);
    const plan = { steps: updates, batch, optimizer, clip: { norm: 1 } };
    const training = trainNetwork(network, source, plan, seed);
    let next = training.next();
    for (let parts = 1; !next.done; parts++) {
      signal?.throwIfAborted();
      yield { kind: "progress", share: shareOf(Math.min(1, (10 * parts) / updates)) };
      next = training.next();
    }
    const loss = lossOf(network, test);
    const after = yield* shuffled(network, test);
    return {
      loss,
      blocks: before.map(({ from, to, rise }, j) => ({ from, to, untrained: rise, trained: after[j].rise })),
    };
  } finally {
    network.dispose();
  }
}

/** The rise of the loss where the inputs of one block of steps are the next sample's; a block after the other. */
function* shuffled(network: Network, test: Batch): Generator<undefined, { from: number; to: number; rise: number }[]> {
  const { inputs, batch: B, inputSize: X, tokens } = test;
  const T = test.steps as number;
  const whole = lossOf(network, test);
  const count = Math.min(T, MOST_BLOCKS);
  const blocks: { from: number; to: number; rise: number }[] = [];
  for (let j = 0; j < count; j++) {
    const [from, to] = [Math.round((j * T) / count), Math.round(((j + 1) * T) / count)];
    const exchanged = {
      ...test,
      inputs: exchange(inputs, B, X, from, to),
      ...(tokens === undefined ? {} : { tokens: exchange(tokens, B, 1, from, to) }),
    };
    blocks.push({ from, to, rise: lossOf(network, exchanged) - whole });
    yield undefined;
  }
  return blocks;
}

/** `[T, B, X]` with the rows of steps from ≤ t < to moved on by one sample. */
function exchange<Values extends Float32Array | Int32Array>(
  values: Values,
  B: number,
  X: number,
  from: number,
  to: number,
): Values {
  const copy = values.slice() as Values;
  if (values.length === 0) return copy;
  for (let t = from; t < to; t++) {
    for (let b = 0; b < B; b++) {
      const source = (t * B + ((b + 1) % B)) * X;
      copy.set(values.subarray(source, source + X) as never, (t * B + b) * X);
    }
  }
  return copy;
}

/** The fewest steps, counted back from the last, whose blocks hold most of what shuffling costs. */
function stepsNeeded(blocks: readonly BlockCost[], T: number, of: "trained" | "reference"): number {
  const rise = (block: BlockCost) => Math.max(0, block[of] ?? 0);
  const total = blocks.reduce((sum, block) => sum + rise(block), 0);
  let held = 0;
  for (const block of blocks.toReversed()) {
    held += rise(block);
    if (held >= HELD * total) return T - block.from;
  }
  return T;
}
