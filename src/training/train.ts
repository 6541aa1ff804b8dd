import { requireKnown, requireObject } from "../border.ts";
import { diagnose } from "../diagnosis/index.ts";
import { EvanesceError } from "../errors.ts";
import { createNetwork, type Network, type NetworkOptions } from "../network.ts";
import { type Run, type RunOptions, startRun } from "../runs.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import { prepareTask, type TaskInput } from "../tasks/index.ts";
import { type Baseline, baselineOf } from "./baseline.ts";
import { clipMethods } from "./clip.ts";
import { type DataSource, fixedSource, taskSource } from "./data.ts";
import { measureGsnr, type ParameterGsnr } from "./gsnr.ts";
import { type OptimizerInput, parseOptimizer } from "./optimizers.ts";
import { judgeProgress, type LiveDiagnosis, type Phase } from "./progress.ts";
import { parseSchedule, type ScheduleInput } from "./schedules.ts";
import { EarlyStop, type StopMemory, type StopOptions } from "./stop.ts";
import { addRecord, type Columns, type Evaluation, readColumns, type TrainingTrace } from "./trace.ts";
import { createTrainer, type StepRecord, type Trainer, type TrainerOptions, type TrainerState } from "./trainer.ts";

/** One training run. Every number of updates may be 0 for never. */
export interface TrainOptions extends RunOptions, Pick<TrainerOptions, "clip"> {
  readonly network: NetworkInput;
  /** Default `adding` for a recurrent network, `gaussian` for a feed-forward one. */
  readonly task?: TaskInput | undefined;
  /** Instead of a task: batches of your own. */
  readonly data?: DataSource | undefined;
  /** B; default 32. */
  readonly batch?: number | undefined;
  /** Of a task: what is held out for validation and for the test, a share below 1 or how many examples; see `DataOptions`. */
  readonly validation?: number | undefined;
  readonly test?: number | undefined;
  /** Whether the first batch is taken again and again; default false. */
  readonly fixedBatch?: boolean | undefined;
  /** Seeds the initialisation and every batch; default 0. */
  readonly seed?: number | undefined;
  /** Updates; default 1000. */
  readonly steps?: number | undefined;
  readonly optimizer?: OptimizerInput | undefined;
  readonly schedule?: ScheduleInput | undefined;
  /** Names of parameters that stay as they are, or what says so of a name. */
  readonly frozen?: readonly string[] | ((name: string) => boolean) | undefined;
  /** Parameters to start from instead of the initialisation's, by name: weights of another run, say. */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Updates between two traced ones; by default so many that a thousand are. */
  readonly traceEvery?: number | undefined;
  /** Updates between two looks at the gradient, each judged by `diagnose`; default a tenth of the run. */
  readonly diagnoseEvery?: number | undefined;
  /** Updates between two losses of the validation batches; default a tenth of the run. With it, the test batches' loss at the end. */
  readonly evaluateEvery?: number | undefined;
  /** Updates between two measurements of the gradient's signal-to-noise ratio; default 0, never. */
  readonly gsnrEvery?: number | undefined;
  /** Updates between two measurements of saturation, of a feed-forward network; default 0, never. */
  readonly saturationEvery?: number | undefined;
  /** Updates between two `checkpoint` events; default 0: one, at the end. */
  readonly checkpointEvery?: number | undefined;
  readonly stop?: StopOptions | undefined;
  /** A checkpoint to go on from: with the same options the run ends in the same bits as one that was never interrupted. */
  readonly resume?: TrainingState | undefined;
  readonly memoryLimit?: number | undefined;
  readonly engine?: NetworkOptions["engine"];
}

/** A run between two updates: plain data, all that is needed to go on. */
export interface TrainingState {
  readonly schema: "evanesce.training/1";
  readonly spec: NetworkSpec;
  /** X and Y, which the spec may leave to the task. */
  readonly sizes: NetworkSizes;
  readonly seed: number;
  /** Updates done. */
  readonly updates: number;
  /** Every parameter, row-major. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly trainer: TrainerState;
  /** What was recorded so far. */
  readonly recorded: Recorded;
}

interface Recorded {
  readonly losses: number[];
  readonly accuracies: (number | null)[];
  readonly columns: Columns;
  readonly evaluations: Evaluation[];
  readonly gsnr: { readonly update: number; readonly parameters: readonly ParameterGsnr[] }[];
  readonly saturation: { readonly update: number; readonly saturated: number[]; readonly dead: number[] }[];
  readonly diagnoses: LiveDiagnosis[];
  readonly stop: StopMemory;
}

