import { normFacts } from "../../catalogue/index.ts";
import type { Batch } from "../../tasks/batch.ts";
import type { Arena, Engine } from "../engine.ts";
import { inputSquare } from "../input-square.ts";
import { feedLossWeights, shareOfHits } from "../loss.ts";
import { dropoutRule, feedMasks, type MaskSeed } from "../masks.ts";
import { floatBits, toPanels } from "../panels.ts";
import { DEPTH_PASS, OPERATION } from "../generated/records.ts";
import { lnOf, type ParameterMap, type ScaledTensor } from "../scaled.ts";
import { addressOf, bindTape, meanScale } from "./bind.ts";
import { type DepthShape, planDepth } from "./plan.ts";
import type { Rows, Tape, TapeValue } from "./tape.ts";
import { type WeightNormGradient, weightNormGradient } from "./weight-norm.ts";

/** Weight norm's pair of a layer. */
const WEIGHT_NORM = /^layers\.(\d+)\.weight_([gv])$/;
const pad4 = (rows: number) => Math.ceil(rows / 4) * 4;

/** One stream's norms by slot: the true square of sample b at slot s is `squares[s·B + b] · 4^exponents[s·B + b]`. */
export interface SlotNorms {
  readonly squares: Float64Array;
  readonly exponents: Int32Array;
}

/** What one station's activations and gradient look like, over the real samples. */
export interface StationNumbers {
  readonly mean: number;
  readonly variance: number;
  /** Share of entries with |φ'| below 1 % of its maximum. */
  readonly saturated: number;
  /** Share of units with φ' = 0 for the whole batch. */
  readonly dead: number;
  /** ‖h‖_F. */
  readonly norm: number;
  readonly zero: number;
  readonly subnormal: number;
}

/**
 * Sums over one parameter's gradient in the frame of its exponent: the true square is `square · 4^exponent`, the
 * magnitude `· 2^exponent`.
 */
export interface GradientSums {
  /** Σ g². */
  readonly square: number;
  /** Σ |g|. */
  readonly magnitude: number;
  /** How many entries are exactly zero. */
  readonly zeros: number;
  readonly exponent: number;
}

/** Where a parameter's gradient is: of which operation, as what, from which address on. */
interface User {
  readonly index: number;
  readonly as: "weight" | "bias";
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  /** Kept as panels of eight columns; else row-major. */
  readonly panels: boolean;
}

/** One feed-forward pass in WASM memory: planned and bound once, run as often as wanted. */
export class DepthPass {
  readonly shape: DepthShape;
  readonly tape: Tape;
  readonly #arena: Arena;
  #maskSeed: MaskSeed = null;
  readonly #users = new Map<string, User>();
  /** Where the parameters are that are not in the arena's own place. */
  readonly #places = new Map<string, number>();
  /**
   * By operation `[2][3]`, of its weight's gradient and its bias's, where others have found them: Σ |g|, how many are
   * zero, Σ g².
   */
  readonly #sums = new Map<number, Float64Array>();

