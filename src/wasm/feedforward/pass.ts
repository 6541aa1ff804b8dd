import type { Batch } from "../../tasks/batch.ts";
import type { Arena, Engine } from "../engine.ts";
import { floatBits, toPanels } from "../panels.ts";
import { DEPTH_PASS, OPERATION, VALUE, writeRecord } from "../records.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { type DepthShape, planDepth } from "./plan.ts";
import type { Code, Rows, Tape, TapeOperation, TapeValue } from "./tape.ts";
import { type WeightNormGradient, weightNormGradient, weightNormProduct } from "./weightNorm.ts";

const CODES: Readonly<Record<Code, number>> = {
  dense: 0,
  activation: 1,
  prelu: 2,
  batch: 3,
  layer: 4,
  rms: 5,
  join: 6,
  highway: 7,
};
const LOSSES: Readonly<Record<Batch["loss"], number>> = {
  none: 0,
  mse: 1,
  cross_entropy: 2,
  binary_cross_entropy: 3,
  hinge: 4,
};
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

/** One feed-forward pass in WASM memory: planned and bound once, run as often as wanted. */
export class DepthPass {
  readonly shape: DepthShape;
  readonly tape: Tape;
  readonly #arena: Arena;
  /** Parameters by name: the operation that uses each, and as what. */
  readonly #users = new Map<string, { index: number; as: "weight" | "bias" }>();

