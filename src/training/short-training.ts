import type { GradientFlow } from "../flow/index.ts";
import { createNetwork, GRADIENTS_ONLY, type Network } from "../network/create.ts";
import { random } from "../base/random.ts";
import { type NetworkInput, parseSpec } from "../spec/index.ts";
import { nameOf } from "../spec/parameter-place.ts";
import { type Batch, prepareTask, type TaskInput } from "../tasks/index.ts";
import type { OptimizerInput } from "../catalogue/optimizers/index.ts";
import type { ClipOptions } from "./clip.ts";
import type { StepRecord } from "./record.ts";
import { createTrainer } from "./trainer.ts";

/** The plan of a short training, as data. */
export interface TrainingPlan {
  /** Updates. */
  readonly steps: number;
  /** B; default 32. */
  readonly batch?: number;
  readonly optimizer: OptimizerInput;
  readonly clip?: ClipOptions;
  /** Parameters whose names begin with one of these are not trained. */
  readonly frozen?: readonly string[];
}

/** The result of a short training. Plain data. */
export interface Trained {
  /** `nonfinite`: the training diverged at the update after the end of the curve. */
  readonly outcome: "finite" | "nonfinite";
  /** Loss on unseen data, NaN if the run diverged; and the loss of the best constant answer there. */
  readonly loss: number;
  readonly trivial: number;
  /** The learned share: 1 − loss/trivial, at least 0; 0 for a run that diverged. */
  readonly learned: number;
  /** The batch loss of each update. */
  readonly curve: readonly number[];
  /** Trained parameters, in the network's order. */
  readonly parameters: readonly TrainedParameter[];
}

/** Natural logarithms, −∞ for an exact zero. */
export interface TrainedParameter {
  readonly name: string;
  /** ln ‖∂L/∂θ‖ and ln ‖θ₁ − θ₀‖/‖θ₀‖ of the first update, in float32. */
  readonly lnFirstGradient: number;
  readonly lnFirstUpdate: number;
  /** ln ‖θ_end − θ₀‖/‖θ₀‖. */
  readonly lnMoved: number;
  /** ln ‖θ₁ − θ₀‖ and ln ‖θ_end − θ₀‖. */
  readonly lnFirstUpdateNorm: number;
  readonly lnMovedNorm: number;
}

/** Draws batches: the sampler of a task, or a function built on it. */
export type Source = (context: { readonly batch: number; readonly seed: number }) => Batch;

/** Number of unseen samples on which a loss is measured. */
const TEST_BATCH = 512;
/** Updates between two pauses. */
const PAUSE = 10;

/** Trains a new network of `spec` on a task and disposes of it. */
export function* trainFresh(
  spec: NetworkInput,
  task: TaskInput | Source,
  plan: TrainingPlan,
  seed: number,
): Generator<void, Trained> {
  const source = typeof task === "function" ? task : prepareTask(task, parseSpec(spec).kind);
  const { inputSize, outputSize } = source({ batch: 1, seed });
  const network = createNetwork(spec, { seed, inputs: inputSize, outputs: outputSize ?? null });
  try {
    return yield* trainNetwork(network, source, plan, seed);
  } finally {
    network.dispose();
  }
}

/** Trains an existing network; every update draws a new batch. */
export function* trainNetwork(
  network: Network,
  source: Source,
  plan: TrainingPlan,
  seed: number,
): Generator<void, Trained> {
  const { steps, batch = 32, optimizer, clip, frozen = [] } = plan;
  const trainer = createTrainer(network, {
    ...{ optimizer, clip, steps },
    frozen: (name) => frozen.some((prefix) => name.startsWith(prefix)),
  });
  const seeds = random(seed, "training/batches");
  const test = source({ batch: TEST_BATCH, seed: random(seed, "training/test").below(2 ** 32) });
  const curve: number[] = [];
  let first: StepRecord | undefined;
  let last: StepRecord | undefined;
  let outcome: Trained["outcome"] = "finite";
  try {
    for (let step = 0; step < steps; step++) {
      const record = trainer.step(source({ batch, seed: seeds.below(2 ** 32) }));
      if (record.outcome === "nonfinite") {
        outcome = "nonfinite";
        break;
      }
      curve.push(record.loss);
      first ??= record;
      last = record;
      if (step % PAUSE === PAUSE - 1) yield;
    }
  } finally {
    trainer.dispose();
  }
  const loss = outcome === "finite" ? lossOf(network, test) : Number.NaN;
  const trivial = trivialLoss(test);
  return { outcome, loss, trivial, learned: learnedShare(loss, trivial), curve, parameters: parameters(first, last) };
}

/** 1 − loss/trivial, at least 0; 0 for a loss that is not finite. */
export const learnedShare = (loss: number, trivial: number): number =>
  Number.isFinite(loss) ? Math.max(0, 1 - loss / trivial) : 0;

/** The network's loss on a batch; NaN if it is not finite. */
export function lossOf(network: Network, batch: Batch): number {
  const { loss, outcome }: GradientFlow = network.propagate(batch, GRADIENTS_ONLY);
  return outcome === "finite" && loss !== null ? loss : Number.NaN;
}

/**
 * The loss of the best constant answer to this batch if it follows from the targets; otherwise the baseline of the
 * task.
 */
export function trivialLoss({ targets, loss, baseline, batch: B, outputSize: Y = 1 }: Batch): number {
  if (loss !== "mse" || !(targets instanceof Float32Array)) return baseline ?? Number.NaN;
  const rows = targets.length / Y;
  if (rows !== B) return baseline ?? Number.NaN;
  let error = 0;
  for (let y = 0; y < Y; y++) {
    let [sum, squares] = [0, 0];
    for (let i = y; i < targets.length; i += Y) {
      sum += targets[i];
      squares += targets[i] ** 2;
    }
    error += (squares / rows - (sum / rows) ** 2) / Y;
  }
  return error;
}

function parameters(first: StepRecord | undefined, last: StepRecord | undefined): TrainedParameter[] {
  if (first === undefined || last === undefined) return [];
  return first.parameters.map((start, i) => ({
    name: start.name,
    lnFirstGradient: start.lnGradientNorm,
    lnFirstUpdate: start.lnUpdateNorm - start.lnNorm,
    // the norm after the first update is used for the one before it; a relative error of a few percent does not matter
    lnMoved: last.parameters[i].lnDistance - start.lnNorm,
    lnFirstUpdateNorm: start.lnUpdateNorm,
    lnMovedNorm: last.parameters[i].lnDistance,
  }));
}

/** The weights of the `depth` hidden layers, first layer first; those that were not trained are left out. */
export function hiddenWeights({ parameters: all }: Trained, depth: number): TrainedParameter[] {
  const names = Array.from({ length: depth }, (_, index) => nameOf({ module: "layers", index, part: "weight" }));
  return names.flatMap((own) => all.find(({ name }) => name === own) ?? []);
}

/** The first update at which the mean of ten batch losses is below `level`; the length of the run if there is none. */
export function updatesTo(level: number, { curve }: Trained): number {
  const window = 10;
  let sum = 0;
  for (let i = 0; i < curve.length; i++) {
    sum += curve[i] - (i >= window ? curve[i - window] : 0);
    if (i >= window - 1 && sum / window < level) return i + 1;
  }
  return curve.length;
}
