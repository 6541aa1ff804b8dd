import type { Batch } from "../../tasks/batch.ts";
import { unitsInSlices } from "../../base/time-slicing.ts";
import type { Arena, Engine } from "../engine.ts";
import { inputSquare } from "../input-square.ts";
import { feedLossWeights, shareOfHits } from "../loss.ts";
import type { Magnitudes } from "../magnitudes.ts";
import { dropoutRule, feedMasks, type MaskSeed } from "../masks.ts";
import { floatBits, toPanels } from "../panels.ts";
import { DEPTH_PASS, OPERATION } from "../generated/records.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { addressOf, bindTape, meanScale } from "./bind.ts";
import { PassParameters } from "./parameters.ts";
import { DEPTH_REMEDY, type DepthShape, planDepth } from "./plan.ts";
import { UNIT, unitsOfCall } from "../unit-work.ts";
import type { Rows, Tape, TapeValue } from "./tape.ts";

/** One stream's norms by slot: the true square of sample b at slot s is `squares[s·B + b] · 4^exponents[s·B + b]`. */
export interface SlotNorms {
  readonly squares: Float64Array;
  readonly exponents: Int32Array;
}

/** A unit of a pass, or one part of it. */
interface Step {
  readonly unit: number;
  readonly part?: number;
}

/** One feed-forward pass in WASM memory. It is planned and bound once, and runs any number of times. */
export class DepthPass {
  readonly shape: DepthShape;
  #tape: Tape;
  readonly #arena: Arena;
  /** The parameters and their gradients. */
  readonly parameters: PassParameters;
  #maskSeed: MaskSeed = null;
  /** What `#steps` returns, once it is known. */
  #stepsOnce: readonly Step[] | undefined;

  private constructor(arena: Arena, shape: DepthShape, tape: Tape) {
    this.shape = shape;
    this.#tape = tape;
    this.#arena = arena;
    bindTape(arena, shape, tape);
    this.parameters = new PassParameters(arena, shape, tape);
  }

  /** Plans a pass and binds it, with pauses. @throws EvanesceError if the plan does not fit into `limit` bytes */
  static *inParts(engine: Engine, shape: DepthShape, tape: Tape, limit: number): Generator<void, DepthPass> {
    const plan = planDepth(engine, shape, tape);
    yield;
    return new DepthPass(yield* engine.reserveInParts(plan, limit, DEPTH_REMEDY), shape, tape);
  }

  /** Its operations, with the factors of the last draw. */
  get tape(): Tape {
    return this.#tape;
  }

  get bytes(): number {
    return this.#arena.plan.bytes;
  }

  get plan() {
    return this.#arena.plan;
  }

  /** Its memory, for probes that read values and tape. */
  get arena(): Arena {
    return this.#arena;
  }

  get units(): number {
    return this.#arena.core.depthUnits(this.#arena.address("pass"));
  }

  /** Brings renormalized gradients to 2^headroom. */
  setHeadroom(headroom: number): void {
    this.#arena.i32("pass")[DEPTH_PASS.at.headroom] = headroom;
  }

  /** Raises small entries of gradients from the next run on: their sizes are then wrong, and only zeros stay zeros. */
  setLifted(lifted: boolean): void {
    this.#arena.i32("pass")[DEPTH_PASS.at.lifted] = Number(lifted);
  }

  /** Runs units from ≤ u < to in one call. The first units are the operations of the tape, in order. */
  run(from = 0, to = this.units): void {
    this.parameters.forgetSums();
    this.#arena.core.depthRun(this.#arena.address("pass"), from, to);
  }

  /** Runs all units with pauses, also within large products; yields the share done. */
  slices(): Generator<number, void> {
    // a product, its adjoint or its weights' gradient; any other operation counts as a product with sixteen columns
    const work = this.#tape.operations.map(({ code, x, out }) => out.rows * (code === "dense" ? x.rows : 16));
    const largest = Math.min(UNIT, Math.max(...work) * Math.ceil(this.shape.B / 8) * 16);
    const steps = this.#steps();
    return unitsInSlices(steps.length, unitsOfCall(largest), (from, to) => {
      for (let i = from; i < to; i++) {
        const { unit, part } = steps[i];
        if (part !== undefined) {
          this.#runPart(unit, part);
          continue;
        }
        while (i + 1 < to && steps[i + 1].part === undefined) i++; // whole units in one call
        this.run(unit, steps[i].unit + 1);
      }
    });
  }

