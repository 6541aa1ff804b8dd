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
   * The number of workers over which the batch is split, in panels of eight samples; `auto` for one on each core.
   * Default 1: no worker. In a recurrent pass each worker holds the memory of one panel; in a feed-forward pass its
   * share of the batch and the packed weights. Contributions pair every sample with every other, so their operands come
   * back and this thread adds them. With batch norm the workers exchange sums in every layer through shared memory; a
   * web page needs isolation from other origins for that. A pass that needs the whole batch at once is never split: a
   * batch of eight or fewer samples, contributions without memory for every step, and batch norm without shared memory.
   * `auto` also does not split the pass of a small deep network, because messages would take longer.
   */
  readonly threads?: "auto" | number | undefined;
}

const ASYNC_OPTIONS = { threads: true, signal: true, onProgress: true } satisfies Record<keyof AsyncOptions, true>;
export const ASYNC_KEYS: readonly string[] = Object.keys(ASYNC_OPTIONS);

export interface NetworkOptions {
  /** Seed of the initialization and of the probe; a whole number, default 0. */
  readonly seed?: number | undefined;
  /** X, if the spec leaves `inputs` out. */
  readonly inputs?: number | undefined;
  /** Y, if the spec leaves `outputs` out; null for no readout. */
  readonly outputs?: number | null | undefined;
  /** Which blocks stochastic depth keeps, block 0 first; default drawn from the seed. */
  readonly kept?: readonly boolean[] | undefined;
  /** Bytes of WASM memory that one pass may take; default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  /** The engine whose memory is used; by default one that all networks of this thread share. */
  readonly engine?: Engine | undefined;
}

/** Named tensors; reading and writing copies them. */
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
  /** ∂L/∂name in float64 with a binary exponent, `data · 2^exponent`, also outside float64's range. */
  scaled(name: string): { readonly data: Float64Array; readonly exponent: number };
  /** ln ‖∂L/∂name‖_F, also if the norm is outside float64's range. */
  lnNorm(name: string): number;
}

/** A spec with parameters in WASM memory. */
export interface Network {
  readonly spec: NetworkSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ParameterStore;
  readonly gradients: GradientStore;
  /** For a recurrent network: the gradients of its last pass with `truncate`. */
  readonly truncatedGradients?: GradientStore;
  /**
   * For a deep network: the outputs of its last pass, `[B, Y]` row-major, before the loss's softmax or sigmoid. Without
   * a readout Y is the last width. @throws EvanesceError before the first pass, or after `dispose`
   */
  readonly outputs?: () => Float32Array;
  /** Bytes of WASM memory that it holds now; zero before the first pass. */
  readonly memoryBytes: number;
  /**
   * Runs one forward and backward pass over `batch`: a task's, or the caller's own arrays `{ inputs, targets }`.
   * @throws EvanesceError where the batch does not fit the network or the plan does not fit the memory limit
   */
  propagate(batch: Batch | OwnArrays, options?: MeasureOptions): GradientFlow;
  /**
   * The same pass in parts, for hosts that report progress or stop the work: yields the share done, returns the flow.
   */
  propagateInParts(batch: Batch | OwnArrays, options?: MeasureOptions): Generator<number, GradientFlow>;
  /**
   * The same pass without blocking the event loop, split over workers if `threads` says so, with the same bits for any
   * number of workers. One pass at a time; until it is done, parameters can neither be set nor trained. @throws
   * EvanesceError (rejects) where the network is disposed of meanwhile
   */
  propagateAsync(batch: Batch | OwnArrays, options?: MeasureOptions & AsyncOptions): Promise<GradientFlow>;
  /**
   * Calls `listener` from now on for every event of that name, synchronously: after a pass was measured, parameters
   * changed, memory was reserved, or the network was disposed of. Events are plain data.
   * @returns a function that ends the subscription
   * @throws EvanesceError for an unknown event
   */
  on<Name extends keyof NetworkEvents>(name: Name, listener: NetworkListener<Name>): () => void;
  /**
   * Frees its memory; later calls throw. A network that is garbage-collected without this call frees its memory then.
   */
  dispose(): void;
  /** @internal The same, for `using network = createNetwork(…)`; older libraries of types do not know it. */
  [Symbol.dispose](): void;
  /** @internal */
  readonly training: TrainingPort;
}
