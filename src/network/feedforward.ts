import { EvanesceError } from "../errors.ts";
import { findUnderflow, readDepthReadoutGain, readStatistics, readSweep } from "../flow/feedforward.ts";
import { type GradientFlow, lnNorm } from "../flow/index.ts";
import { random } from "../random.ts";
import type { FeedforwardSpec } from "../spec/feedforward.ts";
import { initialise } from "../spec/initialisation/index.ts";
import {
  layerBlocks,
  layerWidths,
  type NetworkSizes,
  type ParameterShape,
  parameterTable,
} from "../spec/parameters.ts";
import { finish } from "../slices.ts";
import type { Batch } from "../tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine, sharedEngine } from "../wasm/engine.ts";
import { buildTape } from "../wasm/feedforward/build.ts";
import { DepthPass, type GradientSums } from "../wasm/feedforward/pass.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import { Listeners, type NetworkEvents, type NetworkListener } from "./events.ts";
import { requireFitting } from "./fitting.ts";
import { inputSquare } from "./inputSquare.ts";
import { inTurns, threadsOf, Turnstile } from "./inTurns.ts";
import { lsuv } from "./lsuv.ts";
import { locateNonfinite } from "./nonfinite.ts";
import { asBatch, type OwnArrays } from "./ownArrays.ts";
import { unitCotangents } from "./probe.ts";
import { gradientStore, parameterFlows, parameterStore } from "./stores.ts";
import { BARE, borrowing, type TrainingPort } from "./training.ts";
import { requireNoWindows } from "./windows.ts";
import type { AsyncOptions, GradientStore, MeasureOptions, Network, NetworkOptions, ParameterStore } from "./types.ts";
import { ParameterValues } from "./values.ts";

/** A deep feed-forward network. */
export class FeedforwardNetwork implements Network {
  readonly spec: FeedforwardSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  readonly training: TrainingPort;
  readonly #engine: Engine;
  readonly #memoryLimit: number;
  readonly #table: readonly ParameterShape[];
  readonly #values: ParameterValues;
  /** Which blocks stochastic depth keeps: drawn from the seed; null for all of them at their expected strength. */
  #kept: readonly boolean[] | null;
  /** ln ‖parameter‖ by name, of those measured since they were set. */
  readonly #lnNorms = new Map<string, number>();
  readonly #listeners = new Listeners();
  #pass: DepthPass | undefined;
  #passKey = "";
  #loaded = false;
  readonly #turnstile = new Turnstile();
  #finished = false;
  #disposed = false;
  #awaitsLsuv: boolean;