  /** @throws EvanesceError where the plan does not fit into `limit` bytes */
  constructor(engine: Engine, shape: DepthShape, tape: Tape, limit: number) {
    this.shape = shape;
    this.tape = tape;
    this.#arena = engine.reserve(
      planDepth(engine, shape, tape),
      limit,
      "raise the memory limit, or lower batch, width or depth",
    );
    tape.operations.forEach(({ code, weight, bias, x, out }, index) => {
      const rows = code === "join" || code === "prelu" ? 1 : out.rows;
      const columns = code === "dense" ? x.rows : 1;
      const use = (as: User["as"]) => ({ index, as, at: this.#arena.address(`grad:${index}.${as}`), rows });
      if (weight !== null) this.#users.set(weight, { ...use("weight"), columns, panels: code === "dense" });
      if (bias !== null) this.#users.set(bias, { ...use("bias"), columns: 1, panels: false });
    });
    bindTape(this.#arena, shape, tape);
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

  /** Runs units from ≤ u < to: all of them are one call. The first units are the operations of the tape, in order. */
  run(from = 0, to = this.units): void {
    this.#sums.clear();
    this.#arena.core.depthRun(this.#arena.address("pass"), from, to);
  }

  /**
   * Takes the parameters in, or those named: a copy of each, but those that are in WASM memory already are used where
   * they are.
   */
  load(parameters: ParameterMap, names: Iterable<string> = parameters.keys()): void {
    const { core } = this.#arena;
    const layers = new Set<number>(); // whose W follows from g and v
    for (const name of names) {
      const values = parameters.get(name) as Float32Array;
      const user = this.#users.get(name);
      const resident = user !== undefined && values.buffer === core.memory.buffer;
      if (user !== undefined) this.#place(name, user, resident ? values.byteOffset : this.#arena.address(name));
      if (!resident) this.#arena.f32(name).set(values);
      if (user !== undefined) continue;
      const weightNorm = WEIGHT_NORM.exec(name);
      if (weightNorm !== null) layers.add(Number(weightNorm[1]));
    }
    for (const l of layers) {
      const { rows, columns } = this.#users.get(`layers.${l}.weight`) as User;
      const [w, g, v] = ["weight", "weight_g", "weight_v"].map((part) => this.#arena.address(`layers.${l}.${part}`));
      core.weightNormProduct(w, g, v, rows, columns);
    }
  }

  /** Where a parameter is that operations read. */
  placeOf(name: string): number {
    return this.#places.get(name) ?? this.#arena.address(name);
  }

  /** Lets the operation that uses a parameter read it at `address`. */
  #place(name: string, { index, as }: User, address: number): void {
    if (this.#places.get(name) === address) return;
    this.#places.set(name, address);
    this.#arena.i32("operations")[index * OPERATION.size + OPERATION.at[as]] = address;
  }

  /** Takes over the factors on the branches of another draw of the same network. */
  setFactors({ operations }: Tape): void {
    const records = this.#arena.i32("operations");
    operations.forEach(({ factor }, i) => {
      records[i * OPERATION.size + OPERATION.at.factor] = floatBits(factor);
    });
  }

  /** Sets what the masks of the batch that is fed next are drawn from. */
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

  /** The mean of x² over the batch that was fed: what theory asks of it. Pauses between panels. */
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
   * The share of samples whose largest output is their class's; with binary cross-entropy of outputs on their target's
   * side; else null.
   */
  get accuracy(): number | null {
    return shareOfHits(this.shape, this.#arena.i32("hits"), this.shape.B, this.tape.output.rows);
  }

  /**
   * ∂L/∂x of a pass that was asked for its columns: panels `[P][stride][8]`, and the exponent of each sample.
   */
  get inputGradient(): { readonly panels: Float32Array; readonly stride: number; readonly exponents: Int32Array } {
    const { tensor, stride } = this.tape.operations[0].x.gradient as Rows;
    return { panels: this.#arena.f32(tensor), stride, exponents: this.#arena.i32(`${tensor}.exponents`) };
  }

  /** `[B, Y]`, row-major: what the last forward sweep answered, before the loss. */
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
    const weightNorm = WEIGHT_NORM.exec(name);
    if (weightNorm !== null) return this.#weightNorm(Number(weightNorm[1]))[weightNorm[2] as "g" | "v"];
    const { index, as, rows: H, columns: K, panels } = this.#users.get(name) as User;
    const exponent = this.#arena.i32("gradientExponents")[index * 4];
    const values = this.#arena.f32(`grad:${index}.${as}`);
    if (!panels) return { data: Float64Array.from(values.subarray(0, H)), exponent };
    const data = new Float64Array(H * K);
    for (let j = 0; j < K; j++) {
      const panel = (j >> 3) * pad4(H) * 8 + (j & 7);
      for (let i = 0; i < H; i++) data[i * K + j] = values[panel + i * 8];
    }
    return { data, exponent };
  }

  /** Writes a parameter's gradient at `to`, rounded to float32, row-major. Returns ln of its norm before that. */
  gather(name: string, to: number): number {
    const { core } = this.#arena;
    const user = this.#users.get(name);
    if (user === undefined) return this.#gatherWeightNorm(name, to);
    const { index, at, rows, columns, panels } = user;
    const exponent = this.#arena.i32("gradientExponents")[index * 4];
    if (!panels) {
      core.gatherFloats(to, at, rows, exponent);
      return lnOf(core.squareSum(at, rows), exponent);
    }
    core.gatherFloatPanels(to, at, rows, columns, pad4(rows), exponent);
    return lnOf(core.panelSquareSum(at, rows, columns, pad4(rows)), exponent);
  }

  /** Takes over the sums of operations from ≤ i < to, `[to − from][2][3]`, by whoever found the gradients. */
  takeSums({ from, to }: { readonly from: number; readonly to: number }, sums: Float64Array): void {
    for (let i = from; i < to; i++) this.#sums.set(i, sums.subarray((i - from) * 6, (i - from) * 6 + 6));
  }

  /** Sums over every parameter's gradient, by name. */
  gradientSums(): Map<string, GradientSums> {
    const { core } = this.#arena;
    const exponents = this.#arena.i32("gradientExponents");
    const numbers = this.#arena.f64("numbers");
    const out = this.#arena.address("numbers");
    const sums = new Map<string, GradientSums>();
    for (const [name, { index, as, at, rows, columns, panels }] of this.#users) {
      const found = this.#sums.get(index);
      if (found !== undefined) {
        const [magnitude, zeros, square] = found.subarray(as === "weight" ? 0 : 3);
        sums.set(name, { square, magnitude, zeros, exponent: exponents[index * 4] });
        continue;
      }
      numbers.fill(0);
      if (panels) core.panelMagnitudeSums(out, at, rows, columns, pad4(rows));
      else core.magnitudeSums(out, at, rows);
      const square = panels ? core.panelSquareSum(at, rows, columns, pad4(rows)) : core.squareSum(at, rows);
      sums.set(name, { square, magnitude: numbers[0], zeros: numbers[1], exponent: exponents[index * 4] });
    }
    if (normFacts(this.shape.spec.norm).of !== "weights") return sums;
    this.tape.layers.forEach((_, l) => {
      for (const [part, { data, exponent }] of Object.entries(this.#weightNorm(l))) {
        sums.set(`layers.${l}.weight_${part}`, { ...sumsOf(data), exponent });
      }
    });
    return sums;
  }

  /** ‖W‖² of a parameter as it was loaded. */
  parameterSquare(name: string, count: number): number {
    return this.#arena.core.squareSum(this.placeOf(name), count);
  }

  /** What the activations and the loss's gradient at station l look like; needs a pass with `statistics`. */
  stationNumbers(l: number, smallSlope: number): StationNumbers {
    const arena = this.#arena;
    const { B } = this.shape;
    const { rows } = this.tape.stations[l];
    const activation = this.tape.activations[l];
    const { sum, squares } = this.#moments(this.tape.stations[l]);
    let [saturated, dead] = [0, 0];
    if (activation >= 0) {
      const units = this.tape.operations[activation].out.rows;
      arena.core.slopeCounts(arena.address("numbers"), arena.address(`tape:${activation}`), units, B, smallSlope);
      const counts = arena.f64("numbers");
      saturated = counts[0] / (B * units);
      dead = counts[1] / units;
    }
    const entries = arena.f64("entries");
    const count = B * rows;
    return {
      mean: sum / count,
      variance: Math.max(squares / count - (sum / count) ** 2, 0),
      saturated,
      dead,
      norm: Math.sqrt(squares),
      zero: entries[2 * l] / count,
      subnormal: entries[2 * l + 1] / count,
    };
  }

  /**
   * Share of station l's entries with |φ'| below `slope`; 0 where no activation stands there. Needs a pass with
   * `statistics`.
   */
  shareBelow(l: number, slope: number): number {
    const arena = this.#arena;
    const { B } = this.shape;
    const activation = this.tape.activations[l];
    if (activation < 0) return 0;
    const units = this.tape.operations[activation].out.rows;
    arena.core.slopeCounts(arena.address("numbers"), arena.address(`tape:${activation}`), units, B, slope);
    return arena.f64("numbers")[0] / (B * units);
  }

  /** The variance of operation i's output over batch and units: what LSUV brings to 1. */
  outputVariance(i: number): number {
    const { out } = this.tape.operations[i];
    const { sum, squares } = this.#moments(out);
    const count = this.shape.B * out.rows;
    return squares / count - (sum / count) ** 2;
  }

  /** Σ and Σ² of a value over the real samples, as the last forward sweep left it. */
  #moments({ data, rows }: TapeValue): { sum: number; squares: number } {
    const arena = this.#arena;
    const numbers = arena.address("numbers");
    arena.core.activationMoments(
      numbers,
      addressOf(this.#arena, data),
      data.stride,
      rows,
      this.shape.B,
      arena.address("scratch"),
    );
    const [sum, squares] = arena.f64("numbers");
    return { sum, squares };
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

  #gatherWeightNorm(name: string, to: number): number {
    const [, l, part] = WEIGHT_NORM.exec(name) as RegExpExecArray;
    const { index, at, rows, columns } = this.#users.get(`layers.${l}.weight`) as User;
    const exponent = this.#arena.i32("gradientExponents")[index * 4];
    const [g, v] = ["weight_g", "weight_v"].map((own) => this.#arena.address(`layers.${l}.${own}`));
    // two factors: 2^exponent alone may lie outside float64 where the product does not
    const half = Math.trunc(exponent / 2);
    const [first, second] = [2 ** half, 2 ** (exponent - half)];
    const scales = part === "g" ? 1 : 0;
    const { core } = this.#arena;
    return lnOf(core.weightNormGather(to, g, v, at, rows, columns, pad4(rows), first, second, scales), exponent);
  }

  #weightNorm(l: number): WeightNormGradient {
    const { data, exponent } = this.gradient(`layers.${l}.weight`);
    const { rows } = this.tape.operations[this.tape.layers[l]].out;
    return weightNormGradient(
      rows,
      this.#arena.f32(`layers.${l}.weight_g`),
      this.#arena.f32(`layers.${l}.weight_v`),
      data,
      exponent,
    );
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

function sumsOf(values: Float64Array): Omit<GradientSums, "exponent"> {
  let [square, magnitude, zeros] = [0, 0, 0];
  for (const value of values) {
    square += value * value;
    magnitude += Math.abs(value);
    if (value === 0) zeros++;
  }
  return { square, magnitude, zeros };
}
