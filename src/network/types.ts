import type { GradientFlow } from "../flow/index.ts";
import type { TurnOptions } from "../base/cooperative-work.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import type { Engine } from "../wasm/engine.ts";
import type { NetworkEvents, NetworkListener } from "./events.ts";
import type { OwnArrays } from "./own-arrays.ts";
import type { TrainingPort } from "./training.ts";

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
  /** Activation statistics of every station of a deep network. Default true. */
  readonly statistics?: boolean | undefined;
  /** With a loss at every step: also the profile of the last step's loss alone. Default false. */
  readonly lastStep?: boolean | undefined;
  /**
   * Also the gradient of truncated back-propagation through time: after every k1 steps, and after the last, the losses
   * of those steps are sent back k2 ≥ k1 steps. A number K stands for k1 = k2 = K. Not for bidirectional networks,
   * where it has no one definition: the two directions reach opposite ways, and a level above mixes them.
   */
  readonly truncate?: number | { readonly k1: number; readonly k2: number } | undefined;
  /**
   * With a loss at every step: also what single steps' losses contribute at earlier steps, as a profile over lags (in
   * bidirectional networks also over leads, at later steps); with `matrix` pair by pair.
   * The losses of every `steps`-th step are taken, back from the last; by default of about 32 of them, for a matrix of
   * all.
   */
  readonly credit?:
    | boolean
    | { readonly matrix?: boolean | undefined; readonly steps?: number | undefined }
    | undefined;
}

/** Their names; a new option is added here too, or this does not compile. */
const MEASURE_OPTIONS = {
  ledger: true,
  probe: true,
  contributions: true,
  quantiles: true,
  statistics: true,
  lastStep: true,
  truncate: true,
  credit: true,
} satisfies Record<keyof MeasureOptions, true>;
export const MEASURE_KEYS: readonly string[] = Object.keys(MEASURE_OPTIONS);

/** How `propagateAsync` goes about a pass. None of it changes a bit of what is measured. */
export interface AsyncOptions extends TurnOptions {
  /**
   * Workers to split the batch over, in panels of eight samples; `auto` for one a core. Default 1: no worker. Each
   * holds the memory of one panel of a recurrent pass; of a feed-forward pass its share of the batch and the weights,
   * packed. Contributions pair every sample with every other: what they need is brought back, and they are added up on
   * this thread. A pass that needs the whole batch at once is not split, whatever is asked for: a batch of eight or
   * fewer, contributions without room for every step, and batch norm, where every layer waits for the statistics of all
   * samples and there would be little left to share. `auto` also leaves a small deep network's pass whole, where
   * messages would take longer.
   */
  readonly threads?: "auto" | number | undefined;
}

const ASYNC_OPTIONS = { threads: true, signal: true, onProgress: true } satisfies Record<keyof AsyncOptions, true>;
export const ASYNC_KEYS: readonly string[] = Object.keys(ASYNC_OPTIONS);

export interface NetworkOptions {
  /** Seed of the initialization and of the probe; a whole number, default 0. */
  readonly seed?: number | undefined;
  /** X, where the spec leaves `inputs` out. */
  readonly inputs?: number | undefined;
  /** Y, where the spec leaves `outputs` out; null for no readout. */
  readonly outputs?: number | null | undefined;
  /** Which blocks stochastic depth keeps, block 0 first; drawn from the seed when left out. */
  readonly kept?: readonly boolean[] | undefined;
  /** Bytes of WASM memory one pass may take; default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  /** Whose memory to use; by default one shared by all networks of this thread. */
  readonly engine?: Engine | undefined;
}

/** Named tensors, copied in and copied out. */
export interface ParameterStore {
  readonly names: readonly string[];
  shape(name: string): readonly number[];
  /** A copy, row-major. @throws EvanesceError for a name the network does not have, or after `dispose` */
  get(name: string): Float32Array;
  /**
   * Copies `values` in. @throws EvanesceError for an unknown name or a wrong length, while `propagateAsync` is under
   * way, or after `dispose`
   */
  set(name: string, values: ArrayLike<number>): void;
}

/** The gradients of the last pass. */
export interface GradientStore {
  readonly names: readonly string[];
  /**
   * ∂L/∂name, row-major: a Float32Array, or a Float64Array where the norm lies outside 1e-30 … 1e30.
   * @throws EvanesceError before the first pass, for a name the network does not have, or after `dispose`
   */
  get(name: string): Float32Array | Float64Array;
  /** The same in float64 beside a binary exponent, `data · 2^exponent`, valid where even a float64 is not. */
  scaled(name: string): { readonly data: Float64Array; readonly exponent: number };
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
  /** Of a recurrent network: the gradients of its last pass with `truncate`. */
  readonly truncatedGradients?: GradientStore;
  /** Bytes of WASM memory held now, zero before the first pass. */
  readonly memoryBytes: number;
  /**
   * One forward and backward pass over `batch`: a task's, or the caller's own arrays `{ inputs, targets }`.
   * @throws EvanesceError where the batch does not fit the network or the plan does not fit the memory limit
   */
  propagate(batch: Batch | OwnArrays, options?: MeasureOptions): GradientFlow;
  /** The same pass in parts, for hosts that report progress or stop: yields the share done, returns the flow. */
  propagateInParts(batch: Batch | OwnArrays, options?: MeasureOptions): Generator<number, GradientFlow>;
  /**
   * The same pass without keeping the event loop waiting, split over workers where `threads` says so: the same bits for
   * any number of them. One pass at a time; parameters cannot be set, nor trained, until it is done. @throws
   * EvanesceError (rejects) where the network is disposed of meanwhile
   */
  propagateAsync(batch: Batch | OwnArrays, options?: MeasureOptions & AsyncOptions): Promise<GradientFlow>;
  /**
   * Tells `listener` of every event of that name from now on, synchronously: a pass measured, parameters changed,
   * memory reserved, the network disposed of. Events are plain data.
   * @returns what ends the subscription
   * @throws EvanesceError for an event there is none of
   */
  on<Name extends keyof NetworkEvents>(name: Name, listener: NetworkListener<Name>): () => void;
  /** Frees its memory; a later call throws. */
  dispose(): void;
  /** @internal */
  readonly training: TrainingPort;
}
