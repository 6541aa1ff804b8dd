import type { ParameterPlace } from "../../spec/parameter-place.ts";
import { parameterTable } from "../../spec/parameters.ts";
import type { Batch } from "../../tasks/batch.ts";
import { finish, unitsInSlices } from "../../base/time-slicing.ts";
import type { Arena, Engine } from "../engine.ts";
import { inputSquare, rowsSquare } from "../input-square.ts";
import { shareOfHits } from "../loss.ts";
import { pad4 } from "../panels.ts";
import { TIME_PASS } from "../generated/records.ts";
import { DEAD } from "../generated/constants.ts";
import type { MaskSeed } from "../masks.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { bind } from "./bind.ts";
import { RecurrentMeasurements } from "./measurements.ts";
import { copyIn, type FedBatch, fedBatch, lossScale } from "./feed.ts";
import { unitsOfCall } from "../unit-work.ts";
import { type Order, orderOf } from "./lengths.ts";
import { type Geometry, type PassShape, tokenReaders } from "./geometry.ts";
import { planRecurrent } from "./plan.ts";
import { gatherGradient, readGradient, readGradientInParts, type ScaledSums, sumsOfGradient } from "./gradients.ts";
import { placeGradient } from "../training/place.ts";
import { firstStateOf, readState, readStateGradient, type StateRows } from "./state.ts";
import { loadWeights } from "./weights.ts";

/** One recurrent pass in WASM memory. It is planned and bound once, and runs any number of times. */
export class RecurrentPass extends RecurrentMeasurements {
  /** The place of each parameter in the network, by its name. */
  readonly #places: ReadonlyMap<string, ParameterPlace>;
  /** The batch that was fed. */
  #fed: FedBatch | undefined;
  #maskSeed: MaskSeed = null;
  /** The state with which sequences begin if their batch has none; undefined for zero. */
  #firstState: StateRows | undefined;

  private constructor(arena: Arena, geometry: Geometry, shape: PassShape) {
    super(geometry, arena);
    this.#places = new Map(parameterTable(shape.spec, shape.sizes).map(({ name, place }) => [name, place]));
    bind(this.arena, geometry);
  }

  /** Plans a pass and binds it, with pauses. @throws EvanesceError if no plan fits into `limit` bytes */
  static *inParts(engine: Engine, shape: PassShape, limit: number): Generator<void, RecurrentPass> {
    const { plan, geometry, remedy } = planRecurrent(engine, shape, limit);
    return new RecurrentPass(yield* engine.reserveInParts(plan, limit, remedy), geometry, shape);
  }

  /** Bytes this pass holds. */
  get bytes(): number {
    return this.arena.plan.bytes;
  }

  /** The plan's tensors by name: shape, offset and bytes. */
  get plan() {
    return this.arena.plan;
  }

  /** Address of the pass's record. */
  get address(): number {
    return this.arena.address("pass");
  }

  get units(): number {
    return this.arena.core.recurrentUnits(this.arena.address("pass"));
  }

  /** Brings renormalized gradients to 2^headroom. */
  setHeadroom(headroom: number): void {
    this.arena.i32("pass")[TIME_PASS.at.headroom] = headroom;
  }

  /** Raises small entries of gradients from the next run on: their sizes are then wrong, and only zeros stay zeros. */
  setLifted(lifted: boolean): void {
    this.arena.i32("pass")[TIME_PASS.at.lifted] = Number(lifted);
  }

  /** Runs units from ≤ u < to in one call, or in a few where the rows of a chunk are read behind it. */
  run(from = 0, to = this.units): void {
    const { core } = this.arena;
    const { rows } = this;
    if (rows === undefined) {
      core.recurrentRun(this.address, from, to);
      return;
    }
    if (from === 0) rows.begin();
    const { chunks } = this.geometry;
    const first = core.recurrentChunkEnd(this.address, chunks - 1);
    const each = core.recurrentChunkEnd(this.address, chunks - 2) - first;
    let at = from;
    for (let i = Math.max(0, Math.ceil((from + 1 - first) / each)); i < chunks && first + i * each <= to; i++) {
      core.recurrentRun(this.address, at, first + i * each);
      at = first + i * each;
      rows.take(chunks - 1 - i);
    }
    if (at < to) core.recurrentRun(this.address, at, to);
  }

  /** Runs all units with pauses; yields the share done. */
  slices(): Generator<number, void> {
    return this.#inSlices(0, this.units);
  }

  /** Runs one chunk of a pass with one panel forward, in slices. The chunks before it must have run. */
  forwardInParts(chunk: number): Generator<unknown, void> {
    const [first, last] = [chunk, chunk + 1].map((c) => this.arena.core.recurrentForwardUnit(this.address, c));
    return this.#inSlices(first, last);
  }

