import { requireCallback, requireSignal } from "../base/options-check.ts";
import { inTurns } from "../base/cooperative-work.ts";
import { asPauses, awaited, finish } from "../base/time-slicing.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { Presence } from "../flow/underflow/presence.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import type { MaskSeed } from "../wasm/masks.ts";
import type { HeldPass, Pass } from "./held-pass.ts";
import { maskSeedOf } from "./mask-seeds.ts";
import { requirePassOptions } from "./measure-options.ts";
import { overflowedBackward } from "./nonfinite.ts";
import { asBatch, type OwnArrays } from "./own-arrays.ts";
import { type PassLock, threadsOf } from "./pass-lock.ts";
import { lostEntries, withSmallerNorm } from "./repeat-pass.ts";
import { ASYNC_KEYS, type AsyncOptions, GRADIENTS_ONLY, MEASURE_KEYS, type MeasureOptions } from "./types.ts";

/** The steps of a pass. Each kind of network has its own. */
export interface PassSteps<P extends Pass> {
  readonly spec: NetworkSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  /** The pass for a batch and its measurements, with the current parameters. Pauses while it is planned and loaded. */
  prepare(batch: Batch, options: MeasureOptions): Generator<void, P>;
  /** Copies the batch in. */
  feed(pass: P, batch: Batch): Generator<void, void>;
  /** The flow of the pass that has just run. */
  measure(pass: P, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow>;
  /** The places at which the gradients of the pass that has just run are zero. */
  presence(pass: P): Presence;
  /** The pass, run by workers; undefined if it needs the whole batch at once. */
  split(batch: Batch, options: MeasureOptions & AsyncOptions, threads: number, seed: MaskSeed): Promise<P | undefined>;
}

/** Runs the passes of a network: at once, in slices of about equal time, or on workers. */
export class PassRunner<P extends Pass> {
  /** The update whose masks a training pass draws; null between updates, when there are no masks. */
  update: number | null = null;
  /** Whether the measured pass has its masks, or the number of their draw. */
  masks: boolean | number = true;
  readonly #steps: PassSteps<P>;
  readonly #held: HeldPass<P>;
  readonly #lock: PassLock;
  readonly #measured: (flow: GradientFlow) => void;

  /** @param measured is called with the flow of every measured pass */
  constructor(steps: PassSteps<P>, held: HeldPass<P>, lock: PassLock, measured: (flow: GradientFlow) => void) {
    this.#steps = steps;
    this.#held = held;
    this.#lock = lock;
    this.#measured = measured;
  }

