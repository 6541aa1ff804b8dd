import type { GradientFlow } from "../flow/index.ts";
import type { TurnOptions } from "../base/cooperative-work.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import type { Engine } from "../wasm/engine.ts";
import type { NetworkEvents, NetworkListener } from "./events.ts";
import type { MeasureOptions } from "./measure-options.ts";
import type { OwnArrays } from "./own-arrays.ts";
import type { TrainingPort } from "./training.ts";

export { GRADIENTS_ONLY, MEASURE_KEYS, type MeasureOptions } from "./measure-options.ts";

/** Options of `propagateAsync`. None of them changes a bit of the result. */
export interface AsyncOptions extends TurnOptions {
  /**
   * Workers to split the batch over, in panels of eight samples; `auto` for one a core. Default 1: no worker. Each
   * holds the memory of one panel of a recurrent pass; of a feed-forward pass its share of the batch and the weights,
   * packed. Contributions pair every sample with every other: what they need is brought back, and they are added up on
   * this thread. With batch norm the workers meet in every layer and exchange sums through shared memory; a page needs
   * isolation from other origins for that. A pass that needs the whole batch at once is not split, whatever is asked
   * for: a batch of eight or fewer, contributions without room for every step, and batch norm without shared memory.
   * `auto` also leaves a small deep network's pass whole, where
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
  /** The engine whose memory to use; by default one that all networks of this thread share. */
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

/** A spec with parameters in WASM memory. */
export interface Network {
  readonly spec: NetworkSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  /** Of a recurrent network: the gradients of its last pass with `truncate`. */
  readonly truncatedGradients?: GradientStore;
  /**
   * Of a deep network: `[B, Y]`, row-major, what its last pass answered, before the loss's softmax or sigmoid. Without
   * a readout Y is the last width. @throws EvanesceError before the first pass, or after `dispose`
   */
  readonly outputs?: () => Float32Array;
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
  /** Frees its memory; a later call throws. A network that is collected without it gives its memory back then. */
  dispose(): void;
  /** @internal The same, for `using network = createNetwork(…)`; older libraries of types do not know it. */
  [Symbol.dispose](): void;
  /** @internal */
  readonly training: TrainingPort;
}