  /** @throws EvanesceError where the plan does not fit into `limit` bytes */
  constructor(engine: Engine, shape: DepthShape, tape: Tape, limit: number) {
    this.shape = shape;
    this.tape = tape;
    this.#arena = engine.reserve(
      planDepth(engine, shape, tape),
      limit,
      "raise the memory limit, or lower batch, width or depth",
    );
    tape.operations.forEach(({ weight, bias }, index) => {
      if (weight !== null) this.#users.set(weight, { index, as: "weight" });
      if (bias !== null) this.#users.set(bias, { index, as: "bias" });
    });
    this.#bind();
  }

  get bytes(): number {
    return this.#arena.plan.bytes;
  }

  get plan() {
    return this.#arena.plan;
  }

  get units(): number {
    return this.#arena.core.depthUnits(this.#arena.address("pass"));
  }

  /** Runs units from ≤ u < to: all of them are one call. The first units are the operations of the tape, in order. */
  run(from = 0, to = this.units): void {
    this.#arena.core.depthRun(this.#arena.address("pass"), from, to);
  }

  /** Copies the parameters in, or those named. */
  load(parameters: ParameterMap, names: Iterable<string> = parameters.keys()): void {
    const layers = new Set<number>(); // whose W follows from g and v
    for (const name of names) {
      this.#arena.f32(name).set(parameters.get(name) as Float32Array);
      const weightNorm = WEIGHT_NORM.exec(name);
      if (weightNorm !== null) layers.add(Number(weightNorm[1]));
    }
    for (const l of layers) {
      const g = parameters.get(`layers.${l}.weight_g`) as Float32Array;
      const v = parameters.get(`layers.${l}.weight_v`) as Float32Array;
      this.#arena.f32(`layers.${l}.weight`).set(weightNormProduct(g, v));
    }
  }

  /** Copies a batch in, panel by panel. */
  feed(batch: Batch): void {
    const { B } = this.shape;
    const inputs = this.tape.operations[0].x;
    placePanels(this.#arena.f32(inputs.data.tensor), batch.inputs, B, inputs.rows, inputs.data.stride);
    if (this.shape.loss === "none" || batch.targets === undefined) return;
    if (batch.targets instanceof Int32Array) toPanels(this.#arena.i32("targets"), batch.targets, 1, B, 1);
    else toPanels(this.#arena.f32("targets"), batch.targets, 1, B, this.tape.output.rows);
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
    return sum * this.#meanScale;
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
    const { index, as } = this.#users.get(name) as { index: number; as: "weight" | "bias" };
    const { code, x, out } = this.tape.operations[index];
    const exponent = this.#arena.i32(`grad:${index}.exponent`)[0];
    const values = this.#arena.f32(`grad:${index}.${as}`);
    if (code !== "dense" || as === "bias") {
      const count = code === "join" || code === "prelu" ? 1 : out.rows;
      return { data: Float64Array.from(values.subarray(0, count)), exponent };
    }
    const H = out.rows;
    const K = x.rows;
    const data = new Float64Array(H * K);
    for (let j = 0; j < K; j++) {
      const panel = (j >> 3) * pad4(H) * 8 + (j & 7);
      for (let i = 0; i < H; i++) data[i * K + j] = values[panel + i * 8];
    }
    return { data, exponent };
  }

  /** Σ of squares of a parameter's gradient, in the frame of its exponent: the true square is `square · 4^exponent`. */
  gradientSquare(name: string): { square: number; exponent: number } {
    const user = this.#users.get(name);
    if (user === undefined) {
      const { data, exponent } = this.gradient(name); // weight norm's g and v
      return { square: data.reduce((sum, value) => sum + value * value, 0), exponent };
    }
    const { code, x, out } = this.tape.operations[user.index];
    const at = this.#arena.address(`grad:${user.index}.${user.as}`);
    const core = this.#arena.core;
    const whole = code === "dense" && user.as === "weight";
    const square = whole
      ? core.panelSquareSum(at, out.rows, x.rows, pad4(out.rows))
      : core.squareSum(at, code === "join" || code === "prelu" ? 1 : out.rows);
    return { square, exponent: this.#arena.i32(`grad:${user.index}.exponent`)[0] };
  }

  /** ‖W‖² of a parameter as it was loaded. */
  parameterSquare(name: string, count: number): number {
    return this.#arena.core.squareSum(this.#arena.address(name), count);
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
    arena.core.activationMoments(numbers, this.#rows(data), data.stride, rows, this.shape.B, arena.address("scratch"));
    const [sum, squares] = arena.f64("numbers");
    return { sum, squares };
  }

  /** The first station whose activations are not finite; −1 if none. */
  firstNonfinite(): number {
    const columns = Math.ceil(this.shape.B / 8) * 8;
    const { panelSquareSum } = this.#arena.core;
    return this.tape.stations.findIndex(
      ({ rows, data }) => !Number.isFinite(panelSquareSum(this.#rows(data), rows, columns, data.stride)),
    );
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #rows(rows: Rows): number {
    return this.#arena.address(rows.tensor) + rows.first * 32;
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

  /** ∂(mean loss)/∂(summed loss): PyTorch's reduction="mean". */
  get #meanScale(): number {
    const { B, loss } = this.shape;
    return 1 / (B * (loss === "mse" || loss === "binary_cross_entropy" ? this.tape.output.rows : 1));
  }

  #bind(): void {
    const { tape, shape } = this;
    const arena = this.#arena;
    const at = (name: string) => arena.address(name);
    const places = new Map<TapeValue, number>();
    const values = arena.i32("values");
    const valueAt = (value: TapeValue | null): number => {
      if (value === null) return 0;
      let index = places.get(value);
      if (index === undefined) {
        index = places.size;
        places.set(value, index);
        writeRecord(values, index, VALUE, {
          rows: value.rows,
          data: this.#rows(value.data),
          stride: value.data.stride,
          gradient: value.gradient === null ? 0 : this.#rows(value.gradient),
          gradientStride: value.gradient?.stride ?? 0,
          exponents: value.gradient === null ? 0 : at(`${value.gradient.tensor}.exponents`),
        });
      }
      return at("values") + index * VALUE.length * 4;
    };
    const merges = mergingOperations(tape);
    const slot = (index: number) => (shape.options.ledger ? index : -1);
    tape.operations.forEach((operation, i) => {
      writeRecord(arena.i32("operations"), i, OPERATION, {
        code: CODES[operation.code],
        kind: operation.kind,
        x: valueAt(operation.x),
        y: valueAt(operation.y),
        z: valueAt(operation.z),
        out: valueAt(operation.out),
        xMerges: merges.has(operation) ? 1 : 0,
        weight: operation.weight === null ? 0 : at(operation.weight),
        bias: operation.bias === null ? 0 : at(operation.bias),
        weightGradient: operation.weight === null ? 0 : at(`grad:${i}.weight`),
        biasGradient: operation.bias === null ? 0 : at(`grad:${i}.bias`),
        gradientExponent: at(`grad:${i}.exponent`),
        tape: at(`tape:${i}`),
        statistics: at(`statistics:${i}`),
        factor: floatBits(operation.factor),
        outSlot: operation.outSlot,
        xSlot: slot(operation.xSlot),
        ySlot: slot(operation.ySlot),
        zSlot: -1,
        partSlot: slot(operation.partSlot),
        priorSlot: slot(operation.priorSlot),
        partFrom: operation.partFrom,
        partRows: operation.partRows,
      });
    });
    writeRecord(arena.i32("pass"), 0, DEPTH_PASS, {
      batch: shape.B,
      panels: Math.ceil(shape.B / 8),
      operations: tape.operations.length,
      operationRecords: at("operations"),
      streams: shape.options.probe ? 2 : 1,
      squares: at("squares"),
      exponents: at("exponents"),
      slots: tape.slots,
      entries: at("entries"),
      stations: tape.stations.length,
      top: valueAt(tape.stations.at(-1) as TapeValue),
      output: valueAt(tape.output),
      lossFrom: tape.lossFrom,
      loss: LOSSES[shape.loss],
      lossScale: floatBits(this.#meanScale),
      targets: at("targets"),
      losses: at("losses"),
      outputSlot: tape.outputSlot,
      cotangent: at("cotangent"),
      scratch: at("scratch"),
    });
  }
}

/** The operations whose contribution to a station's gradient is not the first to arrive: backward the first writes, others merge. */
function mergingOperations(tape: Tape): Set<TapeOperation> {
  const arrived = new Set<string>();
  const merging = new Set<TapeOperation>();
  const isStation = new Set(tape.stations);
  for (const operation of tape.operations.toReversed()) {
    const rows = operation.x.gradient;
    if (rows === null || !rows.tensor.startsWith("dh")) continue; // a series' inner values have one reader each
    const key =
      rows.tensor === "dh" && !isStation.has(operation.x) ? "every earlier station" : `${rows.tensor} ${rows.first}`;
    if (arrived.has(key)) merging.add(operation);
    arrived.add(key);
  }
  return merging;
}

/** [B, N] row-major to panels [P][stride][8]. */
function placePanels(panels: Float32Array, values: Float32Array, B: number, N: number, stride: number): void {
  for (let lane = 0; lane < Math.ceil(B / 8) * 8; lane++) {
    const from = Math.min(lane, B - 1) * N;
    const to = (lane >> 3) * stride * 8 + (lane & 7);
    for (let i = 0; i < N; i++) panels[to + i * 8] = values[from + i];
  }
}
