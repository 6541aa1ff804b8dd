import { isClassLoss, lossFacts } from "../../catalogue/index.ts";
import type { ParameterPlace } from "../../spec/parameter-place.ts";
import { parameterTable } from "../../spec/parameters.ts";
import type { Batch } from "../../tasks/batch.ts";
import { tokensOf } from "../tokens.ts";
import { finish } from "../../base/time-slicing.ts";
import type { Arena, Engine } from "../engine.ts";
import { inputSquare } from "../input-square.ts";
import { feedLossWeights, shareOfHits } from "../loss.ts";
import { toPanels } from "../panels.ts";
import { TIME_PASS } from "../generated/records.ts";
import { DEAD } from "../generated/constants.ts";
import { dropoutRule, feedMasks, type MaskSeed, zoneoutRule } from "../masks.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { bind } from "./bind.ts";
import { aligned, ignoredSteps, lengthPanels, type Order, ordered, orderOf } from "./lengths.ts";
import {
  type Geometry,
  hasMasks,
  type Measured,
  measured,
  type PassShape,
  planRecurrent,
  type StreamName,
  wantsInput,
} from "./plan.ts";
import { pad4 } from "./sizes.ts";
import { gatherGradient, readGradient } from "./gradients.ts";
import { feedState, readState, readStateGradient } from "./state.ts";
import { loadWeights } from "./weights.ts";

/** Floats brought in at once: 8 MB. */
const STAGED = 2 ** 21;

/**
 * What a stream measured: `[N, T, B]` squared norms and their binary exponents; the true square is `square ·
 * 4^exponent`.
 */
export type StreamSquares = Readonly<Partial<Record<Measured, Float64Array>>> & {
  readonly total: Float64Array;
  readonly exponents: Int32Array;
};

/** The true square is `square · 4^exponent`. */
interface Squares {
  readonly squares: Float64Array;
  readonly exponents: Int32Array;
}

/** ∂L/∂x of a pass: of every step and sample, and where it was asked for of every panel and column. */
export interface InputSquares extends Squares {
  readonly columns?: Squares;
}

/** One recurrent pass in WASM memory: planned and bound once, run as often as wanted. */
export class RecurrentPass {
  readonly geometry: Geometry;
  readonly #arena: Arena;
  /** Where each parameter stands in the network, by its name. */
  readonly #places: ReadonlyMap<string, ParameterPlace>;
  #order: Order | undefined;
  #maskSeed: MaskSeed = null;
  /** Steps of the batch that was fed that have a loss. */
  #losses = 1;