/** What a run tells on its way. */
export type TrainingEvent =
  /** A traced update of `steps`. */
  | { readonly kind: "step"; readonly steps: number; readonly record: StepRecord }
  | ({ readonly kind: "evaluation" } & Evaluation)
  | ({ readonly kind: "diagnosis" } & LiveDiagnosis)
  | { readonly kind: "checkpoint"; readonly state: TrainingState };

/** A new option is added here too, or this does not compile. */
const KEYS = {
  signal: true,
  clip: true,
  network: true,
  task: true,
  data: true,
  batch: true,
  validation: true,
  test: true,
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

/**
 * Trains a network and records how: a run whose events are traced updates, evaluations, diagnoses and checkpoints, and whose result is the
 * trace. A run that leaves float32's range ends there, as a result that says where; one that is interrupted returns what it has.
 *
 * @throws EvanesceError naming the option that breaks a rule, at once
 */
export function train(options: TrainOptions): Run<TrainingEvent, TrainingTrace> {
  requireObject("train", options, "give { network }");
  requireKnown("train", options, Object.keys(KEYS));
  return startRun(new TrainingRun(options).run());
}

class TrainingRun {
  readonly #options: TrainOptions;
  readonly #spec: NetworkSpec;
  readonly #seed: number;
  readonly #steps: number;
  readonly #every: Readonly<Record<"trace" | "diagnose" | "evaluate" | "gsnr" | "saturation" | "checkpoint", number>>;
  readonly #source: DataSource;
  readonly #stop: EarlyStop;
  #recorded: Recorded;

  constructor(options: TrainOptions) {
    this.#options = options;
    this.#spec = parseSpec(options.network);
    this.#seed = whole("seed", options.seed, 0, 0);
    this.#steps = whole("steps", options.steps, 1000, 0);
    const tenth = Math.ceil(this.#steps / 10);
    this.#every = {
      trace: whole("traceEvery", options.traceEvery, Math.max(1, Math.ceil(this.#steps / 1000)), 0),
      diagnose: whole("diagnoseEvery", options.diagnoseEvery, tenth, 0),
      evaluate: whole("evaluateEvery", options.evaluateEvery, tenth, 0),
      gsnr: whole("gsnrEvery", options.gsnrEvery, 0, 0),
      saturation: whole("saturationEvery", options.saturationEvery, 0, 0),
      checkpoint: whole("checkpointEvery", options.checkpointEvery, 0, 0),
    };
    parseOptimizer(options.optimizer);
    parseSchedule(options.schedule, Math.max(this.#steps, 1));
    this.#source = this.#sourceOf(options);
    const { resume } = options;
    if (resume !== undefined) this.#requireSame(resume);
    this.#recorded =
      resume === undefined
        ? {
            losses: [],
            accuracies: [],
            columns: {},
            evaluations: [],
            gsnr: [],
            saturation: [],
            diagnoses: [],
            stop: {},
          }
        : structuredClone(resume.recorded);
    this.#stop = new EarlyStop(options.stop, this.#recorded.stop);
  }

  *run(): Generator<TrainingEvent | undefined, TrainingTrace> {
    const first = this.#source.next(1);
    yield;
    const network = this.#networkFor(first);
    const trainer = this.#trainerFor(network);
    try {
      const { signal } = this.#options;
      const { losses, accuracies, columns } = this.#recorded;
      const methods = clipMethods(this.#options.clip ?? {}).map(({ method }) => method);
      let end: Pick<TrainingTrace, "outcome" | "reason" | "nonfinite"> = { outcome: "completed" };
      for (;;) {
        const done = trainer.updates;
        yield* this.#look(network, done);
        const reason = this.#stop.reason(losses, accuracies, this.#recorded.evaluations);
        if (reason !== undefined) {
          end = { outcome: "stopped", reason };
          break;
        }
        if (done >= this.#steps) break;
        if (signal?.aborted) {
          end = { outcome: "interrupted", reason: `interrupted after ${done} updates` };
          break;
        }
        if (isDue(done, this.#every.checkpoint)) yield { kind: "checkpoint", state: this.#state(network, trainer) };
        const record = trainer.step(this.#source.next(done + 1));
        losses.push(record.loss);
        accuracies.push(record.accuracy);
        const { nonfinite } = record;
        const traced = this.#every.trace > 0 && (done % this.#every.trace === 0 || done + 1 === this.#steps);
        if (traced || nonfinite !== undefined) addRecord(columns, record, methods);
        yield traced || nonfinite !== undefined ? { kind: "step", steps: this.#steps, record } : undefined;
        if (nonfinite !== undefined) {
          end = { outcome: "nonfinite", nonfinite, reason: tellNonfinite(nonfinite) };
          break;
        }
      }
      if (end.outcome !== "interrupted" && this.#every.evaluate > 0)
        yield* this.#evaluate(network, trainer.updates, "test");
      yield { kind: "checkpoint", state: this.#state(network, trainer) };
      return this.#trace(network, trainer, first, end);
    } finally {
      trainer.dispose();
      network.dispose();
    }
  }

  /** What is measured between two updates. */
  *#look(network: Network, done: number): Generator<TrainingEvent | undefined> {
    const recorded = this.#recorded;
    if (this.#options.resume?.updates === done) return; // measured before the checkpoint was written
    const ends = done === this.#steps;
    const due = (every: number) => every > 0 && (isDue(done, every) || done === 0 || ends);
    if (due(this.#every.evaluate)) yield* this.#evaluate(network, done, "validation");
    if (due(this.#every.gsnr)) {
      const parameters = measureGsnr(network, this.#source.next(done + 1));
      if (parameters !== null) recorded.gsnr.push({ update: done, parameters });
      yield;
    }
    const wantsSaturation = due(this.#every.saturation);
    if (!wantsSaturation && !due(this.#every.diagnose)) return;
    const batch = this.#source.next(done + 1);
    const flow = yield* pausing(network.propagateInParts(batch));
    if (wantsSaturation && flow.statistics !== undefined) {
      const { saturated, dead } = flow.statistics;
      recorded.saturation.push({ update: done, saturated: [...saturated], dead: [...dead] });
    }
    if (!due(this.#every.diagnose)) return;
    const { verdict, state, severity, summary, evidence } = diagnose(flow);
    const look = {
      update: done,
      verdict,
      state,
      severity,
      summary,
      totalGain: evidence.loss.totalGain,
      axis: flow.axis,
    };
    const diagnosis = { ...look, phase: judgeProgress(recorded.losses, baselineOf(batch), look) };
    recorded.diagnoses.push(diagnosis);
    yield { kind: "diagnosis", ...diagnosis };
  }

  /** The mean loss over all samples of a set's batches. */
  *#evaluate(network: Network, update: number, set: Evaluation["set"]): Generator<TrainingEvent | undefined> {
    const batches = this.#source[set]?.() ?? [];
    if (batches.length === 0) return;
    let [samples, loss, right] = [0, 0, 0];
    for (const batch of batches) {
      const result = network.training.run(batch);
      samples += batch.batch;
      loss += result.loss * batch.batch;
      right += (result.accuracy ?? Number.NaN) * batch.batch;
      yield;
    }
    const accuracy = Number.isNaN(right) ? null : right / samples;
    const evaluation = { update, set, loss: loss / samples, accuracy };
    this.#recorded.evaluations.push(evaluation);
    yield { kind: "evaluation", ...evaluation };
  }

  #sourceOf({ data, task, batch, validation, test, fixedBatch }: TrainOptions): DataSource {
    const B = whole("batch", batch, 32, 1);
    if (data !== undefined && task !== undefined) {
      throw new EvanesceError("train.data", "a task or data, not both", "both", "leave one of them out");
    }
    const source =
      data ??
      taskSource(prepareTask(task ?? (this.#spec.kind === "recurrent" ? "adding" : "gaussian"), this.#spec.kind), {
        batch: B,
        seed: this.#seed,
        validation,
        test,
      });
    return fixedBatch === true ? { ...source, ...fixedSource(source.next(1)) } : source;
  }

  #networkFor(first: Batch): Network {
    const { memoryLimit, engine, weights, resume } = this.#options;
    const network = createNetwork(this.#spec, {
      seed: this.#seed,
      inputs: first.inputSize,
      outputs: first.targets === undefined || first.name === "arrays" ? null : (first.outputSize ?? null),
      memoryLimit,
      engine,
    });
    try {
      for (const [name, values] of Object.entries({ ...weights, ...resume?.parameters }))
        network.parameters.set(name, values);
    } catch (error) {
      network.dispose();
      throw error;
    }
    return network;
  }

  #trainerFor(network: Network): Trainer {
    const { optimizer, schedule, clip, frozen, resume } = this.#options;
    const isFrozen = typeof frozen === "function" ? frozen : (name: string) => frozen?.includes(name) ?? false;
    if (Array.isArray(frozen)) for (const name of frozen) network.parameters.shape(name); // throws for one there is not
    try {
      const steps = Math.max(this.#steps, 1);
      const trainer = createTrainer(network, { optimizer, schedule, clip, frozen: isFrozen, steps });
      if (resume !== undefined) trainer.restore(resume.trainer);
      return trainer;
    } catch (error) {
      network.dispose();
      throw error;
    }
  }

  #requireSame(resume: TrainingState): void {
    const same = JSON.stringify(resume.spec) === JSON.stringify(this.#spec);
    if (!same) throw new EvanesceError("resume.spec", "the run's own network", resume.spec, "resume with its options");
    if (resume.seed === this.#seed) return;
    throw new EvanesceError("resume.seed", `the run's own seed ${this.#seed}`, resume.seed, "resume with its options");
  }

  #state(network: Network, trainer: Trainer): TrainingState {
    return {
      schema: "evanesce.training/1",
      spec: this.#spec,
      sizes: network.sizes,
      seed: this.#seed,
      updates: trainer.updates,
      parameters: Object.fromEntries(network.parameters.names.map((name) => [name, network.parameters.get(name)])),
      trainer: trainer.state(),
      recorded: structuredClone(this.#recorded),
    };
  }

  #trace(
    network: Network,
    trainer: Trainer,
    first: Batch,
    end: Pick<TrainingTrace, "outcome" | "reason" | "nonfinite">,
  ): TrainingTrace {
    const { losses, accuracies, columns, evaluations, gsnr, saturation, diagnoses } = this.#recorded;
    const { name: optimizer, options } = parseOptimizer(this.#options.optimizer);
    const schedule = parseSchedule(this.#options.schedule, Math.max(this.#steps, 1));
    const table = network.training.table.filter(({ name }) => trainer.trained.includes(name));
    const baseline = baselineOf(first);
    const phase = phaseOf(end, losses, baseline, diagnoses.at(-1) ?? null);
    const final = finalOf(losses, accuracies);
    return {
      schema: "evanesce.trace/1",
      spec: this.#spec,
      seed: this.#seed,
      build: network.training.engine.build,
      task: {
        name: first.name,
        batch: first.batch,
        ...(first.steps === undefined ? {} : { steps: first.steps }),
        loss: first.loss,
      },
      optimizer: { name: optimizer, ...options },
      schedule: { name: schedule.name, ...schedule.options },
      frozen: network.parameters.names.filter((name) => !trainer.trained.includes(name)),
      steps: this.#steps,
      updates: trainer.updates,
      ...end,
      baseline,
      losses: Float64Array.from(losses),
      ...readColumns(columns, table, clipMethods(this.#options.clip ?? {})),
      evaluations,
      gsnr,
      saturation,
      diagnoses,
      phase,
      final,
      summary: summarise(end, trainer.updates, this.#steps, phase),
    };
  }
}

function phaseOf(
  { nonfinite, reason }: Pick<TrainingTrace, "nonfinite" | "reason">,
  losses: readonly number[],
  baseline: Baseline | null,
  look: LiveDiagnosis | null,
): Phase {
  if (nonfinite !== undefined) return { name: "nonfinite", since: nonfinite.update, sentence: reason as string };
  return judgeProgress(losses, baseline, look);
}

function summarise(
  { outcome, reason }: Pick<TrainingTrace, "outcome" | "reason">,
  updates: number,
  steps: number,
  phase: Phase,
): string {
  if (outcome === "nonfinite") return phase.sentence;
  const ended = outcome === "completed" ? `${updates} updates` : `${updates} of ${steps} updates, ${reason}`;
  return `${ended}: ${phase.name.replace("-", " ")}, ${phase.sentence}`;
}

function tellNonfinite({ update, step, layer, tensor, parameter }: NonNullable<TrainingTrace["nonfinite"]>): string {
  const where = [step === undefined ? "" : `step ${step}`, `layer ${layer}`].filter(Boolean).join(", ");
  const what = parameter === undefined ? tensor : `the ${tensor} of ${parameter}`;
  return `${what} is not finite in update ${update}, ${where}`;
}

/** Mean loss and accuracy of the last 5 % of the updates, at least 10 of them where there are as many. */
function finalOf(losses: readonly number[], accuracies: readonly (number | null)[]): TrainingTrace["final"] {
  const count = Math.min(losses.length, Math.max(10, Math.ceil(losses.length / 20)));
  if (count === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / count, 0);
  const last = accuracies.slice(-count).filter((value) => value !== null);
  return { loss: mean(losses.slice(-count)), accuracy: last.length === count ? mean(last) : null };
}

const isDue = (done: number, every: number): boolean => every > 0 && done > 0 && done % every === 0;

/** A generator's result, its progress left out. */
function* pausing<Result>(work: Generator<unknown, Result>): Generator<undefined, Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield;
  }
}

function whole(name: string, given: number | undefined, otherwise: number, least: number): number {
  const value = given ?? otherwise;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new EvanesceError(`train.${name}`, `a whole number ≥ ${least}`, given, "leave it out for the default");
}
