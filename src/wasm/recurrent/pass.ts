import type { Batch } from "../../tasks/batch.ts";
import type { Arena, Engine } from "../engine.ts";
import { floatBits, toPanels } from "../panels.ts";
import { GRADIENT, LAYER, STREAM, TIME_PASS, writeRecord } from "../records.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { type Geometry, type PassShape, pad4, planRecurrent, type StreamName } from "./plan.ts";

const SOURCES: Readonly<Record<StreamName, number>> = { loss: 0, lastStep: 1, probe: 2 };
const LOSSES: Readonly<Partial<Record<Batch["loss"], number>>> = { none: 0, mse: 1, cross_entropy: 2 };

/** One recurrent pass in WASM memory: planned and bound once, run as often as wanted. */
export class RecurrentPass {
  readonly geometry: Geometry;
  readonly #arena: Arena;

  /** @throws EvanesceError where no plan fits into `limit` bytes */
  constructor(engine: Engine, shape: PassShape, limit: number) {
    const { plan, geometry } = planRecurrent(engine, shape, limit);
    const { C, T } = geometry;
    const remedy =
      geometry.stored < T
        ? `raise the memory limit, or lower batch, hidden or steps (states are already kept only every ${C} steps)`
        : "raise the memory limit, or lower batch, hidden or steps";
    this.geometry = geometry;
    this.#arena = engine.reserve(plan, limit, remedy);
    this.#bind();
  }

  /** Bytes this pass holds. */
  get bytes(): number {
    return this.#arena.plan.bytes;
  }

  /** The plan's tensors by name: shape, offset and bytes. */
  get plan() {
    return this.#arena.plan;
  }

  get units(): number {
    return this.#arena.core.recurrentUnits(this.#arena.address("pass"));
  }

  /** Runs units from ≤ u < to: all of them are one call. */
  run(from = 0, to = this.units): void {
    this.#arena.core.recurrentRun(this.#arena.address("pass"), from, to);
  }

  /** The first step and layer whose state is not finite. */
  firstNonfinite(): { step: number; layer: number } | undefined {
    const found = this.#arena.core.recurrentNonfinite(this.#arena.address("pass"));
    const { L } = this.geometry;
    return found < 0 ? undefined : { step: Math.floor(found / L), layer: found % L };
  }

  /** Copies the parameters in and packs them for the kernels: W by rows for the way out, Wᵀ for the way back. */
  load(parameters: ParameterMap): void {
    const { H, H4, L, X, cell } = this.geometry;
    const arena = this.#arena;
    const pack = arena.core.packRows;
    const R = cell.inputGates.length * H4;
    for (let l = 0; l < L; l++) {
      const inputs = l === 0 ? X : H;
      arena.f32(`weight_ih_l${l}`).set(parameters.get(`rnn.weight_ih_l${l}`)!);
      arena.f32(`weight_hh_l${l}`).set(parameters.get(`rnn.weight_hh_l${l}`)!);
      const ih = arena.address(`weight_ih_l${l}`);
      const hh = arena.address(`weight_hh_l${l}`);
      const tiles = arena.address(`forwardTiles${l}`);
      cell.forwardGates.forEach((gate, slab) => {
        const to = tiles + slab * H4 * (inputs + H) * 4;
        pack(to, inputs + H, 0, ih + gate * H * inputs * 4, H, inputs, inputs, 1);
        pack(to, inputs + H, inputs, hh + gate * H * H * 4, H, H, H, 1);
      });
      cell.hiddenGates.forEach((gate, slab) => {
        pack(arena.address(`hiddenTiles${l}`), R, slab * H4, hh + gate * H * H * 4, H, H, 1, H);
      });
      if (l > 0) {
        cell.inputGates.forEach((gate, slab) => {
          pack(arena.address(`inputTiles${l}`), R, slab * H4, ih + gate * H * H * 4, H, H, 1, H);
        });
      }
      const bias = arena.f32(`bias${l}`);
      const bih = parameters.get(`rnn.bias_ih_l${l}`)!;
      const bhh = parameters.get(`rnn.bias_hh_l${l}`)!;
      cell.forwardGates.forEach((gate, slab) => {
        for (let i = 0; i < H; i++) bias[slab * H4 + i] = bih[gate * H + i] + bhh[gate * H + i];
      });
    }
    this.#loadReadout(parameters);
  }

