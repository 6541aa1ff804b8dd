import { requireKnown, requireObject, requireSeed, requireSignal } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import type { NetworkOptions } from "../network/create.ts";
import type { RunOptions } from "../base/cooperative-work.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import { prepareTask, type TaskInput } from "../tasks/index.ts";
import { requireCarrying } from "./carried.ts";
import { type DataSource, fixedSource, taskSource } from "./data.ts";
import { type OptimizerInput, parseOptimizer } from "../catalogue/optimizers/index.ts";
import { parseLossScaler } from "./loss-scaler.ts";
import { parseSchedule, type ScheduleInput } from "./schedules.ts";
import type { TrainingState } from "./state.ts";
import { requireRun, requireWholeState } from "./state-check.ts";
import type { StopOptions } from "./stop.ts";
import type { TrainerOptions } from "./trainer.ts";

/** One training run. Every number of updates may be 0 for never. */
export interface TrainOptions extends RunOptions, Pick<TrainerOptions, "clip" | "lossScaler"> {
  readonly network: NetworkInput;
  /** Default `adding` for a recurrent network, `gaussian` for a feed-forward one. */
  readonly task?: TaskInput | undefined;
  /** Instead of a task: batches of your own. */
  readonly data?: DataSource | undefined;
  /** B; default 32. */
  readonly batch?: number | undefined;
  /**
   * Of a task: what is held out for validation and for the test, a share below 1 or how many examples; see
   * `DataOptions`.
   */
  readonly validation?: number | undefined;
  readonly test?: number | undefined;
  /**
   * Whether each sequence begins with the state that its last batch left, over a long text or series that is read in
   * order; default false. The gradient is truncated at each batch's first step.
   */
  readonly stateful?: boolean | undefined;
  /** Whether the first batch is taken again and again; default false. */
  readonly fixedBatch?: boolean | undefined;
  /** Seeds the initialization and every batch; default 0. */
  readonly seed?: number | undefined;
  /** Updates; default 1000. */
  readonly steps?: number | undefined;
  readonly optimizer?: OptimizerInput | undefined;
  readonly schedule?: ScheduleInput | undefined;
  /** Names of parameters that stay as they are, or what says so of a name. */
  readonly frozen?: readonly string[] | ((name: string) => boolean) | undefined;
  /** Parameters to start from instead of the initialization's, by name: weights of another run, say. */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Updates between two traced ones; by default so many that a thousand are. */
  readonly traceEvery?: number | undefined;
  /** Updates between two looks at the gradient, each judged by `diagnose`; default a tenth of the run. */
  readonly diagnoseEvery?: number | undefined;
  /**
   * Updates between two losses of the validation batches; default a tenth of the run. With it, the test batches' loss
   * at the end.
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
   * A checkpoint to go on from: with the same options the run ends in the same bits as one that was never interrupted.
   */
  readonly resume?: TrainingState | undefined;
  readonly memoryLimit?: number | undefined;
  readonly engine?: NetworkOptions["engine"];
}

/** A new option is added here too, or this does not compile. */
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
  memoryLimit: true,
  engine: true,
} satisfies Record<keyof TrainOptions, true>;

/** What a run does between two updates, and after how many of them; 0 for never. */
export type Interval = "trace" | "diagnose" | "evaluate" | "gsnr" | "saturation" | "checkpoint";

/** A run's options, checked and filled in. */
export interface Plan {
  readonly options: TrainOptions;
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** Updates. */
  readonly steps: number;
  readonly every: Readonly<Record<Interval, number>>;
  readonly source: DataSource;
  /** Whether the state goes on from batch to batch. */
  readonly stateful: boolean;
}

/** @throws EvanesceError naming the option that breaks a rule */
export function planRun(options: TrainOptions): Plan {
  requireObject("train", options, "give { network }");
  requireKnown("train", options, Object.keys(KEYS));
  const spec = parseSpec(options.network);
  requireSignal(options.signal);
  requireSeed("seed", options.seed);
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
    throw new EvanesceError("train.stateful", "not beside fixedBatch", true, "leave one of the two out");
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
  return { options, spec, seed, steps, every, source, stateful };
}

function sourceOf(
  { data, task, batch, validation, test, fixedBatch, stateful }: TrainOptions,
  { kind }: NetworkSpec,
  seed: number,
): DataSource {
  const B = whole("batch", batch, 32, 1);
  if (data !== undefined && task !== undefined) {
    throw new EvanesceError("train.data", "a task or data, not both", "both", "leave one of them out");
  }
  const sampler = () => prepareTask(task ?? (kind === "recurrent" ? "adding" : "gaussian"), kind);
  const source = data ?? taskSource(sampler(), { batch: B, seed, validation, test, stateful });
  if (stateful === true && source.continues === undefined) {
    const rule = "data with `continues`, which says which batches go on where the last one ended";
    throw new EvanesceError("train.stateful", rule, true, "add data.continues, or leave stateful out");
  }
  return fixedBatch === true ? { ...source, ...fixedSource(source.next(1)) } : source;
}

function requireSame(resume: TrainingState, spec: NetworkSpec, seed: number): void {
  const same = JSON.stringify(resume.spec) === JSON.stringify(spec);
  if (!same) throw new EvanesceError("resume.spec", "the run's own network", resume.spec, "resume with its options");
  if (resume.seed === seed) return;
  throw new EvanesceError("resume.seed", `the run's own seed ${seed}`, resume.seed, "resume with its options");
}

function whole(name: string, given: number | undefined, otherwise: number, least: number): number {
  const value = given ?? otherwise;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new EvanesceError(`train.${name}`, `a whole number ≥ ${least}`, given, "leave it out for the default");
}
