import { requireKnown, requireObject, requireSeed, requireSignal } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import type { AsyncOptions, NetworkOptions } from "../network/create.ts";
import { resolveThreads } from "../parallel/pool.ts";
import type { RunOptions } from "../base/cooperative-work.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import { type Batch, prepareTask, type TaskInput } from "../tasks/index.ts";
import { requireCarrying } from "./carried.ts";
import { type DataOptions, type DataSource, readSourceAhead, taskSource } from "./data.ts";
import { type OptimizerInput, parseOptimizer } from "../catalogue/optimizers/index.ts";
import { parseLossScaler } from "./loss-scaler.ts";
import { parseSchedule, type ScheduleInput } from "./schedules.ts";
import type { TrainingState } from "./state.ts";
import { requireRun, requireWholeState } from "./state-check.ts";
import type { StopOptions } from "./stop.ts";
import type { TrainerOptions } from "./trainer-types.ts";

/** Options of a training run. A number of updates may be 0, which means never. */
export interface TrainOptions extends RunOptions, Pick<TrainerOptions, "clip" | "lossScaler"> {
  readonly network: NetworkInput;
  /** The task; default `adding` for a recurrent network, `gaussian` for a feed-forward one. */
  readonly task?: TaskInput | undefined;
  /** Your own batches instead of a task. */
  readonly data?: DataSource | undefined;
  /** Batch size B; default 32. */
  readonly batch?: number | undefined;
  /**
   * Examples of a task that are held out for validation and for the test: a share below 1, or a number. See
   * `DataOptions`.
   */
  readonly validation?: number | undefined;
  readonly test?: number | undefined;
  /**
   * Whether each sequence starts from the last state of the batch before, through a long text or series that is read in
   * order; default false. The gradient is truncated at the first step of each batch.
   */
  readonly stateful?: boolean | undefined;
  /** Whether every update uses the first batch; default false. */
  readonly fixedBatch?: boolean | undefined;
  /** Seeds the initialization and every batch; default 0. */
  readonly seed?: number | undefined;
  /** Updates; default 1000. */
  readonly steps?: number | undefined;
  readonly optimizer?: OptimizerInput | undefined;
  readonly schedule?: ScheduleInput | undefined;
  /** Names of parameters that are not trained, or a function that returns true for such a name. */
  readonly frozen?: readonly string[] | ((name: string) => boolean) | undefined;
  /** Parameters to start from, by name, instead of initialized ones: for example the weights of another run. */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Updates between two traced updates; by default a thousandth of the run. */
  readonly traceEvery?: number | undefined;
  /** Updates between two diagnoses of the gradient; default a tenth of the run. */
  readonly diagnoseEvery?: number | undefined;
  /**
   * Updates between two measurements of the validation loss; default a tenth of the run. The test loss is measured at
   * the end.
   */
  readonly evaluateEvery?: number | undefined;
  /** Updates between two measurements of the gradient's signal-to-noise ratio; default 0, never. */
  readonly gsnrEvery?: number | undefined;
  /** Updates between two measurements of saturation, of a feed-forward network; default 0, never. */
  readonly saturationEvery?: number | undefined;
  /** Updates between two `checkpoint` events; default 0: one, at the end. */
  readonly checkpointEvery?: number | undefined;
  readonly stop?: StopOptions | undefined;
  /**
   * A checkpoint to continue from. With the same options, the run gives the same bits as a run without interruption.
   */
  readonly resume?: TrainingState | undefined;
  /**
   * Number of workers that share the passes of an update, or `auto` for one worker per core; default 1. The bits do not
   * depend on it. Workers help with large batches only, because every update sends the parameters to each worker.
   */
  readonly threads?: AsyncOptions["threads"];
  readonly memoryLimit?: number | undefined;
  readonly engine?: NetworkOptions["engine"];
}

/** The keys of the options; a missing key is a type error. */
const KEYS = {
  signal: true,
  clip: true,
  lossScaler: true,
  network: true,
  task: true,
  data: true,
  batch: true,
  validation: true,
  test: true,
  stateful: true,
  fixedBatch: true,
  seed: true,
  steps: true,
  optimizer: true,
  schedule: true,
  frozen: true,
  weights: true,
  traceEvery: true,
  diagnoseEvery: true,
  evaluateEvery: true,
  gsnrEvery: true,
  saturationEvery: true,
  checkpointEvery: true,
  stop: true,
  resume: true,
  threads: true,
  memoryLimit: true,
  engine: true,
} satisfies Record<keyof TrainOptions, true>;

/** The measurements that a run makes between two updates. */
export type Interval = "trace" | "diagnose" | "evaluate" | "gsnr" | "saturation" | "checkpoint";

/** The checked options of a run with all defaults. */
export interface Plan {
  readonly options: TrainOptions;
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** Updates. */
  readonly steps: number;
  readonly every: Readonly<Record<Interval, number>>;
  readonly source: DataSource;
  /** Whether the state is carried from batch to batch. */
  readonly stateful: boolean;
  /** Whether a parameter of this name is not trained. */
  readonly isFrozen: (name: string) => boolean;
}

