import { readHalf } from "../flow/half/read.ts";
import type { GradientFlow, HalfFlow } from "../flow/index.ts";
import { finish } from "../base/time-slicing.ts";
import type { Presence } from "../flow/underflow/presence.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { type NetworkSizes, type ParameterShape, parameterTable } from "../spec/parameters.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine, sharedEngine } from "../wasm/engine.ts";
import type { Magnitudes } from "../wasm/magnitudes.ts";
import type { MaskSeed } from "../wasm/masks.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import { Listeners, type NetworkEvents, type NetworkListener } from "./events.ts";
import { type FlowHead, flowHead, type TaskNumbers } from "./flow-head.ts";
import { HeldPass, type Pass } from "./held-pass.ts";
import { type FinishedPass, type Locate, outcomeOf } from "./nonfinite.ts";
import type { OwnArrays } from "./own-arrays.ts";
import { gradientStore, parameterStore } from "./stores.ts";
import { borrowing, type TrainingPort } from "./training.ts";
import { PassLock } from "./pass-lock.ts";
import { PassRunner, type PassSteps } from "./pass-runner.ts";
import {
  type AsyncOptions,
  type GradientStore,
  GRADIENTS_ONLY,
  type MeasureOptions,
  type Network,
  type NetworkOptions,
  type ParameterStore,
} from "./types.ts";
import { ParameterValues } from "./values.ts";

/**
 * The part that both kinds of network share: parameters, one pass kept from call to call, its gradients, events,
 * disposal. A subclass plans its pass, feeds it and reads it.
 */
export abstract class NetworkBase<Spec extends NetworkSpec, P extends Pass> implements Network, PassSteps<P> {
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
  readonly #passLock = new PassLock();
  readonly #held: HeldPass<P>;
  readonly #runner: PassRunner<P>;