  /** @throws EvanesceError where no plan fits into `limit` bytes */
  constructor(engine: Engine, shape: PassShape, limit: number) {
    const { plan, geometry } = planRecurrent(engine, shape, limit);
    const { C, D, T } = geometry;
    const note =
      geometry.stored < T
        ? ` (states are already kept only every ${C} steps)`
        : D > 1
          ? " (a bidirectional pass must keep the state of every step)"
          : "";
    this.geometry = geometry;
    this.#places = new Map(parameterTable(shape.spec, shape.sizes).map(({ name, place }) => [name, place]));
    const sweeps = geometry.truncations.length + geometry.credits.length;
    const what = `batch, hidden${sweeps > 8 ? `, steps, or k2/k1 and the losses of credit: ${sweeps} sweeps` : " or steps"}`;
    this.#arena = engine.reserve(plan, limit, `raise the memory limit, or lower ${what}${note}`);
    bind(this.#arena, geometry);
  }

  /** Bytes this pass holds. */
  get bytes(): number {
    return this.#arena.plan.bytes;
  }

  /** The plan's tensors by name: shape, offset and bytes. */
  get plan() {
    return this.#arena.plan;
  }

  /** Its memory, for probes that read states and tape. */
  get arena(): Arena {
    return this.#arena;
  }

  /** Address of the pass's record. */
  get address(): number {
    return this.#arena.address("pass");
  }

  get units(): number {
    return this.#arena.core.recurrentUnits(this.#arena.address("pass"));
  }

  /** Brings renormalized gradients to 2^headroom. */
  setHeadroom(headroom: number): void {
    this.#arena.i32("pass")[TIME_PASS.at.headroom] = headroom;
  }

  /** Runs units from ≤ u < to: all of them are one call. */
  run(from = 0, to = this.units): void {
    this.#arena.core.recurrentRun(this.#arena.address("pass"), from, to);
  }

  /** Whether every state of the last run was finite. */
  get statesFinite(): boolean {
    return this.#arena.i32("pass")[TIME_PASS.at.unsound] === 0;
  }

  /** Step and record of the state that was the first not to be finite. */
  firstNonfinite(): { step: number; record: number } | undefined {
    const found = this.#arena.core.recurrentNonfinite(this.#arena.address("pass"));
    const N = this.geometry.layers.length;
    return found < 0 ? undefined : { step: Math.floor(found / N), record: found % N };
  }

  /** Copies the parameters in and packs them for the kernels. */
  load(parameters: ParameterMap): void {
    loadWeights(this.#arena, this.geometry, parameters);
  }

  /** Sets what the masks of the batch that is fed next are drawn from. */
  set maskSeed(seed: MaskSeed) {
    this.#maskSeed = seed;
  }

  /**
   * Copies a batch in, panel by panel. Lanes past the batch repeat its last sample, so that they are finite where it
   * is.
   */
  feed(batch: Batch): void {
    finish(this.feedInParts(batch));
  }

  /** The same: first the targets, then the inputs of a few steps after others, pausing behind each. */
  *feedInParts(batch: Batch): Generator<void, void> {
    const { B, T, X, features: W, sizes, loss, lossEvery, layers } = this.geometry;
    const arena = this.#arena;
    const order = orderOf(this.geometry, batch.lengths);
    this.#order = order;
    this.#losses = lossEvery ? order.steps : B;
    if (lossEvery && batch.targets !== undefined) {
      this.#losses -= ignoredSteps(batch.targets, order, isClassLoss(loss) ? 1 : (sizes.outputs ?? W));
    }
    lengthPanels(arena.i32("lengths"), order);
    if (hasMasks(this.geometry)) this.#feedMasks(order, batch.firstSample ?? 0);
    arena.f32("lossScales").fill(this.#lossScale());
    const targetSteps = lossEvery ? T : 1;
    const Y = isClassLoss(loss) ? 1 : (sizes.outputs ?? W);
    const alignedOrNot = <Values extends Float32Array | Int32Array>(
      values: Values,
      steps: number,
      N: number,
    ): Values =>
      batch.lengths === undefined ? values : steps === T ? aligned(values, order, T, N) : ordered(values, order, N);
    if (batch.targets !== undefined && loss !== "none") {
      const targets = alignedOrNot(batch.targets, targetSteps, Y);
      toPanels(targets instanceof Int32Array ? arena.i32("targets") : arena.f32("targets"), targets, targetSteps, B, Y);
    }
    if (batch.state !== undefined) feedState(arena, this.geometry, order, batch.state);
    if (arena.plan.tensors.has("lossWeights")) {
      feedLossWeights(arena.f32("lossWeights"), batch, sizes.outputs ?? W, this.#losses);
    }
    if (this.geometry.vocabulary > 0) {
      // counted from 1 while they are moved, so that padding, 0, becomes −1
      const counted = tokensOf(batch).map((token) => token + 1);
      const tokens = alignedOrNot(counted, T, 1).map((token) => token - 1);
      toPanels(arena.i32("tokens"), tokens, T, B, 1);
      arena.core.recurrentEmbed(this.address);
      if (hasMasks(this.geometry)) arena.core.recurrentMask(this.address);
      return;
    }
    const inputs = alignedOrNot(batch.inputs, T, X);
    // as they come they are put where the pass will write its tape, and from there into panels
    const tape = `tape_${layers[0].suffix}`;
    const steps = X === 0 ? T : Math.floor(Math.min(arena.f32(tape).length, STAGED) / (B * X));
    if (steps === 0) toPanels(arena.f32("inputs"), inputs, T, B, X);
    for (let t = 0; t < T && steps > 0; t += steps) {
      const count = Math.min(steps, T - t);
      arena.f32(tape).set(inputs.subarray(t * B * X, (t + count) * B * X));
      arena.core.packBatch(arena.address("inputs") + t * X * 32, T * X * 32, arena.address(tape), count, B, X);
      yield;
    }
    if (hasMasks(this.geometry)) arena.core.recurrentMask(this.address);
  }

  #feedMasks({ samples }: Order, first: number): void {
    const { dropout, variationalDropout, recurrentDropout, zoneout } = this.geometry.spec;
    const seed = this.#maskSeed;
    feedMasks(
      this.#arena,
      samples.map((sample) => first + sample),
      seed,
      [
        dropoutRule(dropout ?? variationalDropout, seed),
        dropoutRule(recurrentDropout, seed),
        zoneoutRule(zoneout, seed),
      ],
    );
  }

  /** The mean of x² over the batch that was fed: what theory asks of it. Pauses between panels. */
  *inputSquare(): Generator<void, number> {
    const { B, T, X } = this.geometry;
    const { steps } = this.order;
    const mean = yield* inputSquare(
      this.#arena,
      { address: this.#arena.address("inputs"), stride: T * X * 32 },
      T * X,
      B,
    );
    return steps === B * T ? mean : (mean * B * T) / steps; // padding is zero
  }

  /** Sets the probe's cotangents, `[B, W]`. */
  feedCotangents(cotangents: Float32Array): void {
    const { B, W } = this.geometry;
    const panels = this.#arena.f32("cotangent");
    for (let b = 0; b < B; b++) {
      for (let i = 0; i < W; i++) panels[((b >> 3) * pad4(W) + i) * 8 + (b & 7)] = cotangents[b * W + i];
    }
  }

  /** The state behind the last step, and ∂L/∂ of the first one, of a pass that was given one. */
  get state() {
    const { geometry, order } = this;
    return {
      final: readState(this.#arena, geometry, order),
      gradient: readStateGradient(this.#arena, geometry, order),
    };
  }

  /** The order of the batch that was fed: the longest samples first. */
  get order(): Order {
    this.#order ??= orderOf(this.geometry, undefined);
    return this.#order;
  }

  /** ∂(mean loss)/∂(summed loss): PyTorch's reduction="mean", over every step that has a loss. */
  #lossScale(): number {
    const { sizes, features: W, loss } = this.geometry;
    return 1 / (this.#losses * (lossFacts(loss).meanOverOutputs ? (sizes.outputs ?? W) : 1));
  }

  /** The mean loss. */
  get loss(): number {
    let sum = 0;
    for (const panel of this.#arena.f64("losses")) sum += panel;
    return sum * this.#lossScale();
  }

  /**
   * The share of samples, and of steps where each has a loss, whose largest output is their class's; with binary
   * cross-entropy of outputs on their target's side; else null.
   */
  get accuracy(): number | null {
    const { features: W, sizes } = this.geometry;
    return shareOfHits(this.geometry, this.#arena.i32("hits"), this.#losses, sizes.outputs ?? W);
  }

  /** Tokens of an embedding that some step of the batch has, the padding token aside; null without one. */
  get occurringTokens(): number | null {
    const { vocabulary: V, F } = this.geometry;
    if (V === 0) return null;
    return this.#arena
      .i32("tokenExponents")
      .subarray(F * V, (F + 1) * V)
      .reduce((n, e) => n + (e === DEAD ? 0 : 1), 0);
  }

  stream(name: StreamName): StreamSquares {
    const parts = measured(this.geometry).map((part) => [part, this.#arena.f64(`${name}.${part}`)]);
    return {
      ...(Object.fromEntries(parts) as { total: Float64Array }),
      exponents: this.#arena.i32(`${name}.exponents`),
    };
  }

  /** `[B]` squared norms of ∂L/∂y at the last step, and their binary exponents. */
  get outputs(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.#arena.f64("outputSquares"), exponents: this.#arena.i32("outputFrames") };
  }

  /** `[T, B]` squared norms of ∂L/∂x and their binary exponents; by panel `[P, X]` and `[P]` those of each column. */
  get inputGradient(): InputSquares | undefined {
    if (!wantsInput(this.geometry)) return undefined;
    const own = { squares: this.#arena.f64("inputSquares"), exponents: this.#arena.i32("inputFrames") };
    if (this.geometry.options.inputGradient !== "columns") return own;
    return {
      ...own,
      columns: { squares: this.#arena.f64("inputColumns"), exponents: this.#arena.i32("inputColumnFrames") },
    };
  }

  /** Norms of a dense layer of stem or head: `[S, B]` of S steps, or of one vector a sample. */
  dense(name: string): Squares & { readonly gate?: Float64Array; readonly normed?: Float64Array } {
    const has = (part: string) => this.#arena.plan.tensors.has(`${name}.${part}`);
    return {
      squares: this.#arena.f64(`${name}.total`),
      exponents: this.#arena.i32(`${name}.exponents`),
      ...(has("gate") ? { gate: this.#arena.f64(`${name}.gate`) } : {}),
      ...(has("normedSquares") ? { normed: this.#arena.f64(`${name}.normedSquares`) } : {}),
    };
  }

  /** `[N, T]` sums over batch and units of the gate on the direct route; undefined where the cell has none. */
  get gates(): Float64Array | undefined {
    return this.geometry.cell.forgetAt !== undefined ? this.#arena.f64("gates") : undefined;
  }

  /** `[N, T]` squared norms of every step's own contribution, and their binary exponents. */
  get contributions(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.#arena.f64("contributions"), exponents: this.#arena.i32("contributionExponents") };
  }

  /** A parameter's gradient, row-major, in the frame of its exponent. */
  gradient(name: string, value: Float32Array): ScaledTensor {
    return readGradient(this.#arena, this.geometry, this.#placeOf(name), value);
  }

  /** Writes it at `to`, rounded to float32, row-major. Returns ln of its norm before that. */
  gather(name: string, to: number, value: Float32Array): number {
    return gatherGradient(this.#arena, this.geometry, this.#placeOf(name), value, to);
  }

  /** The same of the truncated gradient, of a pass that was asked for it. */
  truncatedGradient(name: string, value: Float32Array): ScaledTensor {
    return readGradient(this.#arena, this.geometry, this.#placeOf(name), value, "truncated");
  }

  /** The truncated gradient's `[N, T, B]` squared norms and exponents. */
  get truncatedStream(): StreamSquares {
    return { total: this.#arena.f64("truncated.total"), exponents: this.#arena.i32("truncated.exponents") };
  }

  /** `[S, T]` squared norms and exponents of single losses' gradients, in the order of the plan's credit sweeps. */
  get credits(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.#arena.f64("credit.profile"), exponents: this.#arena.i32("credit.profileExponents") };
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #placeOf(name: string): ParameterPlace {
    return this.#places.get(name) as ParameterPlace;
  }
}