  #inSlices(first: number, last: number): Generator<number, void> {
    const together = unitsOfCall(this.geometry.unitWork);
    return unitsInSlices(last - first, together, (from, to) => this.run(first + from, first + to));
  }

  /** Whether every state of the last run was finite. */
  get statesFinite(): boolean {
    return this.arena.i32("pass")[TIME_PASS.at.nonfinite] === 0;
  }

  /** Step and record of the first state that is not finite. */
  firstNonfinite(): { step: number; record: number } | undefined {
    const found = this.arena.core.recurrentNonfinite(this.arena.address("pass"));
    const N = this.geometry.layers.length;
    return found < 0 ? undefined : { step: Math.floor(found / N), record: found % N };
  }

  /** Copies the parameters in and packs them for the kernels. */
  load(parameters: ParameterMap): void {
    finish(this.loadInParts(() => parameters));
  }

  /** `load` with pauses. @param parameters is called again after every pause, because memory may have moved */
  *loadInParts(parameters: () => ParameterMap): Generator<void, void> {
    yield* loadWeights(this.arena, this.geometry, parameters);
    this.#firstState = firstStateOf(this.geometry, parameters());
  }

  /** Sets the seed of the masks of the next batch. */
  set maskSeed(seed: MaskSeed) {
    this.#maskSeed = seed;
  }

  /**
   * Copies a batch into the memory, panel by panel. Lanes beyond the batch repeat its last sample, so they are finite
   * if that sample is.
   */
  feed(batch: Batch): void {
    finish(this.feedInParts(batch));
  }

  /** `feed` with pauses: first the targets, then the inputs, a few steps at a time, with a pause after each part. */
  feedInParts(batch: Batch): Generator<void, void> {
    this.#fed = fedBatch(this.geometry, batch);
    return copyIn(this.arena, this.geometry, batch, this.#fed, this.#maskSeed, this.#firstState);
  }

  /** The mean of x² over the batch, which theory needs. Pauses between panels. */
  *inputSquare(): Generator<void, number> {
    const { B, T, X } = this.geometry;
    const { steps } = this.order;
    const mean = this.geometry.inputRows
      ? yield* rowsSquare(this.arena, "inputRows")
      : yield* inputSquare(this.arena, { address: this.arena.address("inputs"), stride: T * X * 32 }, T * X, B);
    return steps === B * T ? mean : (mean * B * T) / steps; // padding is zero
  }

  /** Sets the probe's cotangents, `[B, W]`. */
  feedCotangents(cotangents: Float32Array): void {
    const { B, W } = this.geometry;
    const panels = this.arena.f32("cotangent");
    for (let b = 0; b < B; b++) {
      for (let i = 0; i < W; i++) panels[((b >> 3) * pad4(W) + i) * 8 + (b & 7)] = cotangents[b * W + i];
    }
  }

  /** The state after the last step, if the pass keeps it. */
  get finalState() {
    return readState(this.arena, this.geometry, this.order);
  }

  /**
   * The state after the last step, and the gradient of the first state; only of a pass whose first state is not zero.
   */
  get state() {
    const { geometry, order } = this;
    return {
      final: readState(this.arena, geometry, order),
      gradient: readStateGradient(this.arena, geometry, order),
    };
  }

  /** The order of the batch that was fed: the longest samples first. */
  get order(): Order {
    return this.#batch.order;
  }

  /** The batch that was fed; before the first, a batch without lengths. */
  get #batch(): FedBatch {
    this.#fed ??= { order: orderOf(this.geometry, undefined), losses: 1, begun: false };
    return this.#fed;
  }

  /** The mean loss. */
  get loss(): number {
    let sum = 0;
    for (const panel of this.arena.f64("losses")) sum += panel;
    return sum * lossScale(this.geometry, this.#batch);
  }

  /**
   * The share of samples (or of steps, if each has a loss) whose largest output is that of their class; with binary
   * cross-entropy, the share of outputs on the side of their target; otherwise null.
   */
  get accuracy(): number | null {
    const { features: W, sizes } = this.geometry;
    return shareOfHits(this.geometry, this.arena.i32("hits"), this.#batch.losses, sizes.outputs ?? W);
  }

  /** Number of different tokens in the batch, without the padding token; null for a network without an embedding. */
  get occurringTokens(): number | null {
    const { vocabulary: V, F } = this.geometry;
    if (V === 0) return null;
    const { readers } = tokenReaders(this.geometry);
    const exponents = this.arena.i32("tokenExponents"); // [sets][readers][F + 1][V], the sum last
    let count = 0;
    for (let v = 0; v < V; v++) {
      let n = 0;
      while (n < readers && exponents[(n * (F + 1) + F) * V + v] === DEAD) n++;
      if (n < readers) count++;
    }
    return count;
  }

  /** Whether a parameter is a learned first state that the batch has replaced by its own state. */
  #isReplaced(place: ParameterPlace): boolean {
    return place.module === "rnn" && place.part === "state" && this.#fed?.begun === true;
  }

  /** A parameter's gradient, row-major, in the frame of its exponent. */
  gradient(name: string, value: Float32Array): ScaledTensor {
    return finish(this.gradientInParts(name, value));
  }

  /** `gradient` with pauses. */
  *gradientInParts(name: string, value: Float32Array): Generator<void, ScaledTensor> {
    const place = this.#placeOf(name);
    if (this.#isReplaced(place)) return { data: new Float64Array(value.length), exponent: DEAD };
    return yield* readGradientInParts(this.arena, this.geometry, place, value);
  }

  /** Sums over a parameter's gradient, with pauses; undefined if only its numbers themselves can be read. */
  sumsOfGradient(name: string): Generator<void, ScaledSums | undefined> {
    return sumsOfGradient(this.arena, this.geometry, this.#placeOf(name));
  }

  /** Writes it at `to`, rounded to float32, row-major. Returns ln of its norm before that. */
  gather(name: string, to: number, value: Float32Array): number {
    const place = this.#placeOf(name);
    if (this.#isReplaced(place)) return placeGradient(this.arena, to, this.gradient(name, value));
    return gatherGradient(this.arena, this.geometry, place, value, to);
  }

  /** A parameter's truncated gradient, of a pass with the option `truncate`. */
  truncatedGradient(name: string, value: Float32Array): ScaledTensor {
    const place = this.#placeOf(name);
    if (this.#isReplaced(place)) return { data: new Float64Array(value.length), exponent: DEAD };
    return readGradient(this.arena, this.geometry, place, value, "truncated");
  }

  dispose(): void {
    this.arena.dispose();
  }

  #placeOf(name: string): ParameterPlace {
    return this.#places.get(name) as ParameterPlace;
  }
}