  constructor(spec: Spec, sizes: NetworkSizes, options: NetworkOptions, initial: Map<string, Float32Array>) {
    this.spec = spec;
    this.sizes = sizes;
    this.seed = options.seed ?? 0;
    this.engine = options.engine ?? sharedEngine();
    this.memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.table = parameterTable(spec, sizes);
    // without `init`: first values come with the parameters
    const specKey = JSON.stringify([{ ...spec, init: undefined }, sizes, this.memoryLimit]);
    this.#held = new HeldPass<P>(this, this.engine.idle, specKey);
    this.#runner = new PassRunner<P>(this, this.#held, this.#passLock, (flow) =>
      this.listeners.tell("pass", () => ({ flow })),
    );
    this.values = new ParameterValues(initial);
    const changed = (names: readonly string[]) => {
      this.changed();
      this.listeners.tell("parameters", () => ({ names }));
    };
    this.parameters = parameterStore(
      this.table,
      this.values,
      () => this.#held.requireAlive(),
      (name) => this.#passLock.requireNoPassRunning(`parameters.${name}`),
      (name) => changed([name]),
    );
    this.gradients = gradientStore(this.table, (name) => this.gradient(name));
    this.training = {
      engine: this.engine,
      memoryLimit: this.memoryLimit,
      table: this.table,
      ...borrowing(
        this.values,
        () => this.#passLock.requireNoPassRunning("network"),
        () => this.moved(),
      ),
      value: (name) => this.value(name),
      changed,
      draw: (update) => {
        this.#runner.update = update;
        this.draw(update);
      },
      run: (batch, masks, threads) => this.#runner.train(batch, masks, threads),
      finalState: () => this.finalState(),
      gather: (name, to) => (this.#held.pass as P).gather(name, to, this.value(name)),
      origin: (batch) => finish(this.measure(this.#held.pass as P, batch, GRADIENTS_ONLY)).nonfinite,
    };
  }

  abstract prepare(batch: Batch, options: MeasureOptions): Generator<void, P>;
  abstract feed(pass: P, batch: Batch): Generator<void, void>;
  abstract measure(pass: P, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow>;
  abstract presence(pass: P): Presence;
  abstract split(
    batch: Batch,
    options: MeasureOptions & AsyncOptions,
    threads: number,
    seed: MaskSeed,
  ): Promise<P | undefined>;

  /** Draws the random numbers of an update's passes (see `TrainingPort.draw`); by default there are none. */
  protected draw(_update: number | null): void {}

  /** The state after the last step of the last pass; by default there is none. */
  protected finalState(): BatchState | undefined {
    return undefined;
  }

  /** The parameters have moved to another address. */
  protected moved(): void {
    this.#held.outdate();
  }

  /** The parameters have other values. */
  protected changed(): void {
    this.moved();
  }

  get memoryBytes(): number {
    return this.#held.pass?.bytes ?? 0;
  }

  propagate(input: Batch | OwnArrays, options: MeasureOptions = {}): GradientFlow {
    return this.#runner.run(input, options);
  }

  propagateInParts(input: Batch | OwnArrays, options: MeasureOptions = {}): Generator<number, GradientFlow> {
    return this.#runner.inParts(input, options);
  }

  propagateAsync(input: Batch | OwnArrays, options: MeasureOptions & AsyncOptions = {}): Promise<GradientFlow> {
    return this.#runner.async(input, options);
  }

  /** The first fields of every flow. */
  protected flowHead(batch: Batch, measured: TaskNumbers): FlowHead {
    return flowHead(this, this.engine.build, this.#runner.masks, batch, measured);
  }

  /** How much of the last pass's gradient half precision would keep. */
  protected half(magnitudes: Magnitudes): HalfFlow {
    return readHalf(
      magnitudes,
      this.table.map(({ name }) => ({ name, gradient: () => this.gradient(name) })),
    );
  }

  /** The outcome of the last pass. */
  protected outcome(
    found: Omit<FinishedPass<P>, "table" | "value">,
    locate: Locate<P>,
  ): Pick<GradientFlow, "outcome" | "nonfinite"> {
    return outcomeOf({ ...found, table: this.table, value: (name) => this.value(name) }, locate);
  }

  /**
   * Returns the pass of the last call if that had the same shape, else one that a network of the same spec left, else a
   * new one, always with the current parameters. Pauses.
   *
   * @param shape everything on which the pass depends besides the spec's axes and kinds
   * @param begin readies a pass that this network has not used before
   */
  protected reuse(
    shape: object,
    make: () => Generator<void, P>,
    begin: (pass: P) => Generator<void, void>,
  ): Generator<void, P> {
    return this.#held.reuse(
      JSON.stringify(shape),
      () => this.values.all,
      make,
      begin,
      () => {
        this.listeners.tell("memory", () => ({ bytes: this.memoryBytes, engineBytes: this.engine.memoryBytes }));
      },
    );
  }

  /** How often parameters were loaded into a pass. */
  protected get loads(): number {
    return this.#held.loads;
  }

  /** The current pass, if there is one. */
  protected get pass(): P | undefined {
    return this.#held.pass;
  }

  /** A view of a parameter, not a copy. */
  protected value(name: string): Float32Array {
    return this.values.get(name) as Float32Array;
  }

  protected gradient(name: string): ScaledTensor {
    return this.finishedPass("gradients", "a pass run before", "call propagate first").gradient(name, this.value(name));
  }

  /** Views of the parameters and their gradients, by name. */
  protected tensors() {
    return {
      has: (name: string) => this.table.some((parameter) => parameter.name === name),
      value: (name: string) => this.value(name),
      gradient: (name: string) => this.gradient(name),
    };
  }

  /** @throws EvanesceError in these words where no pass has run */
  protected finishedPass(where: string, rule: string, remedy: string): P {
    return this.#held.requireFinished(where, rule, remedy);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  on<Name extends keyof NetworkEvents>(name: Name, listener: NetworkListener<Name>): () => void {
    return this.listeners.add(name, listener);
  }

  dispose(): void {
    if (this.#held.disposed) return;
    this.#passLock.release(); // a pass under way rejects at its next step
    this.#held.dispose();
    this.listeners.tell("dispose", () => ({}));
    this.listeners.clear();
  }
}