  #loadReadout(parameters: ParameterMap): void {
    const { H, sizes } = this.geometry;
    const Y = sizes.outputs;
    if (Y === null) return;
    const arena = this.#arena;
    arena.f32("readout.weight").set(parameters.get("readout.weight")!);
    arena.f32("readoutBias").set(parameters.get("readout.bias")!);
    const weight = arena.address("readout.weight");
    arena.core.packRows(arena.address("readoutTiles"), H, 0, weight, Y, H, H, 1);
    arena.core.packRows(arena.address("readoutBack"), Y, 0, weight, H, Y, 1, H);
  }

  /** Copies a batch in, panel by panel. Lanes past the batch repeat its last sample, so that they are finite where it is. */
  feed(batch: Batch): void {
    const { B, T, X, H, sizes, lossEvery } = this.geometry;
    toPanels(this.#arena.f32("inputs"), batch.inputs, T, B, X);
    if (batch.targets === undefined) return;
    const steps = lossEvery ? T : 1;
    if (batch.targets instanceof Int32Array) toPanels(this.#arena.i32("targets"), batch.targets, steps, B, 1);
    else toPanels(this.#arena.f32("targets"), batch.targets, steps, B, sizes.outputs ?? H);
  }

  /** Sets the probe's cotangents, `[B, H]`. */
  feedCotangents(cotangents: Float32Array): void {
    const { B, H, H4 } = this.geometry;
    const panels = this.#arena.f32("cotangent");
    for (let b = 0; b < B; b++) {
      for (let i = 0; i < H; i++) panels[((b >> 3) * H4 + i) * 8 + (b & 7)] = cotangents[b * H + i];
    }
  }

  /** The mean loss. */
  get loss(): number {
    let sum = 0;
    for (const panel of this.#arena.f64("losses")) sum += panel;
    return sum * this.#meanScale;
  }

  /** `[L, T, B]` squared norms and their binary exponents: the true square is `total · 4^exponent`. */
  stream(
    name: StreamName,
  ): Record<"total" | "gate" | "carried" | "injected", Float64Array | undefined> & { exponents: Int32Array } {
    const { ledger } = this.geometry.options;
    const squares = (part: string) => this.#arena.f64(`${name}.${part}`);
    return {
      total: squares("total"),
      gate: ledger ? squares("gate") : undefined,
      carried: ledger ? squares("carried") : undefined,
      injected: ledger ? squares("injected") : undefined,
      exponents: this.#arena.i32(`${name}.exponents`),
    };
  }

  /** `[T, B]` squared norms of ∂L/∂y. */
  get outputSquares(): Float64Array {
    return this.#arena.f64("outputSquares");
  }

  /** `[L, T]` squared norms of every step's own contribution, and their binary exponents. */
  get contributions(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.#arena.f64("contributions"), exponents: this.#arena.i32("contributionExponents") };
  }

  /** A parameter's gradient, row-major, in the frame of its exponent. */
  gradient(name: string): ScaledTensor {
    const { F, H, H4, L, X, cell, sizes } = this.geometry;
    const [, kind, layerText] =
      /^(?:rnn\.)?(weight_ih|weight_hh|bias_ih|bias_hh|readout\.weight|readout\.bias)(?:_l(\d+))?$/.exec(name)!;
    const readout = kind.startsWith("readout");
    const l = readout ? L : Number(layerText);
    const inputs = readout ? H : l === 0 ? X : H;
    const hidden = readout ? 0 : H;
    const R = readout ? pad4(sizes.outputs!) : cell.inputGates.length * H4;
    const deltaRows = readout ? R : cell.deltaSlabs * H4;
    const floats = (Math.ceil(inputs / 8) + Math.ceil(hidden / 8)) * R * 8 + deltaRows;
    const total = this.#arena.f64(`${readout ? "readout" : `l${l}`}.gradientTotal`).subarray(F * floats);
    const exponent =
      this.#arena.i32("gradients")[(l * (F + 1) + F) * GRADIENT.length + GRADIENT.indexOf("totalExponent")];

    const ofInput = kind === "weight_ih" || kind === "bias_ih";
    const gates = readout ? [0] : ofInput ? cell.inputGates : cell.hiddenGates;
    const gateRows = readout ? sizes.outputs! : H;
    const slabRows = pad4(gateRows);
    const isBias = kind.includes("bias");
    const columns = isBias ? 1 : kind === "weight_hh" ? hidden : inputs;
    const data = new Float64Array(gates.length * gateRows * columns);
    const panels = kind === "weight_hh" ? Math.ceil(inputs / 8) * R * 8 : 0;
    const biases = floats - deltaRows + (kind === "bias_hh" ? cell.hiddenAt * H4 : 0);
    gates.forEach((gate, slab) => {
      for (let i = 0; i < gateRows; i++) {
        const row = slab * slabRows + i;
        const to = (gate * gateRows + i) * columns;
        if (isBias) data[to] = total[biases + row];
        else for (let j = 0; j < columns; j++) data[to + j] = total[panels + ((j >> 3) * R + row) * 8 + (j & 7)];
      }
    });
    return { data, exponent };
  }

  dispose(): void {
    this.#arena.dispose();
  }

  /** ∂(mean loss)/∂(summed loss): PyTorch's reduction="mean", and the mean over steps. */
  get #meanScale(): number {
    const { B, T, H, sizes, loss, lossEvery } = this.geometry;
    const outputs = loss === "mse" ? (sizes.outputs ?? H) : 1;
    return 1 / (B * outputs * (lossEvery ? T : 1));
  }

  #bind(): void {
    const g = this.geometry;
    const { X, H, H4, L, P, F, C, T, B, cell, stored } = g;
    const arena = this.#arena;
    const at = (name: string) => arena.address(name);
    const Y = g.loss === "none" ? 0 : (g.sizes.outputs ?? 0);
    const R = cell.inputGates.length * H4;
    const deltaRows = cell.deltaSlabs * H4;
    const gradients = arena.i32("gradients");
    const bindGradients = (
      index: number,
      name: string,
      rows: number,
      deltas: number,
      hiddenAt: number,
      inputs: number,
      hidden: number,
    ) => {
      const floats = (Math.ceil(inputs / 8) + Math.ceil(hidden / 8)) * rows * 8 + deltas;
      for (let f = 0; f <= F; f++) {
        writeRecord(gradients, index * (F + 1) + f, GRADIENT, {
          rows,
          deltaRows: deltas,
          hiddenAt,
          inputs,
          hidden,
          block: f < F ? at(`${name}.gradientBlock`) + f * floats * 4 : 0,
          blockExponent: 0,
          blocks: 0,
          total: at(`${name}.gradientTotal`) + f * floats * 8,
          totalExponent: 0,
          empty: 1,
        });
      }
    };
    const gradientAt = (index: number) => at("gradients") + index * (F + 1) * GRADIENT.length * 4;
    for (let l = 0; l < L; l++) {
      const inputs = l === 0 ? X : H;
      bindGradients(l, `l${l}`, R, deltaRows, cell.hiddenAt * H4, inputs, H);
      writeRecord(arena.i32("layers"), l, LAYER, {
        cell: cell.kind,
        activation: cell.activation,
        inputs,
        hidden: H,
        rows: R,
        deltaRows,
        hiddenAt: cell.hiddenAt * H4,
        forwardTiles: at(`forwardTiles${l}`),
        bias: at(`bias${l}`),
        hiddenTiles: at(`hiddenTiles${l}`),
        inputTiles: at(`inputTiles${l}`),
        states: at(`states${l}`),
        tape: at(`tape${l}`),
        tapeRows: cell.tapeSlabs * H4,
        checkpoints: at(`checkpoints${l}`),
        stateRows: cell.stateSlabs * H4,
        deltas: at(`deltas${l}`),
        deltaExponents: at(`deltaExponents${l}`),
        gradient: gradientAt(l),
      });
    }
    if (Y > 0) bindGradients(L, "readout", pad4(Y), pad4(Y), 0, H, 0);
    g.streams.forEach((name, s) => {
      writeRecord(arena.i32("streams"), s, STREAM, {
        source: SOURCES[name],
        weightGradients: name === "loss" ? 1 : 0,
        ledger: g.options.ledger ? 1 : 0,
        cotangent: name === "probe" ? at("cotangent") : 0,
        carry: at(`${name}.carry`),
        carryExponents: at(`${name}.carryExponents`),
        total: at(`${name}.total`),
        gate: at(`${name}.gate`),
        carried: at(`${name}.carried`),
        injected: at(`${name}.injected`),
        exponents: at(`${name}.exponents`),
      });
    });
    writeRecord(arena.i32("pass"), 0, TIME_PASS, {
      steps: T,
      batch: B,
      panels: P,
      layers: L,
      hidden: H,
      inputSize: X,
      outputs: Y,
      chunk: C,
      stored,
      inFlight: F,
      inputs: at("inputs"),
      targets: at("targets"),
      loss: LOSSES[g.loss] ?? 0,
      lossEvery: g.lossEvery ? 1 : 0,
      lossScale: floatBits(this.#meanScale),
      losses: at("losses"),
      layerRecords: at("layers"),
      streams: g.streams.length,
      streamRecords: at("streams"),
      readoutTiles: at("readoutTiles"),
      readoutBias: at("readoutBias"),
      readoutBack: at("readoutBack"),
      readoutGradient: Y > 0 ? gradientAt(L) : 0,
      injection: at("injection"),
      outputDeltas: at("outputDeltas"),
      outputExponents: at("outputExponents"),
      outputSquares: at("outputSquares"),
      below: at("below"),
      belowExponents: at("belowExponents"),
      contributions: at("contributions"),
      contributionExponents: at("contributionExponents"),
      scratch: at("scratch"),
    });
  }
}
