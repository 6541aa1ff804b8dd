import { requireCallback, requireKnown, requireObject, requireSignal } from "../base/options-check.ts";
import { requireMeasureOptions } from "./measure-options.ts";
import { EvanesceError } from "../base/errors.ts";
import type { GradientFlow, TaskRecord } from "../flow/index.ts";
import { inTurns } from "../base/cooperative-work.ts";
import { finish, TimedSlices } from "../base/time-slicing.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { type NetworkSizes, type ParameterShape, parameterTable } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine, sharedEngine } from "../wasm/engine.ts";
import { random } from "../base/random.ts";
import { HEADROOM, LOWERED } from "../wasm/generated/constants.ts";
import type { MaskSeed } from "../wasm/masks.ts";
import type { ParameterMap, ScaledTensor } from "../wasm/scaled.ts";
import { Listeners, type NetworkEvents, type NetworkListener } from "./events.ts";
import { type FinishedPass, type Locate, outcomeOf, overflowedBackward } from "./nonfinite.ts";
import { asBatch, type OwnArrays } from "./own-arrays.ts";
import { gradientStore, parameterStore } from "./stores.ts";
import { borrowing, type TrainingPort } from "./training.ts";
import { threadsOf, Turnstile } from "./one-pass-at-a-time.ts";
import {
  ASYNC_KEYS,
  type AsyncOptions,
  type GradientStore,
  GRADIENTS_ONLY,
  MEASURE_KEYS,
  type MeasureOptions,
  type Network,
  type NetworkOptions,
  type ParameterStore,
} from "./types.ts";
import { ParameterValues } from "./values.ts";

/** Frees the pass of a network that was collected without `dispose()`. */
const UNDISPOSED = new FinalizationRegistry<{ pass: { dispose(): void } | undefined }>(({ pass }) => pass?.dispose());

/** A pass planned in WASM memory, whichever axis it runs along. */
export interface Pass {
  readonly bytes: number;
  readonly units: number;
  /** The mean loss of the last run, and its share of right answers where the loss has classes. */
  readonly loss: number;
  readonly accuracy: number | null;
  /** Sets what the masks of the batch that is fed next are drawn from. */
  maskSeed: MaskSeed;
  load(parameters: ParameterMap): void;
  /** Brings renormalized gradients to 2^headroom from the next run on. */
  setHeadroom(headroom: number): void;
  /** Runs units from ≤ u < to; by default all. */
  run(from?: number, to?: number): void;
  gradient(name: string, value: Float32Array): ScaledTensor;
  /** Writes ∂L/∂name at address `to` as float32, and returns ln of its norm before that. */
  gather(name: string, to: number, value: Float32Array): number;
  dispose(): void;
}

/**
 * What every network is, whichever axis its passes run along: parameters, one pass kept from call to call, its
 * gradients, events, a life that ends. A kind of network says how its pass is planned, fed and read.
 */
export abstract class LivingNetwork<Spec extends NetworkSpec, P extends Pass> implements Network {
  readonly spec: Spec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  readonly training: TrainingPort;
  protected readonly engine: Engine;
  protected readonly memoryLimit: number;
  protected readonly table: readonly ParameterShape[];
  protected readonly values: ParameterValues;
  protected readonly listeners = new Listeners();
  protected readonly turnstile = new Turnstile();
  /** How often parameters were loaded into a pass. */
  protected loads = 0;
  /** The pass, in a box of its own: a network that is collected leaves it to the registry. */
  readonly #held: { pass: P | undefined } = { pass: undefined };
  #passKey = "";
  /** Whether the pass holds the parameters as they are. */
  #loaded = false;
  /** Whether the pass has run since it was last made ready. */
  #finished = false;
  #disposed = false;
  /** The update whose masks a training pass draws; null between updates, where there are none. */
  #update: number | null = null;
  /** Whether the pass that is measured has its dropout. */
  #masks: boolean | number = true;
  readonly #slices = new TimedSlices();