/** @throws EvanesceError that names the option that breaks a rule */
export function planRun(options: TrainOptions): Plan {
  requireObject("train", options, "give { network }");
  requireKnown("train", options, Object.keys(KEYS));
  const spec = parseSpec(options.network);
  requireSignal(options.signal);
  requireSeed("seed", options.seed);
  if (options.threads !== undefined) resolveThreads(options.threads);
  const { frozen } = options;
  if (frozen !== undefined && typeof frozen !== "function" && !Array.isArray(frozen)) {
    throw new EvanesceError("frozen", "a list of names, or a function of a name", frozen, "leave it out for none");
  }
  if (options.weights !== undefined) requireObject("weights", options.weights, "give { name: values } or leave it out");
  const seed = whole("seed", options.seed, 0, 0);
  const steps = whole("steps", options.steps, 1000, 0);
  const tenth = Math.ceil(steps / 10);
  const every = {
    trace: whole("traceEvery", options.traceEvery, Math.max(1, Math.ceil(steps / 1000)), 0),
    diagnose: whole("diagnoseEvery", options.diagnoseEvery, tenth, 0),
    evaluate: whole("evaluateEvery", options.evaluateEvery, tenth, 0),
    gsnr: whole("gsnrEvery", options.gsnrEvery, 0, 0),
    saturation: whole("saturationEvery", options.saturationEvery, 0, 0),
    checkpoint: whole("checkpointEvery", options.checkpointEvery, 0, 0),
  };
  parseLossScaler(options.lossScaler);
  const stateful = options.stateful === true;
  if (stateful) requireCarrying(spec);
  if (stateful && options.fixedBatch === true) {
    throw new EvanesceError("train.stateful", "not together with fixedBatch", true, "leave one of the two out");
  }
  parseOptimizer(options.optimizer);
  parseSchedule(options.schedule, Math.max(steps, 1));
  const source = sourceOf(options, spec, seed);
  if (options.resume !== undefined) {
    const { resume } = options;
    requireObject("resume", resume, "give the state of a checkpoint");
    requireRun(resume, resume.trainer, resume.recorded, "resume");
    requireWholeState(resume, "resume");
    requireSame(resume, spec, seed);
  }
  const isFrozen = typeof frozen === "function" ? frozen : (name: string) => frozen?.includes(name) ?? false;
  return { options, spec, seed, steps, every, source, stateful, isFrozen };
}

/** How a run with these options divides the examples of its task. */
function divisionOf({ batch, validation, test, stateful }: TrainOptions, seed: number): DataOptions {
  return { batch: whole("batch", batch, 32, 1), seed, validation, test, stateful };
}

const samplerOf = ({ task }: TrainOptions, kind: NetworkSpec["kind"]) =>
  prepareTask(task ?? (kind === "recurrent" ? "adding" : "gaussian"), kind);

/**
 * Divides the examples of a run's task in parts, and measures the training examples. A later call of `train` then does
 * not wait for this.
 */
export function* splitAhead(options: TrainOptions): Generator<void, void> {
  if (options.data !== undefined || options.task === undefined) return;
  yield* readSourceAhead(samplerOf(options, options.network.kind), divisionOf(options, options.seed ?? 0));
}

function sourceOf(options: TrainOptions, { kind }: NetworkSpec, seed: number): DataSource {
  const { data, task, fixedBatch, stateful } = options;
  const division = divisionOf(options, seed);
  if (data !== undefined && task !== undefined) {
    throw new EvanesceError("train.data", "a task or data, not both", "both", "leave one of them out");
  }
  const source = data ?? taskSource(samplerOf(options, kind), division);
  if (stateful === true && source.continues === undefined) {
    const rule = "data with `continues`, which tells which batches continue the one before";
    throw new EvanesceError("train.stateful", rule, true, "add data.continues, or leave stateful out");
  }
  return fixedBatch === true ? { ...source, next: onceDrawn(() => source.next(1)) } : source;
}

/** A function that draws a batch on its first call, and returns the same batch afterwards. */
function onceDrawn(draw: () => Batch): () => Batch {
  let batch: Batch | undefined;
  return () => {
    batch ??= draw();
    return batch;
  };
}

function requireSame(resume: TrainingState, spec: NetworkSpec, seed: number): void {
  const same = JSON.stringify(resume.spec) === JSON.stringify(spec);
  if (!same) throw new EvanesceError("resume.spec", "the run's own network", resume.spec, "resume with its options");
  if (resume.seed === seed) return;
  throw new EvanesceError("resume.seed", `the run's own seed ${seed}`, resume.seed, "resume with its options");
}

function whole(name: string, input: number | undefined, otherwise: number, least: number): number {
  const value = input ?? otherwise;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new EvanesceError(`train.${name}`, `a whole number ≥ ${least}`, input, "leave it out for the default");
}