  constructor(spec: FeedforwardSpec, sizes: NetworkSizes, options: NetworkOptions) {
    this.spec = spec;
    this.sizes = sizes;
    this.seed = options.seed ?? 0;
    this.#engine = options.engine ?? sharedEngine();
    this.#memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.#table = parameterTable(spec, sizes);
    this.#values = new ParameterValues(initialise(spec, sizes, this.seed));
    this.#awaitsLsuv = spec.init.lsuv;
    this.#kept = options.kept === undefined ? keptBlocks(spec, this.seed) : requireKept(options.kept, spec);
    const moved = () => {
      this.#loaded = false;
      this.#lnNorms.clear();
    };
    const changed = () => {
      moved();
      this.#awaitsLsuv = false; // the caller's own values are not to be rescaled
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
    this.training = {
      engine: this.#engine,
      memoryLimit: this.#memoryLimit,
      table: this.#table,
      ...borrowing(this.#values, moved),
      changed: told,
      draw: (update) => {
        if (spec.stochasticDepth > 0 && options.kept === undefined) this.#draw(update);
      },
      run: (batch) => {
        const pass = this.#prepare(asBatch(batch, this.spec, this.sizes), BARE);
        pass.run();
        this.#finished = true;
        return { loss: pass.loss, accuracy: pass.accuracy };
      },
      gather: (name, to) => (this.#pass as DepthPass).gather(name, to),
      origin: (batch) => this.#measure(this.#pass as DepthPass, batch, BARE).nonfinite,
    };
  }

  get memoryBytes(): number {
    return this.#pass?.bytes ?? 0;
  }

  propagate(given: Batch | OwnArrays, options: MeasureOptions = {}): GradientFlow {
    this.#turnstile.requireFree();
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.#prepare(batch, options);
    pass.run();
    return this.#read(pass, batch, options);
  }

  *propagateInParts(given: Batch | OwnArrays, options: MeasureOptions = {}): Generator<number, GradientFlow> {
    this.#turnstile.requireFree();
    return yield* this.#parts(given, options);
  }

  *#parts(given: Batch | OwnArrays, options: MeasureOptions): Generator<number, GradientFlow> {
    const batch = asBatch(given, this.spec, this.sizes);
    const pass = this.#prepare(batch, options);
    const units = pass.units;
    for (let u = 0; u < units; u++) {
      pass.run(u, u + 1);
      yield (u + 1) / units;
    }
    return this.#read(pass, batch, options);
  }

  propagateAsync(given: Batch | OwnArrays, options: MeasureOptions & AsyncOptions = {}): Promise<GradientFlow> {
    return this.#turnstile.pass(async () => {
      threadsOf(options);
      return inTurns(this.#parts(given, options), options);
    });
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

  /** Draws which blocks an update keeps; null: all of them. */
  #draw(update: number | null): void {
    this.#kept = update === null ? null : keptBlocks(this.spec, this.seed, `stochastic_depth/${update}`);
    this.#pass?.setFactors(buildTape(this.spec, this.sizes.inputs, this.sizes.outputs, this.#kept));
  }

  #prepare(batch: Batch, options: MeasureOptions): DepthPass {
    this.#requireAlive();
    requireFitting(batch, this.spec, this.sizes);
    requireNoWindows(options);
    const shape = {
      spec: this.spec,
      sizes: this.sizes,
      B: batch.batch,
      loss: batch.targets === undefined ? ("none" as const) : batch.loss,
      options: {
        ledger: options.ledger ?? true,
        probe: options.probe ?? true,
        statistics: options.statistics ?? true,
      },
    };
    const key = JSON.stringify([shape.B, shape.loss, shape.options]);
    if (this.#pass === undefined || key !== this.#passKey) {
      this.#pass?.dispose();
      this.#pass = undefined;
      const tape = buildTape(this.spec, this.sizes.inputs, this.sizes.outputs, this.#kept);
      this.#pass = new DepthPass(this.#engine, shape, tape, this.#memoryLimit);
      this.#passKey = key;
      this.#loaded = false;
      const top = layerWidths(this.spec).at(-1) as number;
      if (shape.options.probe) this.#pass.feedCotangents(unitCotangents(this.seed, shape.B, top));
      this.#listeners.tell("memory", () => ({ bytes: this.memoryBytes, engineBytes: this.#engine.memoryBytes }));
    }
    this.#finished = false;
    if (!this.#loaded) this.#pass.load(this.#values.all);
    this.#loaded = true;
    this.#pass.feed(batch);
    if (this.#awaitsLsuv) {
      lsuv(this.#pass, this.#values.all);
      this.#lnNorms.clear();
      this.#awaitsLsuv = false;
      this.#listeners.tell("parameters", () => ({ names: this.parameters.names }));
    }
    return this.#pass;
  }

  #read(pass: DepthPass, batch: Batch, options: MeasureOptions): GradientFlow {
    const flow = this.#measure(pass, batch, options);
    this.#listeners.tell("pass", () => ({ flow }));
    return flow;
  }

  #measure(pass: DepthPass, batch: Batch, options: MeasureOptions): GradientFlow {
    this.#finished = true;
    const wantQuantiles = options.quantiles ?? true;
    const { ledger, ledgers: _, ...profile } = readSweep(pass, 0, wantQuantiles);
    const sums = pass.gradientSums();
    const parameters = parameterFlows(
      this.#table,
      (name, count) => {
        const { square, magnitude, zeros, exponent } = sums.get(name) as GradientSums;
        return {
          lnNorm: square === 0 ? Number.NEGATIVE_INFINITY : lnNorm(square, exponent),
          lnMeanAbs: magnitude === 0 ? Number.NEGATIVE_INFINITY : Math.log(magnitude / count) + exponent * Math.LN2,
          zeroShare: zeros / count,
        };
      },
      (name, count) => this.#lnParameterNorm(pass, name, count),
    );
    const loss = pass.loss;
    const sound =
      pass.firstNonfinite() < 0 &&
      Number.isFinite(loss) &&
      parameters.every(({ lnGradientNorm }) => lnGradientNorm < Number.POSITIVE_INFINITY) &&
      profile.lnGradientNorm.every((value) => value < Number.POSITIVE_INFINITY);
    const nonfinite = sound
      ? undefined
      : locateNonfinite({ pass, profile: profile.lnGradientNorm, batch, table: this.#table, values: this.#values.all });
    const underflow = findUnderflow(pass);
    return {
      schema: "evanesce.flow/1",
      spec: this.spec,
      seed: this.seed,
      build: this.#engine.build,
      task: {
        name: batch.name,
        batch: batch.batch,
        inputs: this.sizes.inputs,
        inputSquare: finish(inputSquare(batch.inputs)),
        outputs: this.sizes.outputs,
        loss: pass.shape.loss,
        baseline: batch.baseline ?? null,
      },
      loss,
      outcome: sound ? "finite" : "nonfinite",
      ...(nonfinite === undefined ? {} : { nonfinite }),
      ...(underflow === undefined ? {} : { underflow }),
      axis: "layer",
      ...profile,
      layers: [{ lnGradientNorm: profile.lnGradientNorm, ...(ledger === undefined ? {} : { ledger }) }],
      ...(pass.shape.options.statistics ? { statistics: readStatistics(pass, this.spec.activation) } : {}),
      parameters,
      readoutGain: readDepthReadoutGain(pass, profile.lnGradientNorm),
      ...(pass.shape.options.probe ? { probe: probeOf(pass, wantQuantiles) } : {}),
    };
  }

  /** ln ‖name‖, measured once for every time it is set. */
  #lnParameterNorm(pass: DepthPass, name: string, count: number): number {
    let norm = this.#lnNorms.get(name);
    if (norm === undefined) {
      norm = 0.5 * Math.log(pass.parameterSquare(name, count));
      this.#lnNorms.set(name, norm);
    }
    return norm;
  }

  #gradient(name: string): ScaledTensor {
    this.#requireAlive();
    if (this.#pass === undefined || !this.#finished) {
      throw new EvanesceError("gradients", "a pass run before", "none", "call propagate first");
    }
    return this.#pass.gradient(name);
  }
}

/** The probe's profile, each sample's cotangent of norm 1: the batch's norm over √B. */
function probeOf(pass: DepthPass, wantQuantiles: boolean): NonNullable<GradientFlow["probe"]> {
  const { ledger: _, lnGradientNorm, ...rest } = readSweep(pass, 1, wantQuantiles);
  const shift = 0.5 * Math.log(pass.shape.B);
  return { ...rest, lnGradientNorm: lnGradientNorm.map((value) => value - shift) };
}

/** Block k of K is dropped with probability p (k + 1)/K (Huang et al. 2016). */
function keptBlocks(spec: FeedforwardSpec, seed: number, name = "stochastic_depth"): boolean[] {
  const blocks = layerBlocks(spec);
  const stream = random(seed, name);
  return blocks.map((_, k) => stream.uniform() >= (spec.stochasticDepth * (k + 1)) / blocks.length);
}

/** @throws EvanesceError where a draw of the caller's does not name every block */
function requireKept(kept: readonly boolean[], spec: FeedforwardSpec): readonly boolean[] {
  const { length } = layerBlocks(spec);
  if (kept.length === length) return [...kept];
  throw new EvanesceError("kept", `one of true or false for each of ${length} blocks`, kept, "leave it out to draw it");
}