  /** Every unit; a unit with a large product in parts. The list depends on sizes only, so it is made once. */
  #steps(): readonly Step[] {
    const { core } = this.#arena;
    const address = this.#arena.address("pass");
    this.#stepsOnce ??= Array.from({ length: this.units }, (_, unit): Step[] => {
      const parts = core.depthParts(address, unit, UNIT);
      return parts === 1 ? [{ unit }] : Array.from({ length: parts }, (_, part) => ({ unit, part }));
    }).flat();
    return this.#stepsOnce;
  }

  #runPart(unit: number, part: number): void {
    this.parameters.forgetSums();
    this.#arena.core.depthRunPart(this.#arena.address("pass"), unit, part, UNIT);
  }

  /** Loads the parameters. */
  load(parameters: ParameterMap): void {
    this.parameters.load(parameters);
  }

  /** `load` with pauses. @param parameters is called again after every pause, because memory may have moved */
  loadInParts(parameters: () => ParameterMap): Generator<void, void> {
    return this.parameters.loadInParts(parameters);
  }

  /** Uses the branch factors of another draw of the same network. */
  setFactors(tape: Tape): void {
    const records = this.#arena.i32("operations");
    const operations = this.#tape.operations.map((operation, i) => {
      const { factor } = tape.operations[i];
      records[i * OPERATION.size + OPERATION.at.factor] = floatBits(factor);
      return { ...operation, factor };
    });
    this.#tape = { ...this.#tape, operations }; // the factors are sent to workers
  }

  /** Sets the seed of the masks of the next batch. */
  set maskSeed(seed: MaskSeed) {
    this.#maskSeed = seed;
  }

  /** Copies a batch in, panel by panel. */
  feed(batch: Batch): void {
    const { B, spec } = this.shape;
    if (spec.dropout !== undefined) {
      const samples = Int32Array.from({ length: B }, (_, b) => (batch.firstSample ?? 0) + b);
      feedMasks(this.#arena, samples, this.#maskSeed, [dropoutRule(spec.dropout, this.#maskSeed)]);
    }
    const inputs = this.tape.operations[0].x;
    placePanels(this.#arena.f32(inputs.data.tensor), batch.inputs, B, inputs.rows, inputs.data.stride);
    if (this.shape.loss === "none" || batch.targets === undefined) return;
    if (batch.targets instanceof Int32Array) toPanels(this.#arena.i32("targets"), batch.targets, 1, B, 1);
    else toPanels(this.#arena.f32("targets"), batch.targets, 1, B, this.tape.output.rows);
    if (!this.#arena.plan.tensors.has("lossWeights")) return;
    feedLossWeights(this.#arena.f32("lossWeights"), batch, this.tape.output.rows, B);
  }

  /** The mean of x² over the batch, which theory needs. Pauses between panels. */
  inputSquare(): Generator<void, number> {
    const { data, rows } = this.tape.operations[0].x;
    return inputSquare(
      this.#arena,
      { address: addressOf(this.#arena, data), stride: data.stride * 32 },
      rows,
      this.shape.B,
    );
  }

  /** Sets the probe's cotangents, `[B, H]` of the last station. */
  feedCotangents(cotangents: Float32Array): void {
    const H = (this.tape.stations.at(-1) as TapeValue).rows;
    const panels = this.#arena.f32("cotangent");
    for (let b = 0; b < this.shape.B; b++) {
      for (let i = 0; i < H; i++) panels[((b >> 3) * H + i) * 8 + (b & 7)] = cotangents[b * H + i];
    }
  }

  /** The mean loss. */
  get loss(): number {
    let sum = 0;
    for (const panel of this.#arena.f64("losses")) sum += panel;
    return sum * meanScale(this.shape, this.tape);
  }

  /**
   * The share of samples whose largest output is that of their class; with binary cross-entropy, the share of outputs
   * on the side of their target; else null.
   */
  get accuracy(): number | null {
    return shareOfHits(this.shape, this.#arena.i32("hits"), this.shape.B, this.tape.output.rows);
  }

  /**
   * ∂L/∂x of a pass with the option `inputGradient: "columns"`: panels `[P][stride][8]`, and the exponent of each
   * sample.
   */
  get inputGradient(): { readonly panels: Float32Array; readonly stride: number; readonly exponents: Int32Array } {
    const { tensor, stride } = this.tape.operations[0].x.gradient as Rows;
    return { panels: this.#arena.f32(tensor), stride, exponents: this.#arena.i32(`${tensor}.exponents`) };
  }

  /** `[B, Y]`, row-major: the outputs of the last forward pass, before the loss. */
  outputs(): Float32Array {
    const { data, rows: Y } = this.tape.output;
    const { B } = this.shape;
    const panels = this.#arena.f32(data.tensor);
    const values = new Float32Array(B * Y);
    for (let b = 0; b < B; b++) {
      const first = ((b >> 3) * data.stride + data.first) * 8 + (b & 7);
      for (let j = 0; j < Y; j++) values[b * Y + j] = panels[first + j * 8];
    }
    return values;
  }

  norms(stream: 0 | 1): SlotNorms {
    const size = this.tape.slots * this.shape.B;
    return {
      squares: this.#arena.f64("squares").subarray(stream * size, (stream + 1) * size),
      exponents: this.#arena.i32("exponents").subarray(stream * size, (stream + 1) * size),
    };
  }

  /** A parameter's gradient, row-major, in the frame of its exponent. */
  gradient(name: string): ScaledTensor {
    return this.parameters.gradient(name);
  }

  /** Writes a parameter's gradient at `to`, rounded to float32, row-major. Returns ln of its norm before that. */
  gather(name: string, to: number): number {
    return this.parameters.gather(name, to);
  }

  /** Entries of each station's δ by magnitude, of a pass with the option `half`. */
  get magnitudes(): Magnitudes {
    const { depth } = this.shape.spec;
    return { counts: this.#arena.i32("magnitudes"), stations: depth, of: depth };
  }

  /** The first station whose activations are not finite; −1 if none. */
  firstNonfinite(): number {
    const { core } = this.#arena;
    return this.tape.stations.findIndex(
      ({ rows, data }) => core.allFinite(addressOf(this.#arena, data), data.stride, rows, this.shape.B) === 0,
    );
  }

  dispose(): void {
    this.#arena.dispose();
  }
}

/** [B, N] row-major to panels [P][stride][8]. */
function placePanels(panels: Float32Array, values: Float32Array, B: number, N: number, stride: number): void {
  for (let lane = 0; lane < Math.ceil(B / 8) * 8; lane++) {
    const from = Math.min(lane, B - 1) * N;
    const to = (lane >> 3) * stride * 8 + (lane & 7);
    for (let i = 0; i < N; i++) panels[to + i * 8] = values[from + i];
  }
}