  /** A measured pass that runs at once. */
  run(input: Batch | OwnArrays, options: MeasureOptions): GradientFlow {
    requirePassOptions(options, MEASURE_KEYS);
    this.#lock.requireFree();
    const batch = this.#batchOf(input);
    const pass = finish(this.#steps.prepare(batch, options));
    pass.maskSeed = this.#maskSeed(options);
    finish(this.#steps.feed(pass, batch));
    pass.run();
    return finish(this.#read(pass, batch, options));
  }

  /** A measured pass in slices. It yields the share that is done. */
  *inParts(input: Batch | OwnArrays, options: MeasureOptions): Generator<number, GradientFlow> {
    requirePassOptions(options, MEASURE_KEYS);
    this.#lock.requireFree();
    return yield* this.#parts(input, options);
  }

  /** A measured pass that lets other code run between its slices, or that runs on workers. */
  async(input: Batch | OwnArrays, options: MeasureOptions & AsyncOptions): Promise<GradientFlow> {
    return this.#lock.run(async () => {
      requirePassOptions(options, [...MEASURE_KEYS, ...ASYNC_KEYS]);
      requireSignal(options.signal);
      requireCallback("onProgress", options.onProgress);
      const threads = threadsOf(options);
      options.signal?.throwIfAborted();
      if (threads > 1) {
        const batch = this.#batchOf(input);
        const pass = await this.#steps.split(batch, options, threads, this.#maskSeed(options));
        if (pass !== undefined) return inTurns(this.#read(pass, batch, options), { signal: options.signal });
      }
      return inTurns(this.#parts(input, options), options);
    });
  }

  /** A pass of a training run: in slices, or split over workers. */
  *train(
    input: Batch,
    masks?: number,
    asked?: AsyncOptions["threads"],
  ): Generator<Promise<void> | undefined, { readonly loss: number; readonly accuracy: number | null }> {
    this.#lock.requireFree();
    const batch = this.#batchOf(input);
    const seed =
      masks === undefined
        ? maskSeedOf(this.#steps.spec, this.#steps.seed, this.update === null ? null : { update: this.update })
        : this.#maskSeed({ masks });
    const threads = threadsOf({ threads: asked });
    const options = { ...GRADIENTS_ONLY, threads: asked };
    const split = threads > 1 ? yield* awaited(this.#steps.split(batch, options, threads, seed)) : undefined;
    const pass = split ?? (yield* this.#runSlices(batch, seed));
    this.#held.finished = true;
    this.#held.idle = true;
    return { loss: pass.loss, accuracy: pass.accuracy };
  }

  #batchOf(input: Batch | OwnArrays): Batch {
    return asBatch(input, this.#steps.spec, this.#steps.sizes);
  }

  /** The seed from which a measured pass draws its masks. */
  #maskSeed({ masks = true }: MeasureOptions): MaskSeed {
    this.masks = masks;
    return maskSeedOf(
      this.#steps.spec,
      this.#steps.seed,
      masks === false ? null : { draw: masks === true ? 0 : masks },
    );
  }

  *#runSlices(batch: Batch, seed: MaskSeed): Generator<undefined, P> {
    const pass = yield* asPauses(this.#steps.prepare(batch, GRADIENTS_ONLY));
    pass.maskSeed = seed;
    yield undefined;
    for (const _ of this.#again(pass, batch)) yield undefined;
    return pass;
  }

  *#parts(input: Batch | OwnArrays, options: MeasureOptions): Generator<number, GradientFlow> {
    const batch = this.#batchOf(input);
    const preparing = this.#steps.prepare(batch, options);
    let prepared = preparing.next();
    for (; !prepared.done; prepared = preparing.next()) yield 0;
    const pass = prepared.value;
    pass.maskSeed = this.#maskSeed(options);
    yield 0;
    for (const _ of this.#steps.feed(pass, batch)) yield 0;
    yield* pass.slices();
    yield 1;
    const reading = this.#read(pass, batch, options);
    for (;;) {
      const { done, value } = reading.next();
      if (done) return value;
      yield 1;
    }
  }

  /** Reads the pass that has just run. If numbers left float32's range, the pass runs again first. */
  *#read(pass: P, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    this.#held.finished = true;
    let flow = yield* this.#steps.measure(pass, batch, options);
    if (overflowedBackward(flow))
      flow = yield* withSmallerNorm(
        pass,
        () => this.#again(pass, batch),
        () => this.#steps.measure(pass, batch, options),
      );
    if (flow.outcome === "finite" && flow.underflow === undefined) {
      const underflow = yield* this.#lostEntries(pass, batch);
      if (underflow !== undefined) flow = { ...flow, underflow };
    }
    this.#lock.release();
    this.#held.idle = true;
    this.#measured(flow);
    return flow;
  }

  *#lostEntries(pass: P, batch: Batch): Generator<void, GradientFlow["underflow"]> {
    this.#held.finished = false;
    const lost = yield* lostEntries(
      pass,
      () => this.#again(pass, batch),
      () => this.#steps.presence(pass),
    );
    this.#held.finished = true;
    return lost;
  }

  *#again(pass: P, batch: Batch): Generator<void, void> {
    yield* this.#steps.feed(pass, batch);
    for (const _ of pass.slices()) yield;
  }
}
