import { EvanesceError } from "../base/errors.ts";
import { median } from "../base/median.ts";
import { fill, lastNumbers, lnNormTogether } from "./last-numbers.ts";
import { layersOf, type RunLayer } from "./layers.ts";
import { originOf, type RunOrigin } from "./origin.ts";
import { Thinned } from "./thinned.ts";
import type { RecordColumn, RecordEvent, RecordHeader, RecordUpdate } from "./types.ts";

/** Default number of updates that a verdict uses. */
export const WINDOW = 50;
/** Number of cells of a map of layers by updates, for any number of layers. It bounds the memory of a run. */
const MOST_CELLS = 1_000_000;
const MOST_COLUMNS = 1000;
const LEAST_COLUMNS = 64;
/** Number of columns of the curves of a whole run: loss, clipping, scale. */
const CURVE_COLUMNS = 2000;

export interface RunOptions {
  /** Names of layers or tensors, nearest the input first; by default in the order of the record. */
  readonly order?: readonly string[] | undefined;
  /** The loss of the best answer that ignores the input; by default that of the record. */
  readonly baseline?: number | undefined;
  /** Number of last updates that a verdict uses; default 50. */
  readonly window?: number | undefined;
  readonly axis?: "layer" | "step" | undefined;
}

/** Rows of the curves. */
export const CURVES = { loss: 0, lnClip: 1, lnScale: 2, lnTotal: 3 } as const;

/**
 * The summary of a recorded run in bounded memory: the last window of every layer, thinned histories, and counts over
 * the whole run. It receives events and computes numbers, but no verdict.
 */
export class Run {
  readonly name: string;
  readonly options: RunOptions;
  readonly window: number;
  header: RecordHeader | null = null;
  layers: readonly RunLayer[] = [];
  /** Number of updates, and number of updates with norms. */
  updates = 0;
  measured = 0;
  firstUpdate: number | null = null;
  lastUpdate: number | null = null;
  /** Number of incomplete lines; number of updates that were repeated or out of order. */
  torn = 0;
  repeated = 0;
  firstLoss: number | null = null;
  leastLoss: number | null = null;
  lastLoss: number | null = null;
  nonfinite: RunOrigin | null = null;
  /** Number of updates with a clip factor and with one below 1, the least factor, and Σ ln factor of those below 1. */
  readonly clipping = { known: 0, engaged: 0, least: 1, lnSum: 0 };
  readonly scaler = { known: 0, skipped: 0, last: Number.NaN };
  rate: readonly number[] | null = null;
  /** The last profiles along time. */
  stations: { readonly update: number; readonly series: NonNullable<RecordUpdate["stations"]> } | null = null;
  /** The last losses, at least 20. */
  readonly losses: number[] = [];
  /** Loss, clip factor, scale (ln) and ‖g‖ of all (ln) of every update, thinned. */
  readonly curves = new Thinned(CURVE_COLUMNS, 4);
  /** For each layer: ln ‖g‖, ln ‖Δw‖/‖w‖, share of zeros. */
  lnNorm = new Thinned(2, 0);
  lnRatio = new Thinned(2, 0);
  zeros = new Thinned(2, 0);
  /** The last numbers of every tensor `[P]`; MISSING if there is none. */
  last = lastNumbers(0);
  #norms: Float64Array = new Float64Array(0); // [window, L], a ring: ln ‖g‖
  #gains: Float64Array = new Float64Array(0); // ln ‖g‖ − ln ‖g of the last layer‖
  #ratios: Float64Array = new Float64Array(0);
  #inWindow = 0;
  #ring = 0;
  #layerLn: Float64Array = new Float64Array(0);
  #all: readonly number[] = []; // all tensors, nearest the input first

  /** @throws EvanesceError for an option out of range */
  constructor(name: string, options: RunOptions = {}) {
    const { window = WINDOW, baseline } = options;
    if (!Number.isSafeInteger(window) || window < 1) {
      throw new EvanesceError("window", "a whole number ≥ 1", window, `leave it out for ${WINDOW} updates`);
    }
    if (baseline !== undefined && !(Number.isFinite(baseline) && baseline >= 0)) {
      throw new EvanesceError("baseline", "a finite number ≥ 0", baseline, "give the loss of the best trivial answer");
    }
    [this.name, this.options, this.window] = [name, options, window];
  }

