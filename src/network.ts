import { EvanesceError } from "./errors.ts";
import { type GradientFlow, lnTensorNorm, type ParameterFlow } from "./flow/index.ts";
import { findUnderflow, readContributions, readReadoutGain, readStream } from "./flow/recurrent.ts";
import { random } from "./random.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "./spec/index.ts";
import { initialise } from "./spec/initialisation/index.ts";
import { elements, type NetworkSizes, type ParameterShape, parameterTable } from "./spec/parameters.ts";
import type { RecurrentSpec } from "./spec/recurrent.ts";
import type { Batch } from "./tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine, sharedEngine } from "./wasm/engine.ts";
import { RecurrentPass, type ScaledTensor } from "./wasm/recurrent/pass.ts";

/** What a pass measures besides the gradients and their norm at every station. */
export interface MeasureOptions {
  /** The exact split of every station's gain into factors. Default true. */
  readonly ledger?: boolean | undefined;
  /** The profile of random unit cotangents, independent of the loss. Default true. */
  readonly probe?: boolean | undefined;
  /** Each step's own contribution to ∂L/∂W_hh. Default true. */
  readonly contributions?: boolean | undefined;
  /** 5, 50 and 95 % quantiles over the batch. Default true. */
  readonly quantiles?: boolean | undefined;
  /** With a loss at every step: also the profile of the last step's loss alone. Default false. */
  readonly lastStep?: boolean | undefined;
}

export interface NetworkOptions {
  /** Seed of the initialisation and of the probe; a whole number, default 0. */
  readonly seed?: number | undefined;
  /** X, where the spec leaves `inputs` out. */
  readonly inputs?: number | undefined;
  /** Y, where the spec leaves `outputs` out; null for no readout. */
  readonly outputs?: number | null | undefined;
  /** Bytes of WASM memory one pass may take; default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  /** Whose memory to use; by default one shared by all networks of this thread. */
  readonly engine?: Engine | undefined;
}

/** Named tensors, copied in and copied out. */
export interface ParameterStore {
  readonly names: readonly string[];
  shape(name: string): readonly number[];
  /** A copy, row-major. @throws EvanesceError for a name the network does not have */
  get(name: string): Float32Array;
  /** Copies `values` in. @throws EvanesceError for an unknown name or a wrong length */
  set(name: string, values: ArrayLike<number>): void;
}

/** The gradients of the last pass. */
export interface GradientStore {
  readonly names: readonly string[];
  /**
   * ∂L/∂name, row-major: a Float32Array, or a Float64Array where the norm lies outside 1e-30 … 1e30.
   * @throws EvanesceError before the first pass, or for a name the network does not have
   */
  get(name: string): Float32Array | Float64Array;
  /** ln ‖∂L/∂name‖_F, valid where even a float64 is not. */
  lnNorm(name: string): number;
}

/** A spec with parameters, alive in WASM memory. */
export interface Network {
  readonly spec: NetworkSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  /** Bytes of WASM memory held now, zero before the first pass. */
  readonly memoryBytes: number;
  /**
   * One forward and backward pass over `batch`.
   * @throws EvanesceError where the batch does not fit the network or the plan does not fit the memory limit
   */
  propagate(batch: Batch, options?: MeasureOptions): GradientFlow;
  /** The same pass in parts, for hosts that report progress or stop: yields the share done, returns the flow. */
  propagateInParts(batch: Batch, options?: MeasureOptions): Generator<number, GradientFlow>;
  /** Frees its memory; a later call throws. */
  dispose(): void;
}

/**
 * Brings a spec to life: parameters initialised from the seed, memory taken at the first pass.
 * @throws EvanesceError naming the field that breaks a rule
 */
export function createNetwork(input: NetworkInput, options: NetworkOptions = {}): Network {
  const spec = parseSpec(input);
  const sizes = resolveSizes(spec, options);
  if (spec.kind !== "recurrent") throw new EvanesceError("network.kind", '"recurrent"', spec.kind, "use a recurrent spec");
  return new RecurrentNetwork(spec, sizes, options);
}

function resolveSizes(spec: NetworkSpec, options: NetworkOptions): NetworkSizes {
  const inputs = spec.inputs ?? options.inputs;
  if (inputs === undefined) {
    throw new EvanesceError("network.inputs", "a whole number ≥ 1", undefined, "set inputs, or take them from a task");
  }
  return { inputs, outputs: spec.outputs ?? options.outputs ?? null };
}

class RecurrentNetwork implements Network {
  readonly spec: RecurrentSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  readonly #engine: Engine;
  readonly #memoryLimit: number;
  readonly #table: readonly ParameterShape[];
  readonly #values: Map<string, Float32Array>;
  #pass: RecurrentPass | undefined;
  #passKey = "";
  #finished = false;
  #disposed = false;

