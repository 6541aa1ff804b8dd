import { EvanesceError } from "../errors.ts";
import { type GradientFlow, lnTensorNorm, tensorNumbers } from "../flow/index.ts";
import { readCredit } from "../flow/credit.ts";
import { findUnderflow, readContributions, readReadoutGain, readStream, type StreamFlow } from "../flow/recurrent.ts";
import { poolOf } from "../parallel/pool.ts";
import { finish } from "../slices.ts";
import { readTruncated } from "../flow/truncated.ts";
import { initialise } from "../spec/initialisation/index.ts";
import { type NetworkSizes, type ParameterShape, parameterTable } from "../spec/parameters.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { Batch } from "../tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine, sharedEngine } from "../wasm/engine.ts";
import { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { isSplittable, SplitPass } from "../wasm/recurrent/split.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import { Listeners, type NetworkEvents, type NetworkListener } from "./events.ts";
import { inputSquare } from "./inputSquare.ts";
import { inTurns, threadsOf, Turnstile } from "./inTurns.ts";
import { asBatch, type OwnArrays } from "./ownArrays.ts";
import { unitCotangents } from "./probe.ts";
import { gradientStore, parameterFlows, parameterStore } from "./stores.ts";
import { BARE, borrowing, type TrainingPort } from "./training.ts";
import type { AsyncOptions, GradientStore, MeasureOptions, Network, NetworkOptions, ParameterStore } from "./types.ts";
import { ParameterValues } from "./values.ts";
import { windowOptions } from "./windows.ts";

/** How many there have been. */
let networks = 0;

/** A recurrent network: a stack of layers over time. */
export class RecurrentNetwork implements Network {
  readonly spec: RecurrentSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  readonly truncatedGradients: GradientStore;
  readonly training: TrainingPort;
  readonly #engine: Engine;
  readonly #memoryLimit: number;
  readonly #table: readonly ParameterShape[];
  readonly #values: ParameterValues;
  readonly #listeners = new Listeners();
  #pass: RecurrentPass | undefined;
  #passKey = "";
  /** Whether the pass holds the parameters as they are. */
  #loaded = false;
  /** Tells this network's weights from another's in a worker that has served both. */
  readonly #id = networks++;
  #loads = 0;
  #split: SplitPass | undefined;
  readonly #turnstile = new Turnstile();
  #finished = false;
  #disposed = false;

  constructor(spec: RecurrentSpec, sizes: NetworkSizes, options: NetworkOptions) {
    this.spec = spec;
    this.sizes = sizes;
    this.seed = options.seed ?? 0;
    this.#engine = options.engine ?? sharedEngine();
    this.#memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.#table = parameterTable(spec, sizes);
    this.#values = new ParameterValues(initialise(spec, sizes, this.seed));
    const changed = () => {
      this.#loaded = false;
    };
    const told = (names: readonly string[]) => {
      changed();
      this.#listeners.tell("parameters", () => ({ names }));
    };
    this.parameters = parameterStore(
      this.#table,
      this.#values,
      () => this.#requireAlive(),
      (name) => told([name]),
    );
    this.gradients = gradientStore(this.#table, (name) => this.#gradient(name));
    this.truncatedGradients = gradientStore(this.#table, (name) => this.#truncatedGradient(name));
    this.training = {
      engine: this.#engine,
      memoryLimit: this.#memoryLimit,
      table: this.#table,
      ...borrowing(this.#values, changed),
      changed: told,
      draw: () => undefined,
      run: (given) => {
        const batch = asBatch(given, this.spec, this.sizes);
        const pass = this.#prepare(batch, BARE);
        pass.feed(batch);
        pass.run();
        this.#finished = true;
        return { loss: pass.loss, accuracy: pass.accuracy };
      },
      gather: (name, to) => (this.#pass as RecurrentPass).gather(name, to, this.#values.get(name) as Float32Array),
      origin: (batch) => finish(this.#measure(this.#pass as RecurrentPass, batch, BARE)).nonfinite,
    };
  }

  get memoryBytes(): number {
    return this.#pass?.bytes ?? 0;
  }

  propagate(given: Batch | OwnArrays, options: MeasureOptions = {}): GradientFlow {
    this.#turnstile.requireFree();
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.#prepare(batch, options);
    pass.feed(batch);
    pass.run();
    return finish(this.#read(pass, batch, options));
  }

  *propagateInParts(given: Batch | OwnArrays, options: MeasureOptions = {}): Generator<number, GradientFlow> {
    this.#turnstile.requireFree();
    return yield* this.#parts(given, options);
  }

  *#parts(given: Batch | OwnArrays, options: MeasureOptions): Generator<number, GradientFlow> {
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.#prepare(batch, options);
    yield 0;
    for (const _ of pass.feedInParts(batch)) yield 0;
    const units = pass.units;
    for (let u = 0; u < units; u++) {
      pass.run(u, u + 1);
      yield (u + 1) / units;
    }
    const reading = this.#read(pass, batch, options);
    for (;;) {
      const { done, value } = reading.next();
      if (done) return value;
      yield 1;
    }
  }

  propagateAsync(given: Batch | OwnArrays, options: MeasureOptions & AsyncOptions = {}): Promise<GradientFlow> {
    return this.#turnstile.pass(async () => {
      const threads = threadsOf(options);
      options.signal?.throwIfAborted();
      if (threads > 1) {
        const batch = asBatch(given, this.spec, this.sizes);
        const pass = this.#prepare(batch, options);
        if (isSplittable(pass.geometry)) return this.#propagateSplit(pass, batch, threads, options);
      }
      return inTurns(this.#parts(given, options), options);
    });
  }

  async #propagateSplit(
    pass: RecurrentPass,
    batch: Batch,
    threads: number,
    options: MeasureOptions & AsyncOptions,
  ): Promise<GradientFlow> {
    pass.feed(batch);
    this.#split ??= new SplitPass(this.#engine, pass, this.#memoryLimit, `${this.#id}.${this.#loads}`);
    const split = this.#split;
    const jobs = split.jobs();
    split.begin();
    await poolOf(this.#engine.module).run(jobs, {
      threads,
      signal: options.signal,
      take: (p, results) => {
        split.take(p, results);
        options.onProgress?.((p + 1) / jobs.length);
      },
    });
    return finish(this.#read(pass, batch, options));
  }

  on<Name extends keyof NetworkEvents>(name: Name, listener: NetworkListener<Name>): () => void {
    return this.#listeners.add(name, listener);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#pass?.dispose();
    this.#pass = undefined;
    this.#listeners.tell("dispose", () => ({}));
    this.#listeners.clear();
  }

  #requireAlive(): void {
    if (this.#disposed) throw new EvanesceError("network", "alive", "a disposed one", "create a new one");
  }

  #prepare(batch: Batch, options: MeasureOptions): RecurrentPass {
    this.#requireAlive();
    requireFitting(batch, this.spec, this.sizes);
    const T = batch.steps as number;
    const lossEvery = batch.targets !== undefined && batch.lossAt === "every";
    const shape = {
      spec: this.spec,
      sizes: this.sizes,
      B: batch.batch,
      T,
      loss: batch.targets === undefined ? ("none" as const) : batch.loss,
      lossEvery,
      options: {
        ledger: options.ledger ?? true,
        probe: options.probe ?? true,
        contributions: options.contributions ?? true,
        lastStep: options.lastStep ?? false,
        ...windowOptions(options, this.spec, T, lossEvery),
      },
    };
    const key = JSON.stringify([shape.B, shape.T, shape.loss, shape.lossEvery, shape.options]);
    if (this.#pass === undefined || key !== this.#passKey) {
      this.#pass?.dispose();
      this.#pass = undefined;
      this.#pass = new RecurrentPass(this.#engine, shape, this.#memoryLimit);
      this.#passKey = key;
      this.#loaded = false;
      if (shape.options.probe) this.#pass.feedCotangents(unitCotangents(this.seed, shape.B, this.#pass.geometry.W));
      this.#listeners.tell("memory", () => ({ bytes: this.memoryBytes, engineBytes: this.#engine.memoryBytes }));
    }
    this.#finished = false;
    if (!this.#loaded) {
      this.#pass.load(this.#values.all);
      this.#loads++;
      this.#split = undefined;
    }
    this.#loaded = true;
    return this.#pass;
  }

  *#read(pass: RecurrentPass, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    const flow = yield* this.#measure(pass, batch, options);
    this.#listeners.tell("pass", () => ({ flow }));
    return flow;
  }

  *#measure(pass: RecurrentPass, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    this.#finished = true;
    const wantQuantiles = options.quantiles ?? true;
    const loss = yield* readStream(pass, "loss", wantQuantiles);
    const streams = pass.geometry.streams;
    const parameters = parameterFlows(
      this.#table,
      (name) => {
        const { data, exponent } = this.#gradient(name);
        return tensorNumbers(data, exponent);
      },
      (name) => lnTensorNorm(this.#values.get(name) as Float32Array),
    );
    const lossValue = pass.loss;
    const sound =
      pass.statesFinite &&
      Number.isFinite(lossValue) &&
      parameters.every(({ lnGradientNorm }) => lnGradientNorm < Number.POSITIVE_INFINITY) &&
      loss.lnGradientNorm.every((value) => value < Number.POSITIVE_INFINITY);
    const underflow = findUnderflow(pass);
    const { truncate, creditStride } = pass.geometry.options;
    const matrix = typeof options.credit === "object" && options.credit.matrix === true;
    yield;
    const meanSquare = yield* inputSquare(batch.inputs);
    const { layers, ...profile } = loss;
    const { ledgers: _, ...withoutLedgers } = profile;
    return {
      schema: "evanesce.flow/1",
      spec: this.spec,
      seed: this.seed,
      build: this.#engine.build,
      task: {
        name: batch.name,
        batch: batch.batch,
        steps: batch.steps as number,
        inputs: this.sizes.inputs,
        inputSquare: meanSquare,
        outputs: this.sizes.outputs,
        loss: pass.geometry.loss,
        lossAt: pass.geometry.lossEvery ? "every" : "last",
        baseline: batch.baseline ?? null,
      },
      loss: lossValue,
      outcome: sound ? "finite" : "nonfinite",
      ...(sound
        ? {}
        : { nonfinite: locateNonfinite(pass, loss.lnGradientNorm, batch, this.#nonfiniteParameters(batch)) }),
      ...(underflow === undefined ? {} : { underflow }),
      axis: "step",
      ...withoutLedgers,
      layers,
      ...(pass.geometry.options.contributions ? { contributions: readContributions(pass) } : {}),
      parameters,
      readoutGain: readReadoutGain(pass, loss),
      ...(streams.includes("probe")
        ? { probe: transportOf(yield* readStream(pass, "probe", wantQuantiles), Math.sqrt(batch.batch)) }
        : {}),
      ...(streams.includes("lastStep")
        ? { lastStep: transportOf(yield* readStream(pass, "lastStep", wantQuantiles)) }
        : {}),
      ...(truncate === undefined
        ? {}
        : {
            truncated: yield* readTruncated(
              pass,
              this.#table,
              (name) => this.#gradient(name),
              (name) => this.#truncatedGradient(name),
            ),
          }),
      ...(creditStride === undefined ? {} : { credit: yield* readCredit(pass, matrix) }),
    };
  }

  /** Those of which some value is not finite; a readout that the pass goes by is not among them. */
  #nonfiniteParameters(batch: Batch): ParameterShape[] {
    return this.#table.filter(
      ({ name, of }) =>
        (of !== "readout" || batch.targets !== undefined) &&
        this.#values.get(name)?.some((value) => !Number.isFinite(value)),
    );
  }

  #gradient(name: string): ScaledTensor {
    this.#requireAlive();
    if (this.#pass === undefined || !this.#finished) {
      throw new EvanesceError("gradients", "a pass run before", "none", "call propagate first");
    }
    return this.#pass.gradient(name, this.#values.get(name) as Float32Array);
  }

  #truncatedGradient(name: string): ScaledTensor {
    this.#requireAlive();
    if (this.#pass?.geometry.options.truncate === undefined || !this.#finished) {
      throw new EvanesceError(
        "truncatedGradients",
        "a pass with truncate run before",
        "none",
        "call propagate with it",
      );
    }
    return this.#pass.truncatedGradient(name, this.#values.get(name) as Float32Array);
  }
}

/** A stream's flow as a Transport; the whole batch's norm is given relative to `unit`. */
function transportOf(stream: StreamFlow, unit = 1): NonNullable<GradientFlow["probe"]> {
  const { layers: _, lnGradientNorm, ...rest } = stream;
  const shift = Math.log(unit);
  return { ...rest, lnGradientNorm: shift === 0 ? lnGradientNorm : lnGradientNorm.map((value) => value - shift) };
}

/** Where the first NaN or infinity stood: in the inputs or a parameter, in a state on the way out, or in a gradient on the way back. */
function locateNonfinite(
  pass: RecurrentPass,
  profile: Float64Array,
  { inputs, batch: B, inputSize: X }: Batch,
  parameters: readonly ParameterShape[],
): NonNullable<GradientFlow["nonfinite"]> {
  const state = pass.firstNonfinite();
  const given = Math.floor(inputs.findIndex((value) => !Number.isFinite(value)) / (B * X)); // its step; −1 for none
  if (given >= 0 && (state?.step ?? given) >= given) return { step: given, layer: 0, tensor: "inputs" };
  const top = pass.geometry.layers.length - 1;
  // a level's parameters meet its first step: where a level below broke before, they are not what broke it
  const level = Math.floor((state?.layer ?? pass.geometry.layers.length) / pass.geometry.D);
  const parameter = parameters.find(({ layer }) => layer <= level);
  if (parameter !== undefined)
    return { ...(state ?? { step: pass.geometry.T - 1, layer: top }), tensor: parameter.name };
  if (state !== undefined) return { ...state, tensor: "h" };
  if (!Number.isFinite(pass.loss)) return { step: pass.geometry.T - 1, layer: top, tensor: "loss" };
  const step = profile.findLastIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  return step < 0 ? { layer: top, tensor: "gradient" } : { step, layer: top, tensor: "delta" };
}

function requireFitting(batch: Batch, spec: RecurrentSpec, sizes: NetworkSizes): void {
  const { steps, inputSize, outputSize, loss } = batch;
  if (steps === undefined)
    throw new EvanesceError("batch.steps", "a sequence length", undefined, "give inputs [T, B, X]");
  if (inputSize !== sizes.inputs) {
    throw new EvanesceError(
      "batch.inputSize",
      `the network's inputs ${sizes.inputs}`,
      inputSize,
      "set network.inputs to the batch's",
    );
  }
  const outputs = sizes.outputs ?? spec.hidden * (spec.bidirectional ? 2 : 1);
  if (batch.targets !== undefined && outputSize !== undefined && outputSize !== outputs) {
    const rule =
      sizes.outputs === null ? `${outputs} hidden units, as there is no readout` : `the network's outputs ${outputs}`;
    throw new EvanesceError("batch.outputSize", rule, outputSize, "set network.outputs to the batch's");
  }
  if (loss !== "mse" && loss !== "cross_entropy" && loss !== "none") {
    throw new EvanesceError(
      "batch.loss",
      "mse, cross_entropy or none for a recurrent network",
      loss,
      "choose one of these",
    );
  }
}