  /** @throws EvanesceError if the caller's order leaves a layer out */
  accept(event: RecordEvent): void {
    if (event.kind === "torn") this.torn++;
    else if (event.kind === "header") this.#take(event.header);
    else this.#update(event.update);
  }

  get baseline(): number | null {
    return this.options.baseline ?? this.header?.baseline ?? null;
  }

  /** Numbers of a layer over the window, in an order that is the same for all layers; NaN if not measured. */
  windowOf(layer: number): { readonly lnNorm: Float64Array; readonly lnRatio: Float64Array } {
    const L = this.layers.length;
    const pick = (ring: Float64Array) => Float64Array.from({ length: this.#inWindow }, (_, w) => ring[w * L + layer]);
    return { lnNorm: pick(this.#norms), lnRatio: pick(this.#ratios) };
  }

  /** Median over the window for each layer; NaN if not measured. */
  medians(): { readonly lnNorm: number; readonly gain: number; readonly lnRatio: number | null }[] {
    const L = this.layers.length;
    const column = (ring: Float64Array, l: number) =>
      median(Array.from({ length: this.#inWindow }, (_, w) => ring[w * L + l]));
    return this.layers.map((_, l) => {
      const lnRatio = column(this.#ratios, l);
      return {
        lnNorm: column(this.#norms, l),
        gain: column(this.#gains, l),
        lnRatio: Number.isNaN(lnRatio) ? null : lnRatio,
      };
    });
  }

  #take(header: RecordHeader): void {
    const before = this.header;
    this.header = header;
    const same =
      before !== null &&
      before.tensors.length === header.tensors.length &&
      before.tensors.every(({ name }, i) => name === header.tensors[i].name);
    if (same) return;
    const old = { layers: this.layers, lnNorm: this.lnNorm, lnRatio: this.lnRatio, zeros: this.zeros };
    this.layers = layersOf(header, this.options.order);
    const L = this.layers.length;
    const columns = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, Math.floor(MOST_CELLS / L)));
    [this.lnNorm, this.lnRatio, this.zeros] = [0, 1, 2].map(() => new Thinned(columns, L));
    this.last = lastNumbers(header.tensors.length);
    [this.#norms, this.#gains, this.#ratios] = [0, 1, 2].map(() => new Float64Array(this.window * L));
    this.#layerLn = new Float64Array(L);
    this.#all = this.layers.flatMap(({ members }) => members);
    [this.#inWindow, this.#ring] = [0, 0];
    if (before !== null) this.#carry(old);
  }

  /**
   * Moves the numbers of an earlier header's layers to those of the new header, because tensors may appear during a
   * run.
   */
  #carry(old: { layers: readonly RunLayer[]; lnNorm: Thinned; lnRatio: Thinned; zeros: Thinned }): void {
    const from = this.layers.map(({ name }) => old.layers.findIndex((layer) => layer.name === name));
    for (const key of ["lnNorm", "lnRatio", "zeros"] as const) {
      const { last } = old[key].updates;
      for (let c = 0; c < old[key].length; c++) {
        this[key].begin(last[c]);
        from.forEach((row, l) => {
          const value = row < 0 ? undefined : old[key].at(c, row);
          if (value !== undefined) this[key].put(l, value);
        });
      }
    }
  }

  #update(update: RecordUpdate): void {
    if (this.header === null) return;
    if (this.lastUpdate !== null && update.update <= this.lastUpdate) {
      this.repeated++;
      return;
    }
    this.lastUpdate = update.update;
    this.firstUpdate ??= update.update;
    this.updates++;
    this.curves.begin(update.update);
    this.#loss(update);
    this.#optimizer(update);
    if (update.stations !== undefined && update.stations.length > 0)
      this.stations = { update: update.update, series: update.stations };
    if (update.norm !== undefined) this.#columns(update, update.norm);
    else this.nonfinite ??= this.#originOf(update, []);
  }

  #loss({ loss }: RecordUpdate): void {
    if (loss === undefined) return;
    this.lastLoss = loss;
    this.firstLoss ??= loss;
    if (Number.isFinite(loss)) this.leastLoss = Math.min(this.leastLoss ?? loss, loss);
    this.losses.push(loss);
    if (this.losses.length > 2 * Math.max(this.window, 20))
      this.losses.splice(0, this.losses.length - Math.max(this.window, 20));
    this.curves.put(CURVES.loss, Number.isFinite(loss) ? loss : Number.NaN);
  }

  #optimizer({ clip, scale, skipped, rate }: RecordUpdate): void {
    if (rate !== undefined) this.rate = rate;
    if (clip !== undefined && clip >= 0) {
      const { clipping } = this;
      clipping.known++;
      if (clip < 1 - 1e-6) {
        clipping.engaged++;
        clipping.lnSum += Math.log(clip);
      }
      clipping.least = Math.min(clipping.least, clip);
      this.curves.put(CURVES.lnClip, Math.log(clip));
    }
    if (scale !== undefined) {
      this.scaler.known++;
      this.scaler.last = scale;
      this.curves.put(CURVES.lnScale, Math.log(scale));
    }
    if (skipped) this.scaler.skipped++;
  }

  #columns(update: RecordUpdate, norm: RecordColumn): void {
    this.measured++;
    const { last, layers } = this;
    const P = norm.length;
    fill(last.norm, norm);
    for (let i = 0; i < P; i++) {
      if (norm[i] === null) last.absent[i]++;
      else last.present[i]++;
    }
    if (update.weightNorm !== undefined) fill(last.weightNorm, update.weightNorm);
    if (update.updateNorm !== undefined) fill(last.updateNorm, update.updateNorm);
    if (update.zeros !== undefined) fill(last.zeros, update.zeros);
    if (update.meanAbs !== undefined) fill(last.meanAbs, update.meanAbs);
    if (update.underflow !== undefined) fill(last.underflow, update.underflow);
    if (update.adam !== undefined) fill(last.adam, update.adam);
    this.lnNorm.begin(update.update);
    this.lnRatio.begin(update.update);
    this.zeros.begin(update.update);
    const L = layers.length;
    const ln = this.#layerLn;
    let end = Number.NaN; // ln ‖g‖ of the layer nearest the loss that has a gradient
    for (let l = 0; l < L; l++) {
      const value = lnNormTogether(last.norm, layers[l].members);
      ln[l] = value ?? Number.NaN;
      if (value === undefined) continue;
      this.lnNorm.put(l, value);
      end = value;
    }
    const total = lnNormTogether(last.norm, this.#all);
    if (total !== undefined) this.curves.put(CURVES.lnTotal, total);
    const at = this.#ring * L;
    for (let l = 0; l < L; l++) {
      this.#norms[at + l] = ln[l];
      // if the last layer is exactly zero, no gain is defined
      this.#gains[at + l] = end === Number.NEGATIVE_INFINITY ? Number.NaN : ln[l] - end;
      this.#ratios[at + l] = Number.NaN;
      const { main, members } = layers[l];
      const [weight, step] = [last.weightNorm[main], last.updateNorm[main]];
      if (update.updateNorm !== undefined && update.weightNorm !== undefined && weight > 0 && step >= 0) {
        this.#ratios[at + l] = Math.log(step) - Math.log(weight);
        this.lnRatio.put(l, this.#ratios[at + l]);
      }
      if (update.zeros !== undefined) {
        const share = this.#shareOf(last.zeros, members);
        if (share !== undefined) this.zeros.put(l, share);
      }
    }
    this.#ring = (this.#ring + 1) % this.window;
    this.#inWindow = Math.min(this.#inWindow + 1, this.window);
    this.nonfinite ??= this.#originOf(update, norm);
  }

  /** Number of entries of a tensor; 1 if the record gives no shape. */
  sizeOf(tensor: number): number {
    return (this.header as RecordHeader).tensors[tensor].shape?.reduce((product, n) => product * n, 1) ?? 1;
  }

  #originOf(update: RecordUpdate, norm: RecordColumn): RunOrigin | null {
    return originOf(update, norm, this.last.weightNorm, this.#all, (this.header as RecordHeader).tensors);
  }

  /** A share over the entries of several tensors; undefined if none has it. */
  #shareOf(shares: Float64Array, members: readonly number[]): number | undefined {
    let [sum, count] = [0, 0];
    for (const i of members) {
      if (!(shares[i] >= 0)) continue;
      sum += shares[i] * this.sizeOf(i);
      count += this.sizeOf(i);
    }
    return count > 0 ? sum / count : undefined;
  }

  /** The last share of a layer's entries that are exactly zero. */
  zeroShare(layer: number): number | undefined {
    return this.#shareOf(this.last.zeros, this.layers[layer].members);
  }
}