  constructor(spec: RecurrentSpec, sizes: NetworkSizes, options: NetworkOptions) {
    this.spec = spec;
    this.sizes = sizes;
    this.seed = options.seed ?? 0;
    this.#engine = options.engine ?? sharedEngine();
    this.#memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.#table = parameterTable(spec, sizes);
    this.#values = initialise(spec, sizes, this.seed);
    this.parameters = parameterStore(this.#table, this.#values);
    this.gradients = {
      names: this.parameters.names,
      get: (name) => toArray(this.#gradient(name)),
      lnNorm: (name) => {
        const { data, exponent } = this.#gradient(name);
        return lnTensorNorm(data, exponent);
      },
    };
  }

  get memoryBytes(): number {
    return this.#pass?.bytes ?? 0;
  }

  propagate(batch: Batch, options: MeasureOptions = {}): GradientFlow {
    const pass = this.#prepare(batch, options);
    pass.run();
    return this.#read(pass, batch, options);
  }

  *propagateInParts(batch: Batch, options: MeasureOptions = {}): Generator<number, GradientFlow> {
    const pass = this.#prepare(batch, options);
    const units = pass.units;
    for (let u = 0; u < units; u++) {
      pass.run(u, u + 1);
      yield (u + 1) / units;
    }
    return this.#read(pass, batch, options);
  }

  dispose(): void {
    this.#disposed = true;
    this.#pass?.dispose();
    this.#pass = undefined;
  }

  #prepare(batch: Batch, options: MeasureOptions): RecurrentPass {
    if (this.#disposed) throw new EvanesceError("network", "alive", "a disposed one", "create a new one");
    requireFitting(batch, this.spec, this.sizes);
    const shape = {
      spec: this.spec,
      sizes: this.sizes,
      B: batch.batch,
      T: batch.steps as number,
      loss: batch.targets === undefined ? ("none" as const) : batch.loss,
      lossEvery: batch.targets !== undefined && batch.lossAt === "every",
      options: {
        ledger: options.ledger ?? true,
        probe: options.probe ?? true,
        contributions: options.contributions ?? true,
        lastStep: options.lastStep ?? false,
      },
    };
    const key = JSON.stringify([shape.B, shape.T, shape.loss, shape.lossEvery, shape.options]);
    if (this.#pass === undefined || key !== this.#passKey) {
      this.#pass?.dispose();
      this.#pass = undefined;
      this.#pass = new RecurrentPass(this.#engine, shape, this.#memoryLimit);
      this.#passKey = key;
      if (shape.options.probe) this.#pass.feedCotangents(unitCotangents(this.seed, shape.B, this.spec.hidden));
    }
    this.#finished = false;
    this.#pass.load(this.#values);
    this.#pass.feed(batch);
    return this.#pass;
  }

  #read(pass: RecurrentPass, batch: Batch, options: MeasureOptions): GradientFlow {
    this.#finished = true;
    const wantQuantiles = options.quantiles ?? true;
    const loss = readStream(pass, "loss", wantQuantiles);
    const streams = pass.geometry.streams;
    const parameters: ParameterFlow[] = this.#table.map(({ name, shape }) => ({
      name,
      shape,
      lnGradientNorm: this.gradients.lnNorm(name),
      lnNorm: lnTensorNorm(this.#values.get(name) as Float32Array),
    }));
    const lossValue = pass.loss;
    const sound =
      Number.isFinite(lossValue) &&
      parameters.every(({ lnGradientNorm }) => lnGradientNorm < Number.POSITIVE_INFINITY) &&
      loss.lnGradientNorm.every((value) => value < Number.POSITIVE_INFINITY);
    const underflow = findUnderflow(pass);
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
        outputs: this.sizes.outputs,
        loss: pass.geometry.loss,
        lossAt: pass.geometry.lossEvery ? "every" : "last",
        baseline: batch.baseline ?? null,
      },
      loss: lossValue,
      outcome: sound ? "finite" : "nonfinite",
      ...(sound ? {} : { nonfinite: locateNonfinite(pass, loss.lnGradientNorm) }),
      ...(underflow === undefined ? {} : { underflow }),
      axis: "step",
      ...withoutLedgers,
      layers,
      ...(pass.geometry.options.contributions ? { contributions: readContributions(pass) } : {}),
      parameters,
      readoutGain: readReadoutGain(pass, loss),
      ...(streams.includes("probe") ? { probe: transportOf(readStream(pass, "probe", wantQuantiles), Math.sqrt(batch.batch)) } : {}),
      ...(streams.includes("lastStep") ? { lastStep: transportOf(readStream(pass, "lastStep", wantQuantiles)) } : {}),
    };
  }

  #gradient(name: string): ScaledTensor {
    requireName(this.#table, name);
    if (this.#pass === undefined || !this.#finished) {
      throw new EvanesceError("gradients", "a pass run before", "none", "call propagate first");
    }
    return this.#pass.gradient(name);
  }
}

