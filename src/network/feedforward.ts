import { inTurns } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import { readDepthReadoutGain, readLayerEntrance, readStatistics, readSweep } from "../flow/feedforward.ts";
import { type GradientFlow, lnNorm, type ParameterFlow } from "../flow/index.ts";
import { readDepthInput } from "../flow/input-gradient.ts";
import { findSmallActivation, findUnderflow, presenceInDepth } from "../flow/underflow/depth.ts";
import type { Presence } from "../flow/underflow/presence.ts";
import { valueNumbersInParts } from "../flow/values.ts";
import { poolOf } from "../parallel/pool.ts";
import { random } from "../base/random.ts";
import { finish } from "../base/time-slicing.ts";
import type { FeedforwardSpec } from "../spec/feedforward.ts";
import type { ParameterPlace } from "../spec/parameter-place.ts";
import { layerBlocks, layerWidths } from "../spec/layer-blocks.ts";
import { elements, type NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import { outlineOf } from "../tasks/outline.ts";
import { buildTape } from "../wasm/feedforward/build.ts";
import type { GradientSums } from "../wasm/feedforward/parameters.ts";
import { DepthPass } from "../wasm/feedforward/pass.ts";
import type { DepthShape } from "../wasm/feedforward/plan.ts";
import { isSplittable, SplitDepth } from "../wasm/feedforward/split.ts";
import { measureEntrance } from "./entrance.ts";
import { depthShape } from "./depth-shape.ts";
import { NetworkBase } from "./network-base.ts";
import { lsuv } from "./lsuv.ts";
import { locateInDepth } from "./nonfinite.ts";
import { relativeTo, unitCotangents } from "./probe.ts";
import { parameterFlow } from "./stores.ts";
import type { MaskSeed } from "../wasm/masks.ts";
import type { AsyncOptions, MeasureOptions, NetworkOptions } from "./types.ts";

/**
 * `auto` does not split a pass of fewer multiplications and additions: the messages of two rounds take three to four
 * milliseconds, and two workers save only half of the pass's time.
 */
const WORTH_SPLITTING = 4e8;

/** How many layers have their values measured: the first ones, from the input on, whose units are all off. */
const MOST_LOOKED_AT = 8;

/** How many networks have dropped blocks. */
let draws = 0;

/** How many passes have been split: a worker tells one split from the next by this number. */
let splits = 0;

/** A deep feed-forward network. */
export class FeedforwardNetwork extends NetworkBase<FeedforwardSpec, DepthPass> {
  /** The blocks that stochastic depth keeps, drawn from the seed; null for all blocks at their expected strength. */
  #kept: readonly boolean[] | null;
  /** Whether every update draws these blocks again. */
  readonly #draws: boolean;
  /** A unique number for a network that drops blocks, because no other network may take over its pass; else 0. */
  readonly #draw: number;
  /** ln ‖parameter‖ by name, for parameters that were measured since they were set. */
  readonly #lnNorms = new Map<string, number>();
  #awaitsLsuv: boolean;
  /** The pass split over some workers, and the number of the parameter load that it sends them. */
  #split: { readonly pass: SplitDepth; readonly loads: number; readonly threads: number } | undefined;

  constructor(spec: FeedforwardSpec, sizes: NetworkSizes, options: NetworkOptions, initial: Map<string, Float32Array>) {
    super(spec, sizes, options, initial);
    this.#awaitsLsuv = spec.init.lsuv;
    this.#kept = options.kept === undefined ? keptBlocks(spec, this.seed) : requireKept(options.kept, spec);
    this.#draws = spec.stochasticDepth > 0 && options.kept === undefined;
    this.#draw = spec.stochasticDepth > 0 || options.kept !== undefined ? ++draws : 0;
  }

  protected override moved(): void {
    super.moved();
    this.#lnNorms.clear();
  }

  protected override changed(): void {
    super.changed();
    this.#awaitsLsuv = false; // the caller's own values must not be rescaled
  }

  protected override draw(update: number | null): void {
    if (!this.#draws) return;
    this.#kept = update === null ? null : keptBlocks(this.spec, this.seed, `stochastic_depth/${update}`);
    this.pass?.setFactors(this.#tape());
    this.#split = undefined;
  }

  #tape(asksInput = false) {
    return buildTape(this.spec, this.sizes.inputs, this.sizes.outputs, this.#kept, asksInput);
  }

  outputs(): Float32Array {
    return this.finishedPass("outputs", "answers of a pass", "call propagate first").outputs();
  }

  prepare(batch: Batch, options: MeasureOptions): Generator<void, DepthPass> {
    return this.#prepare(depthShape(this.spec, this.sizes, outlineOf(batch), options));
  }

  #prepare(shape: DepthShape): Generator<void, DepthPass> {
    const { B, loss, lossOptions, options, split } = shape;
    return this.reuse(
      [B, loss, lossOptions, options, split, this.#draw],
      () => DepthPass.inParts(this.engine, shape, this.#tape(options.inputGradient !== false), this.memoryLimit),
      (pass) => this.#begin(pass, B, options.probe),
    );
  }

  *#begin(pass: DepthPass, B: number, probe: boolean): Generator<void, void> {
    if (this.spec.stochasticDepth > 0) pass.setFactors(this.#tape()); // a pass from another network has the factors of another draw
    const top = layerWidths(this.spec).at(-1) as number;
    if (probe) pass.feedCotangents(yield* unitCotangents(this.seed, B, top));
  }

  *feed(pass: DepthPass, batch: Batch): Generator<void, void> {
    pass.feed(batch);
    if (!this.#awaitsLsuv) return;
    lsuv(pass, this.values.all);
    this.#lnNorms.clear();
    this.#awaitsLsuv = false;
    this.listeners.tell("parameters", () => ({ names: this.parameters.names }));
  }

  async split(
    batch: Batch,
    options: MeasureOptions & AsyncOptions,
    threads: number,
    seed: MaskSeed,
  ): Promise<DepthPass | undefined> {
    const shape = depthShape(this.spec, this.sizes, outlineOf(batch), options);
    if (options.threads === "auto" && this.#flops(batch.batch) < WORTH_SPLITTING) return undefined;
    return isSplittable(shape)
      ? this.#runSplit({ ...shape, split: "whole" }, batch, threads, options, seed)
      : undefined;
  }

  /** A multiplication and an addition for every weight and sample, three times: forward, ∂L/∂x, ∂L/∂W. */
  #flops(B: number): number {
    let entries = 0;
    for (const values of this.values.all.values()) entries += values.length;
    return 6 * B * entries;
  }

  async #runSplit(
    shape: DepthShape,
    batch: Batch,
    threads: number,
    { signal, onProgress }: AsyncOptions,
    seed: MaskSeed,
  ): Promise<DepthPass> {
    const pass = await inTurns(this.#prepare(shape), { signal });
    pass.maskSeed = seed;
    finish(this.feed(pass, batch));
    if (this.#split?.loads !== this.loads || this.#split.threads !== threads) {
      const split = new SplitDepth(this.engine, pass, threads, `depth ${splits++}`);
      this.#split = { pass: split, loads: this.loads, threads };
    }
    const split = this.#split.pass;
    const pool = poolOf(this.engine.module);
    let done = 0;
    const report = () => onProgress?.(++done / split.jobs);
    split.begin();
    const take = (g: number, results: readonly ArrayBuffer[]) => {
      split.take(g, results);
      report();
    };
    if (split.exchangesSums) await pool.runTogether(() => split.passes(), { signal, take });
    else await pool.run(split.passes(), { threads, signal, take });
    await pool.run(split.gradients(), {
      threads,
      signal,
      take: (j, results) => {
        split.takeGradients(j, results);
        report();
      },
    });
    return pass;
  }

  presence(pass: DepthPass): Presence {
    return presenceInDepth(pass);
  }

  *measure(pass: DepthPass, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    const wantQuantiles = options.quantiles ?? true;
    const { ledger, ledgers: _, ...profile } = readSweep(pass, 0, wantQuantiles);
    const { lnGradientNorm } = profile;
    yield;
    const sums = yield* pass.parameters.gradientSums();
    const parameters: ParameterFlow[] = [];
    for (const parameter of this.table) {
      const { name, shape } = parameter;
      const count = elements(shape);
      const { square, magnitude, zeros, exponent } = sums.get(name) as GradientSums;
      const gradient = {
        lnNorm: square === 0 ? Number.NEGATIVE_INFINITY : lnNorm(square, exponent),
        lnMeanAbs: magnitude === 0 ? Number.NEGATIVE_INFINITY : Math.log(magnitude / count) + exponent * Math.LN2,
        zeroShare: zeros / count,
      };
      if (!this.#lnNorms.has(name)) yield; // the norm reads the whole parameter
      parameters.push(parameterFlow(parameter, gradient, this.#lnParameterNorm(pass, name, count)));
    }
    yield;
    const underflow = findUnderflow(pass);
    const inputSquare = yield* pass.inputSquare();
    const statesFinite = pass.firstNonfinite() < 0;
    yield;
    const statistics = pass.shape.options.statistics ? readStatistics(pass) : undefined;
    yield;
    const forwardUnderflow = statistics && findSmallActivation(statistics, parameters);
    const entrance =
      statistics === undefined
        ? {}
        : measureEntrance(this.spec, batch, this.tensors(), {
            ...(pass.tape.activations[0] >= 0 ? { flat: statistics.saturated[0] } : {}),
            ...readLayerEntrance(pass),
          });
    yield;
    const input = readDepthInput(pass, lnGradientNorm[0]);
    const probe = () => {
      const { ledger: _, ...sweep } = readSweep(pass, 1, wantQuantiles);
      return relativeTo(0.5 * Math.log(batch.batch), sweep);
    };
    const valued = statistics === undefined ? parameters : yield* this.#withValues(parameters, statistics.dead);
    return {
      ...this.flowHead(batch, { inputSquare, loss: pass.shape.loss }),
      loss: pass.loss,
      ...this.outcome({ pass, statesFinite, profile: lnGradientNorm, parameters, batch }, locateInDepth),
      ...(underflow === undefined ? {} : { underflow }),
      ...(forwardUnderflow === undefined ? {} : { forwardUnderflow }),
      axis: "layer",
      ...profile,
      layers: [{ lnGradientNorm, ...(ledger === undefined ? {} : { ledger }) }],
      ...(statistics === undefined ? {} : { statistics }),
      parameters: valued,
      readoutGain: readDepthReadoutGain(pass, lnGradientNorm),
      ...entrance,
      ...(input === undefined ? {} : { input }),
      ...(options.half === true ? { half: this.half(pass.magnitudes) } : {}),
      ...(pass.shape.options.probe ? { probe: probe() } : {}),
    };
  }

  /** Adds the values of parameters in the first layers with most units off: the cause is among these values. */
  *#withValues(parameters: readonly ParameterFlow[], dead: Float64Array): Generator<void, readonly ParameterFlow[]> {
    const rank = (l: number) => (dead[l] === 1 ? 0 : 1);
    const layers = Array.from(dead.keys()).filter((l) => dead[l] > 0.5);
    const off = new Set(layers.sort((a, b) => rank(a) - rank(b) || a - b).slice(0, MOST_LOOKED_AT));
    if (off.size === 0) return parameters;
    const wanted = new Set(this.table.filter(({ place }) => setsPreactivation(place, off)).map(({ name }) => name));
    const valued: ParameterFlow[] = [];
    for (const parameter of parameters) {
      const { name, shape } = parameter;
      if (!wanted.has(name)) valued.push(parameter);
      else valued.push({ ...parameter, values: yield* valueNumbersInParts(() => this.value(name), shape) });
    }
    return valued;
  }

  /** ln ‖name‖, measured once for every time it is set. */
  #lnParameterNorm(pass: DepthPass, name: string, count: number): number {
    let norm = this.#lnNorms.get(name);
    if (norm === undefined) {
      norm = 0.5 * Math.log(pass.parameters.square(name, count));
      this.#lnNorms.set(name, norm);
    }
    return norm;
  }
}

/** Whether a parameter sets the pre-activations of one of these layers: its weight, its bias or its norm's. */
const setsPreactivation = (place: ParameterPlace, layers: ReadonlySet<number>): boolean =>
  (place.module === "norms" || (place.module === "layers" && place.part !== "weight_g")) && layers.has(place.index);

/** Block k of K is dropped with probability p (k + 1)/K (Huang et al. 2016). */
function keptBlocks(spec: FeedforwardSpec, seed: number, name = "stochastic_depth"): boolean[] {
  const blocks = layerBlocks(spec);
  const stream = random(seed, name);
  return blocks.map((_, k) => stream.uniform() >= (spec.stochasticDepth * (k + 1)) / blocks.length);
}

/** @throws EvanesceError if the caller's choice does not name every block */
function requireKept(kept: readonly boolean[], spec: FeedforwardSpec): readonly boolean[] {
  const { length } = layerBlocks(spec);
  if (kept.length === length) return [...kept];
  throw new EvanesceError("kept", `one of true or false for each of ${length} blocks`, kept, "leave it out to draw it");
}