  constructor(spec: Spec, sizes: NetworkSizes, options: NetworkOptions, initial: Map<string, Float32Array>) {
    this.spec = spec;
    this.sizes = sizes;
    this.seed = options.seed ?? 0;
    this.engine = options.engine ?? sharedEngine();
    this.memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.table = parameterTable(spec, sizes);
    UNDISPOSED.register(this, this.#held, this);
    this.values = new ParameterValues(initial);
    const changed = (names: readonly string[]) => {
      this.changed();
      this.listeners.tell("parameters", () => ({ names }));
    };
    this.parameters = parameterStore(
      this.table,
      this.values,
      () => this.#requireAlive(),
      (name) => this.turnstile.requireUnread(`parameters.${name}`),
      (name) => changed([name]),
    );
    this.gradients = gradientStore(this.table, (name) => this.gradient(name));
    this.training = {
      engine: this.engine,
      memoryLimit: this.memoryLimit,
      table: this.table,
      ...borrowing(
        this.values,
        () => this.turnstile.requireUnread("network"),
        () => this.moved(),
      ),
      changed,
      draw: (update) => {
        this.#update = update;
        this.draw(update);
      },
      run: (batch, masks) => this.#trainingPass(batch, masks),
      gather: (name, to) => (this.#held.pass as P).gather(name, to, this.value(name)),
      origin: (batch) => finish(this.measure(this.#held.pass as P, batch, GRADIENTS_ONLY)).nonfinite,
    };
  }

  /**
   * The pass for a batch and what is to be measured, with the parameters as they are; `reuse` keeps it from call to
   * call.
   */
  protected abstract prepare(batch: Batch, options: MeasureOptions): P;

  /** Copies the batch in. */
  protected abstract feed(pass: P, batch: Batch): Generator<void, void>;

  /** What the pass that has just run shows. */
  protected abstract measure(pass: P, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow>;

  /** Draws what is random in the passes of an update, as `TrainingPort.draw` says; by default nothing is. */
  protected draw(_update: number | null): void {}

  /** What the masks of a measured pass are drawn from. */
  protected maskSeed({ masks = true }: MeasureOptions): MaskSeed {
    this.#masks = masks;
    return masks === false ? null : maskSeedOf(this.seed, `dropout/${masks === true ? 0 : masks}`);
  }

  /** Parameters are elsewhere than they were. */
  protected moved(): void {
    this.#loaded = false;
  }

  /** Parameters are other than they were. */
  protected changed(): void {
    this.moved();
  }

  get memoryBytes(): number {
    return this.#held.pass?.bytes ?? 0;
  }

  propagate(given: Batch | OwnArrays, options: MeasureOptions = {}): GradientFlow {
    requireOptions(options, MEASURE_KEYS);
    this.turnstile.requireFree();
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.prepare(batch, options);
    pass.maskSeed = this.maskSeed(options);
    finish(this.feed(pass, batch));
    pass.run();
    return finish(this.read(pass, batch, options));
  }

  *propagateInParts(given: Batch | OwnArrays, options: MeasureOptions = {}): Generator<number, GradientFlow> {
    requireOptions(options, MEASURE_KEYS);
    this.turnstile.requireFree();
    return yield* this.#parts(given, options);
  }

  propagateAsync(given: Batch | OwnArrays, options: MeasureOptions & AsyncOptions = {}): Promise<GradientFlow> {
    return this.turnstile.pass(async () => {
      requireOptions(options, [...MEASURE_KEYS, ...ASYNC_KEYS]);
      requireSignal(options.signal);
      requireCallback("onProgress", options.onProgress);
      const threads = threadsOf(options);
      options.signal?.throwIfAborted();
      const split = threads > 1 ? this.split(given, options, threads) : undefined;
      return split ?? inTurns(this.#parts(given, options), options);
    });
  }

  /** A pass of a training run, in slices of about equal time. */
  *#trainingPass(
    given: Batch,
    masks?: number,
  ): Generator<void, { readonly loss: number; readonly accuracy: number | null }> {
    this.turnstile.requireFree();
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.prepare(batch, GRADIENTS_ONLY);
    if (masks !== undefined) pass.maskSeed = this.maskSeed({ masks });
    else pass.maskSeed = this.#update === null ? null : maskSeedOf(this.seed, `dropout/update ${this.#update}`);
    yield* this.feed(pass, batch);
    for (const _ of this.#slices.run(pass.units, (from, to) => pass.run(from, to))) yield;
    this.#finished = true;
    return { loss: pass.loss, accuracy: pass.accuracy };
  }

  /** A pass split over workers; undefined where it needs the whole batch at once. */
  protected split(
    _given: Batch | OwnArrays,
    _options: MeasureOptions & AsyncOptions,
    _threads: number,
  ): Promise<GradientFlow> | undefined {
    return undefined;
  }

  *#parts(given: Batch | OwnArrays, options: MeasureOptions): Generator<number, GradientFlow> {
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.prepare(batch, options);
    pass.maskSeed = this.maskSeed(options);
    yield 0;
    for (const _ of this.feed(pass, batch)) yield 0;
    yield* this.#slices.run(pass.units, (from, to) => pass.run(from, to));
    yield 1;
    const reading = this.read(pass, batch, options);
    for (;;) {
      const { done, value } = reading.next();
      if (done) return value;
      yield 1;
    }
  }

  /** What the pass that has just run shows, listeners told of it. */
  protected *read(pass: P, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    this.#finished = true;
    let flow = yield* this.measure(pass, batch, options);
    if (overflowedBackward(flow)) flow = yield* this.#withMoreRoom(pass, batch, options);
    this.turnstile.open();
    this.listeners.tell("pass", () => ({ flow }));
    return flow;
  }

  /** The pass once more, its gradients renormalized further down: a factor above 2⁸⁷ then stays in float32's range. */
  *#withMoreRoom(pass: P, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    pass.setHeadroom(LOWERED);
    try {
      yield* this.feed(pass, batch);
      for (const _ of this.#slices.run(pass.units, (from, to) => pass.run(from, to))) yield;
      return yield* this.measure(pass, batch, options);
    } finally {
      pass.setHeadroom(HEADROOM);
    }
  }

  /** What every flow begins with. */
  protected head(
    { name, batch, baseline, notes: given = [], lossOptions, information }: Batch,
    { steps, inputSquare, loss, lossAt }: Pick<TaskRecord, "steps" | "loss" | "lossAt"> & { inputSquare: number },
  ): Pick<GradientFlow, "schema" | "spec" | "seed" | "build" | "task" | "notes"> {
    const notes = [...given, ...maskNotes(this.spec, this.#masks)];
    return {
      schema: "evanesce.flow/1",
      spec: this.spec,
      seed: this.seed,
      build: this.engine.build,
      task: {
        name,
        batch,
        ...(steps === undefined ? {} : { steps }),
        inputs: this.sizes.inputs,
        inputSquare,
        outputs: this.sizes.outputs,
        loss,
        ...(lossOptions === undefined ? {} : { lossOptions }),
        ...(lossAt === undefined ? {} : { lossAt }),
        baseline: baseline ?? null,
        ...(information === undefined ? {} : { information }),
      },
      ...(notes.length === 0 ? {} : { notes }),
    };
  }

  /** How the pass that has just run ended. */
  protected outcome(
    found: Omit<FinishedPass<P>, "table" | "value">,
    locate: Locate<P>,
  ): Pick<GradientFlow, "outcome" | "nonfinite"> {
    return outcomeOf({ ...found, table: this.table, value: (name) => this.value(name) }, locate);
  }

  /** The pass of the last call where that had the same key, else a new one; either with the parameters as they are. */
  protected reuse(key: string, make: () => P): P {
    this.#requireAlive();
    if (this.#held.pass === undefined || key !== this.#passKey) {
      this.#held.pass?.dispose();
      this.#held.pass = undefined;
      this.#held.pass = make();
      this.#passKey = key;
      this.#loaded = false;
      this.listeners.tell("memory", () => ({ bytes: this.memoryBytes, engineBytes: this.engine.memoryBytes }));
    }
    this.#finished = false;
    if (!this.#loaded) {
      this.#held.pass.load(this.values.all);
      this.loads++;
    }
    this.#loaded = true;
    return this.#held.pass;
  }

  /** The pass as it is, if there is one. */
  protected get pass(): P | undefined {
    return this.#held.pass;
  }

  /** A parameter where it is, not a copy. */
  protected value(name: string): Float32Array {
    return this.values.get(name) as Float32Array;
  }

  protected gradient(name: string): ScaledTensor {
    return this.finishedPass("gradients", "a pass run before", "call propagate first").gradient(name, this.value(name));
  }

  /** Parameters and their gradients where they are, by name. */
  protected tensors() {
    return {
      has: (name: string) => this.table.some((parameter) => parameter.name === name),
      value: (name: string) => this.value(name),
      gradient: (name: string) => this.gradient(name),
    };
  }

  /** @throws EvanesceError in these words where no pass has run */
  protected finishedPass(where: string, rule: string, remedy: string): P {
    this.#requireAlive();
    if (this.#held.pass !== undefined && this.#finished) return this.#held.pass;
    throw new EvanesceError(where, rule, "none", remedy);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  on<Name extends keyof NetworkEvents>(name: Name, listener: NetworkListener<Name>): () => void {
    return this.listeners.add(name, listener);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    UNDISPOSED.unregister(this);
    this.turnstile.open(); // a pass under way rejects at its next step
    this.#held.pass?.dispose();
    this.#held.pass = undefined;
    this.listeners.tell("dispose", () => ({}));
    this.listeners.clear();
  }

  #requireAlive(): void {
    if (this.#disposed) throw new EvanesceError("network", "alive", "a disposed one", "create a new one");
  }
}

/** Whether the masks of a spec that has some were drawn, in a sentence. */
function maskNotes(spec: NetworkSpec, masks: boolean | number): string[] {
  const zoneout = spec.kind === "recurrent" && spec.zoneout !== undefined;
  const dropout =
    spec.dropout !== undefined ||
    (spec.kind === "recurrent" && (spec.variationalDropout ?? spec.recurrentDropout) !== undefined);
  if (!zoneout && !dropout) return [];
  const name = dropout ? (zoneout ? "Dropout and zoneout" : "Dropout") : "Zoneout";
  const are = dropout && zoneout ? "are" : "is";
  return [
    masks === false
      ? `${name} ${are} off, as in evaluation.`
      : `${name} ${are} on, as in training: --no-masks measures the network as it is evaluated.`,
  ];
}

function maskSeedOf(seed: number, name: string): MaskSeed {
  const { below } = random(seed, name);
  return [below(2 ** 32) | 0, below(2 ** 32) | 0];
}

/** Refuses what is no option of a pass. */
function requireOptions(options: object, keys: readonly string[]): void {
  requireObject("network.propagate", options, "give { probe: false } or leave it out");
  requireKnown("network.propagate", options, keys);
  requireMeasureOptions(options);
}