/** A stream's flow as a Transport; the whole batch's norm is given relative to `unit`. */
function transportOf(stream: ReturnType<typeof readStream>, unit = 1): NonNullable<GradientFlow["probe"]> {
  const { layers: _, lnGradientNorm, ...rest } = stream;
  const shift = Math.log(unit);
  return { ...rest, lnGradientNorm: shift === 0 ? lnGradientNorm : lnGradientNorm.map((value) => value - shift) };
}

/** Where the first NaN or infinity stood: in a state on the way out, or in a gradient on the way back. */
function locateNonfinite(pass: RecurrentPass, profile: Float64Array): NonNullable<GradientFlow["nonfinite"]> {
  const state = pass.firstNonfinite();
  if (state !== undefined) return { ...state, tensor: "h" };
  const top = pass.geometry.L - 1;
  if (!Number.isFinite(pass.loss)) return { step: pass.geometry.T - 1, layer: top, tensor: "loss" };
  const step = profile.findLastIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  return step < 0 ? { layer: top, tensor: "gradient" } : { step, layer: top, tensor: "delta" };
}

/** [B, H] random directions, each sample's of norm 1. */
function unitCotangents(seed: number, B: number, H: number): Float32Array {
  const stream = random(seed, "probe");
  const cotangents = new Float32Array(B * H);
  for (let b = 0; b < B; b++) {
    const direction = Float64Array.from({ length: H }, () => stream.normal());
    const norm = Math.hypot(...direction);
    for (let i = 0; i < H; i++) cotangents[b * H + i] = direction[i] / norm;
  }
  return cotangents;
}

/** A Float32Array where that keeps the digits, a Float64Array elsewhere. */
function toArray({ data, exponent }: ScaledTensor): Float32Array | Float64Array {
  const norm = lnTensorNorm(data, exponent);
  const Type = Math.abs(norm) > Math.log(1e30) && Number.isFinite(norm) ? Float64Array : Float32Array;
  const half = Math.trunc(exponent / 2); // two factors: 2^exponent alone may lie outside float64 where the product does not
  const array = new Type(data.length);
  for (let i = 0; i < data.length; i++) array[i] = data[i] * 2 ** half * 2 ** (exponent - half);
  return array;
}

function parameterStore(table: readonly ParameterShape[], values: Map<string, Float32Array>): ParameterStore {
  return {
    names: table.map(({ name }) => name),
    shape: (name) => requireName(table, name).shape,
    get: (name) => {
      requireName(table, name);
      return (values.get(name) as Float32Array).slice();
    },
    set: (name, given) => {
      const { shape } = requireName(table, name);
      const count = elements(shape);
      if (given.length !== count) {
        throw new EvanesceError(`parameters.${name}`, `${count} values, [${shape.join(", ")}] row-major`, given.length, "give every value of the tensor");
      }
      (values.get(name) as Float32Array).set(given);
    },
  };
}

function requireName(table: readonly ParameterShape[], name: string): ParameterShape {
  const found = table.find((parameter) => parameter.name === name);
  if (found === undefined) {
    throw new EvanesceError(`parameters.${name}`, "a parameter of this network", name, `it has ${table.map((p) => p.name).join(", ")}`);
  }
  return found;
}

function requireFitting(batch: Batch, spec: RecurrentSpec, sizes: NetworkSizes): void {
  const { steps, inputSize, outputSize, loss } = batch;
  if (steps === undefined) throw new EvanesceError("batch.steps", "a sequence length", undefined, "give inputs [T, B, X]");
  if (inputSize !== sizes.inputs) {
    throw new EvanesceError("batch.inputSize", `the network's inputs ${sizes.inputs}`, inputSize, "set network.inputs to the batch's");
  }
  const outputs = sizes.outputs ?? spec.hidden;
  if (batch.targets !== undefined && outputSize !== undefined && outputSize !== outputs) {
    const rule = sizes.outputs === null ? `hidden ${outputs}, as there is no readout` : `the network's outputs ${outputs}`;
    throw new EvanesceError("batch.outputSize", rule, outputSize, "set network.outputs to the batch's");
  }
  if (loss !== "mse" && loss !== "cross_entropy" && loss !== "none") {
    throw new EvanesceError("batch.loss", "mse, cross_entropy or none for a recurrent network", loss, "choose one of these");
  }
}
