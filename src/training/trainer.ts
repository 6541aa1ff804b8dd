import { requireFlags, requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { finish, UNDIVIDED } from "../base/time-slicing.ts";
import { lnTensorNorm, lnTogether } from "../flow/index.ts";
import type { AsyncOptions, Network } from "../network/create.ts";
import { applyConstraint, isConstrained } from "../spec/constraint.ts";
import type { Batch } from "../tasks/batch.ts";
import { NUMBERS_A_PART } from "../base/copy-in-parts.ts";
import { TrainingMemory } from "../wasm/training/memory.ts";
import { type ClipOptions, clipInParts, parseClip } from "./clip.ts";
import { type Optimizer, parseOptimizer } from "../catalogue/optimizers/index.ts";
import {
  type LossScalerRecord,
  type LossScalerSettings,
  type LossScalerState,
  nextScale,
  parseLossScaler,
  startOfScaler,
  watchGradients,
} from "./loss-scaler.ts";
import type { ParameterStep, StepRecord, TrainingNonfinite } from "./record.ts";
import { parseSchedule, type ScheduleMemory } from "./schedules.ts";
import type { Trainer, TrainerOptions, TrainerState } from "./trainer-types.ts";
import { restoreTensors, savedTensors } from "./trainer-tensors.ts";
import { coefficientsBy, factorsFor } from "./update-rates.ts";

const KEYS = {
  optimizer: true,
  schedule: true,
  clip: true,
  lossScaler: true,
  frozen: true,
  measure: true,
  steps: true,
} satisfies Record<keyof TrainerOptions, true>;

/**
 * Creates a trainer for a network of any kind. Between updates the network can be used: `network.propagate` measures
 * it, and `parameters.set` changes weights.
 *
 * Gradients of this core carry exponents beyond float32's range. The optimizer gets them as a float32 framework would:
 * below 1e-45 they are zero, so Adam, which rescales small gradients, does not move a parameter whose gradient
 * underflowed. `lnGradientNorm` of the record says how small the gradient is.
 *
 * @throws EvanesceError that names the option that breaks a rule, or if another trainer has the network
 */
export function createTrainer(network: Network, options: TrainerOptions = {}): Trainer {
  return finish(createTrainerInParts(network, options));
}

/** `createTrainer` with pauses while it copies parameters. If the caller stops at a pause, the network is unchanged. */
export function* createTrainerInParts(network: Network, options: TrainerOptions = {}): Generator<void, Trainer> {
  requireObject("createTrainer", options, 'give { optimizer: "adam" }, or leave it out');
  requireKnown("createTrainer", options, Object.keys(KEYS));
  requireFlags("", options, ["measure"]);
  const trainer = new NetworkTrainer(network, options);
  yield* trainer.start();
  return trainer;
}

class NetworkTrainer implements Trainer {
  readonly network: Network;
  readonly trained: readonly string[];
  readonly #optimizer;
  readonly #schedule;
  readonly #clip: ClipOptions;
  readonly #scaler: LossScalerSettings | undefined;
  readonly #memory: TrainingMemory;
  /** Applies the spec's constraint to a parameter after every update; undefined if the spec has none. */
  readonly #constrain: ((name: string, theta: Float32Array) => void) | undefined;
  /** Factors on the learning rate by name, of parameters whose factor is not 1. */
  readonly #rateFactors: ReadonlyMap<string, number>;
  #updates = 0;
  #carried: Record<string, number> = {};
  #scheduled: ScheduleMemory = {};
  #scaling: LossScalerState | undefined;
  #disposed = false;

  constructor(network: Network, options: TrainerOptions) {
    this.network = network;
    this.#optimizer = parseOptimizer(options.optimizer);
    this.#schedule = parseSchedule(options.schedule, options.steps);
    this.#clip = parseClip(options.clip);
    this.#scaler = parseLossScaler(options.lossScaler);
    this.#scaling = this.#scaler && startOfScaler(this.#scaler);
    const port = network.training;
    const frozen = options.frozen ?? (() => false);
    const tensors = port.table.filter(({ name }) => !frozen(name));
    this.trained = tensors.map(({ name }) => name);
    this.#rateFactors = factorsFor(network.spec, tensors, this.#optimizer);
    const constrained = tensors.filter((parameter) => isConstrained(network.spec, parameter));
    if (constrained.length > 0) {
      this.#constrain = (name, theta) => {
        const parameter = constrained.find((one) => one.name === name);
        if (parameter !== undefined) applyConstraint(network.spec, parameter, theta);
      };
    }
    const kind = updateKind(this.#optimizer, this.#clip, options.measure);
    this.#memory = new TrainingMemory(port.engine, tensors, kind, port.memoryLimit);
  }

  /** Takes the parameters over from the network. */
  *start(): Generator<void, void> {
    const port = this.network.training;
    let lent = false;
    try {
      yield* port.lend(this.trained, (name) => this.#memory.view("theta", name));
      lent = true;
    } finally {
      if (!lent) this.#memory.dispose();
    }
    let started = false;
    try {
      yield* this.#memory.copyInParts("theta", "start");
      port.draw(null);
      const { initial } = this.#optimizer;
      if (initial !== undefined) this.#memory.fill(...initial);
      started = true;
    } finally {
      if (!started) this.dispose();
    }
  }

  get updates(): number {
    return this.#updates;
  }

  get learningRate(): number {
    return this.#schedule.rate(this.#optimizer.learningRate, this.#updates, this.#scheduled);
  }

  step(batch: Batch): StepRecord {
    return finish(this.stepInParts(batch));
  }

  *stepInParts(batch: Batch, threads?: AsyncOptions["threads"]): Generator<unknown, StepRecord> {
    this.#requireAlive();
    const port = this.network.training;
    const learningRate = this.learningRate;
    const update = this.#updates + 1;
    port.draw(update);
    const { loss, accuracy } = yield* this.#pass(batch, threads);
    // after the first pass, because it may change the initialization
    if (this.#updates === 0) yield* this.#memory.copyInParts("theta", "start");
    const names = this.trained;
    const seen: number[] = [];
    const lnGradients: number[] = [];
    let gathered = 0;
    for (const name of names) {
      lnGradients.push(port.gather(name, this.#memory.gradientAddress(name)));
      seen.push(this.#memory.lnGradientNorm(name)); // measured now, while the gradient is in the cache
      gathered += this.#memory.count(name);
      if (gathered < NUMBERS_A_PART) continue;
      gathered = 0;
      yield;
    }
    const scaler = this.#watch();
    const common = {
      ...{ update, loss, accuracy, learningRate, lnGradientNorm: lnTogether(lnGradients) },
      ...(scaler === undefined ? {} : { scaler }),
    };
    if (!Number.isFinite(loss) || seen.some(isBad) || lnGradients.some(isBad)) {
      const nonfinite = { update, ...this.#origin(batch, seen) };
      return { ...common, outcome: "nonfinite", nonfinite, clips: [], parameters: this.#still(lnGradients, seen) };
    }
    const { clips, lnNorms } = yield* clipInParts(this.#memory, names, this.#clip, seen);
    const coefficients = coefficientsBy(this.#rateFactors, this.#optimizer, update, learningRate, this.#carried);
    const updating = this.#memory.updateInParts(coefficients, this.#constrain);
    try {
      for (const _ of updating) yield UNDIVIDED;
    } finally {
      this.#updates = update;
      if (this.#scaler !== undefined && this.#scaling !== undefined && scaler !== undefined) {
        this.#scaling = nextScale(this.#scaler, this.#scaling, scaler.overflow);
      }
      this.#schedule.observe(this.#optimizer.learningRate, loss, this.#scheduled);
      port.changed(names);
      port.draw(null);
    }
    const moved = this.#memory.measures ? this.#memory.moved : [];
    const parameters = moved.map((own, i) => ({
      name: names[i],
      lnGradientNorm: lnGradients[i],
      lnSeenNorm: lnNorms[i],
      ...own,
    }));
    return { ...common, outcome: "finite", clips, parameters };
  }

  /** The pass of an update. If the caller stops it, the network draws no more masks. */
  *#pass(batch: Batch, threads: AsyncOptions["threads"]) {
    const port = this.network.training;
    let finished = false;
    try {
      const result = yield* port.run(batch, undefined, threads);
      finished = true;
      return result;
    } finally {
      if (!finished) port.draw(null);
    }
  }

  /** The loss scaler's record of the gradients of this update. */
  #watch(): LossScalerRecord | undefined {
    if (this.#scaling === undefined) return undefined;
    return watchGradients(
      this.trained.map((name) => this.#memory.view("gradient", name)),
      this.#scaling.scale,
    );
  }

  state(): TrainerState {
    return finish(this.stateInParts());
  }

  *stateInParts(): Generator<void, TrainerState> {
    this.#requireAlive();
    const tensors = yield* savedTensors(this.#memory, this.trained);
    return {
      schema: "evanesce.trainer/1",
      updates: this.#updates,
      optimizer: this.#optimizer.name,
      carried: { ...this.#carried },
      schedule: { ...this.#scheduled },
      ...(this.#scaling === undefined ? {} : { scaler: { ...this.#scaling } }),
      tensors,
    };
  }

  restore(state: TrainerState): void {
    finish(this.restoreInParts(state));
  }

  *restoreInParts(state: TrainerState): Generator<void, void> {
    this.#requireAlive();
    yield* restoreTensors(this.#memory, this.#optimizer, this.trained, state);
    this.#updates = state.updates;
    this.#carried = { ...state.carried };
    this.#scheduled = { ...state.schedule };
    if (this.#scaler !== undefined) this.#scaling = state.scaler ?? startOfScaler(this.#scaler);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.network.training.takeBack(); // refused while a pass is under way
    this.#disposed = true;
    this.#memory.dispose();
  }

  /** The records of an update that changes no parameter. */
  #still(lnGradients: readonly number[], seen: readonly number[]): ParameterStep[] {
    if (!this.#memory.measures) return [];
    return this.trained.map((name, i) => {
      const theta = this.#memory.view("theta", name);
      const start = this.#memory.view("start", name);
      return {
        name,
        lnGradientNorm: lnGradients[i],
        lnSeenNorm: seen[i],
        lnUpdateNorm: Number.NEGATIVE_INFINITY,
        lnNorm: lnTensorNorm(theta),
        lnDistance: lnTensorNorm(Float64Array.from(theta, (value, k) => value - start[k])),
      };
    });
  }

  /**
   * Where the pass left the range of float32. If the pass is finite: the trained parameter nearest to the loss whose
   * gradient is not finite in float32.
   */
  #origin(batch: Batch, seen: readonly number[]): Omit<TrainingNonfinite, "update"> {
    const found = this.network.training.origin(batch);
    if (found !== undefined) return found;
    const at = seen.findLastIndex(isBad);
    const parameter = this.network.training.table.find(({ name }) => name === this.trained[at]);
    const reverse = parameter?.place.module === "rnn" && parameter.place.reverse ? { reverse: true } : {};
    return { layer: parameter?.layer ?? 0, ...reverse, tensor: "float32 gradient", parameter: this.trained[at] };
  }

  #requireAlive(): void {
    if (this.#disposed) throw new EvanesceError("trainer", "alive", "a disposed one", "create a new one");
  }
}

/** The facts from which a trainer's memory is planned. @throws EvanesceError for a wrong option */
export const updateKindOf = ({ optimizer, clip }: Pick<TrainerOptions, "optimizer" | "clip">) =>
  updateKind(parseOptimizer(optimizer), parseClip(clip));

function updateKind({ rule, slots, scratch }: Optimizer, clip: ClipOptions, measures = true) {
  return { rule, slots, scratch, clips: Object.values(clip).some((limit) => limit !== undefined), measures };
}

/** Of ln of a norm: +∞ or NaN. */
const isBad = (lnNorm: number): boolean => !(lnNorm < Number.POSITIVE_INFINITY);
