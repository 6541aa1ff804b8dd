import { optionsFor, remedyFor } from "../diagnosis/advice/index.ts";
import { type BlockCost, diagnose, type Learner, type TaskCost, type Verdict } from "../diagnosis/index.ts";
import { createNetwork, type Network } from "../network/create.ts";
import { type NetworkSpec, parseSpec, withPatch } from "../spec/index.ts";
import type { Batch } from "../tasks/index.ts";
import type { OptimizerInput } from "../catalogue/optimizers/index.ts";
import { lossOf, type Source, trainNetwork, trivialLoss, learnedShare } from "./short-training.ts";
import type { TaskCostEvent, TaskCostOptions } from "./task-cost-options.ts";

/** Adam's learning rates if no optimizer is given. Each network is judged at its better one. */
const RATES = { recurrent: [3e-3, 1e-2], feedforward: [1e-3, 1e-2] } as const;
/** Most blocks of steps. */
const MOST_BLOCKS = 32;
/** The needed steps must hold this part of the rise of the loss by shuffling. */
const HELD = 0.95;
/** A network has learned something if its loss fell by at least this share of the trivial loss. */
const LEARNED = 0.1;
/**
 * A network learns the task if its loss falls to half of the trivial loss. Then a sick path slows its training down and
 * does not prevent it. A loss may stand on a plateau and then fall within a few updates, and on one seed this may come
 * too late by chance. So only a second seed settles that a network does not learn.
 */
const ENOUGH = 0.5;
/** A network learns as much as the reference if it learns at least this share of it. */
const AS_MUCH = 0.95;

type Settings = TaskCostOptions & { readonly updates: number; readonly batch: number; readonly seed: number };

/** Trains the networks of `taskCost` and compares them. */
export function* taskCostRun(
  spec: NetworkSpec,
  source: Source,
  test: Batch,
  settings: Settings,
): Generator<TaskCostEvent | undefined, TaskCost> {
  const { updates, signal } = settings;
  const T = test.steps ?? 1;
  const trivial = trivialLoss(test);
  const { verdict, factor } = firstVerdict(spec, source, settings);
  const stations = spec.kind === "recurrent" ? T : spec.depth;
  const remedy = remedyFor({ spec, verdict, factor, stations });
  const total = remedy === null ? 1 : 3;
  const own = yield* learner(spec, source, test, settings, (share) => share / total);
  signal?.throwIfAborted();
  const changed = remedy === null ? null : parseSpec(withPatch(spec, remedy.patch));
  const reference =
    changed === null ? null : yield* learner(changed, source, test, settings, (share) => (1 + share) / total);
  signal?.throwIfAborted();
  const learned = (loss: number): Learner => ({ loss, learned: learnedShare(loss, trivial) });
  const trained = learned(own.loss);
  const other =
    reference === null || remedy === null
      ? null
      : { ...learned(reference.loss), change: `"${optionsFor(spec, remedy.patch).join(" ")}"` };
  const blocks = own.blocks.map(
    ({ from, to, untrained, trained: rise }, j): BlockCost => ({
      ...{ from, to, untrained: untrained / trivial, trained: rise / trivial },
      reference: reference === null ? null : reference.blocks[j].trained / trivial,
    }),
  );
  const best = Math.max(trained.learned, other?.learned ?? 0);
  const byReference = other !== null && other.learned > trained.learned;
  const isBehind = best >= LEARNED && other !== null && trained.learned < AS_MUCH * other.learned;
  const again =
    isBehind && trained.learned < ENOUGH
      ? yield* learner(spec, source, test, { ...settings, seed: settings.seed + 1 }, (share) => (2 + share) / total)
      : null;
  const secondSeed = again === null ? null : learned(again.loss);
  const learns = Math.max(trained.learned, secondSeed?.learned ?? 0) >= ENOUGH;
  return {
    schema: "evanesce.task-cost/1",
    steps: T,
    updates,
    trivial,
    trained,
    secondSeed,
    reference: other,
    blocks,
    needs: best < LEARNED || blocks.length === 0 ? null : stepsNeeded(blocks, T, byReference ? "reference" : "trained"),
    verdict: best < LEARNED || other === null ? "unclear" : !isBehind ? "harmless" : learns ? "slows" : "costs",
  };
}

/** The verdict on the path before training if it is sick, else `vanishing`. */
function firstVerdict(
  spec: NetworkSpec,
  source: Source,
  { seed, batch, engine }: Settings,
): { readonly verdict: Verdict; readonly factor: string | undefined } {
  const first = source({ batch, seed });
  const network = createNetwork(spec, {
    ...{ seed, inputs: first.inputSize, outputs: first.outputSize ?? null, engine },
  });
  try {
    const { verdict, causes } = diagnose(network.propagate(first));
    return verdict === "healthy" || verdict === "blocked"
      ? { verdict: "vanishing", factor: undefined }
      : { verdict, factor: causes[0]?.factor };
  } finally {
    network.dispose();
  }
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

/** Trains a new network at every rate, and measures for the best one the effect of shuffling each block. */
function* learner(
  spec: NetworkSpec,
  source: Source,
  test: Batch,
  settings: Settings,
  shareOf: (share: number) => number,
): Generator<TaskCostEvent | undefined, Trial> {
  const optimizers: readonly OptimizerInput[] =
    settings.optimizer === undefined
      ? RATES[spec.kind].map((learningRate) => ({ name: "adam", learningRate }))
      : [settings.optimizer];
  let best: Trial | null = null;
  for (const [i, optimizer] of optimizers.entries()) {
    const shareOfAll = (share: number) => shareOf((i + share) / optimizers.length);
    const trial = yield* learnerAt(spec, source, test, { ...settings, optimizer }, shareOfAll);
    if (best === null || trial.loss < best.loss || Number.isNaN(best.loss)) best = trial;
  }
  return best as Trial;
}

/** Trains a new network with one optimizer. */
function* learnerAt(
  spec: NetworkSpec,
  source: Source,
  test: Batch,
  { updates, batch, seed, optimizer, engine, signal }: Settings & { readonly optimizer: OptimizerInput },
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

/** The rise of the loss for each block of steps when its inputs are replaced by those of the next sample. */
function* shuffled(network: Network, test: Batch): Generator<undefined, { from: number; to: number; rise: number }[]> {
  const { inputs, batch: B, inputSize: X, tokens } = test;
  const T = test.steps;
  if (T === undefined) return []; // the inputs of a deep network have no steps
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

/** `[T, B, X]` with the rows of the steps from ≤ t < to shifted by one sample. */
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

/** The smallest number of last steps whose blocks hold most of the rise of the loss by shuffling. */
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
