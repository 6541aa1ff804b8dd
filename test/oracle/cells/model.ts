/**
 * A whole recurrent model from its equations, each sample alone over its own steps: embedding, stem, cells in one or both
 * directions or an encoder and a decoder, pooling, head, readout. Axes: B batch · T steps · X inputs · Y outputs · N layers × directions.
 */
import { CELL_TABLE, type LossName, type LossOptions } from "../../../src/catalogue/index.ts";
import { hasDecoder } from "../../../src/spec/decoder.ts";
import { type DenseLayer, denseLayers } from "../../../src/spec/dense.ts";
import { layerSpec, outputWidth } from "../../../src/spec/layers.ts";
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { ACTIVATION } from "../activations.ts";
import type { Masks } from "../masks.ts";
import type { Parameters } from "../tensor.ts";
import { alias, apply, constant, minus, plus, reciprocalRoot, Scalar, times } from "./autodiff.ts";
import { stepOf } from "./equations.ts";
import { dilationOf } from "./network.ts";

export interface ModelBatch {
  readonly batch: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly inputs: ArrayLike<number>; // [T, B, X]
  readonly tokens?: ArrayLike<number> | undefined; // [T, B]
  /** `[B, Y]` or `[T, B, Y]`; class indices without Y. */
  readonly targets?: ArrayLike<number> | undefined;
  readonly loss: LossName;
  readonly lossOptions?: LossOptions | undefined;
  readonly lossAt: "last" | "every";
  readonly lengths?: ArrayLike<number> | undefined; // [B]
  readonly decoderSteps?: number | undefined;
}

export type Scalars = Readonly<Record<string, readonly Scalar[]>>;
type State = { readonly h: readonly Scalar[]; readonly c: readonly Scalar[] };
/** [N][own steps] */
type Trace = readonly (readonly State[])[];

/** One sample: its number and its own steps. */
interface Sample {
  readonly b: number;
  readonly n: number;
}

const dot = (row: readonly Scalar[], x: readonly Scalar[]) => plus(...row.map((weight, j) => times(weight, x[j])));
const scaled = (by: number, x: Scalar) => (by === 1 ? x : times(constant(by), x));
const still = (values: readonly Scalar[]) => values.map(({ value }) => constant(value));

function linear(scalars: Scalars, name: string, x: readonly Scalar[]): Scalar[] {
  const weight = scalars[`${name}.weight`];
  return scalars[`${name}.bias`].map((b, y) => plus(b, dot(weight.slice(y * x.length, (y + 1) * x.length), x)));
}

/** Dense layers; `place` is that of the first one among all of the model, `t` the step of their masks. */
function dense(
  scalars: Scalars,
  layers: readonly DenseLayer[],
  place: number,
  masks: Masks,
  { b }: Sample,
  t: number,
  x: readonly Scalar[],
): readonly Scalar[] {
  return layers.reduce((below, { name, norm, normEpsilon, activation, dropout }, i) => {
    const a = linear(scalars, name, below);
    const { value, derivative } = ACTIVATION[activation as keyof typeof ACTIVATION];
    const normed = norm === "none" ? a : layerNorm(scalars, `${name}.norm`, a, normEpsilon);
    return normed.map((each, unit) =>
      scaled(masks.dense(place + i, dropout, t, b, unit), apply(value, derivative, each)),
    );
  }, x);
}

function layerNorm(scalars: Scalars, name: string, a: readonly Scalar[], epsilon: number): Scalar[] {
  const share = constant(1 / a.length);
  const mean = times(share, plus(...a));
  const centered = a.map((each) => minus(each, mean));
  const variance = times(share, plus(...centered.map((each) => times(each, each))));
  const inverse = reciprocalRoot(plus(variance, constant(epsilon)));
  return centered.map((each, i) =>
    plus(times(scalars[`${name}.weight`][i], times(each, inverse)), scalars[`${name}.bias`][i]),
  );
}

/** The model on one batch; `run` gives the gradients of what it is told to send back. */
export class Model {
  readonly scalars: Scalars;
  readonly samples: readonly Sample[];
  readonly #spec: RecurrentSpec;
  readonly #batch: ModelBatch;
  readonly #masks: Masks;
  readonly #stem: readonly DenseLayer[];
  readonly #head: readonly DenseLayer[];

  constructor(spec: RecurrentSpec, parameters: Parameters, batch: ModelBatch, masks: Masks) {
    this.#spec = spec;
    this.#batch = batch;
    this.#masks = masks;
    const scalarsOf = ({ data }: Parameters[string]) => Array.from(data, (value) => new Scalar(value));
    this.scalars = {
      ...Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, scalarsOf(values)])),
      // numbers of its own: `runModel` adds their gradient to the table's
      ...(spec.embedding?.tied ? { "readout.weight": scalarsOf(parameters["embedding.weight"]) } : {}),
    };
    this.samples = Array.from({ length: batch.batch }, (_, b) => ({ b, n: batch.lengths?.[b] ?? batch.steps }));
    this.#stem = denseLayers("stem", spec.stem, 1);
    this.#head = denseLayers("head", spec.head, 1);
  }

  /** The first of a sample's steps that have a loss. */
  firstLoss({ n }: Sample): number {
    return hasDecoder(this.#spec) ? n - (this.#batch.decoderSteps as number) : 0;
  }

  /** x_t of the first level. */
  #input(sample: Sample, t: number): readonly Scalar[] {
    const { batch: B, inputSize: X, inputs, tokens } = this.#batch;
    const at = t * B + sample.b;
    const { embedding, variationalDropout } = this.#spec;
    let x: readonly Scalar[];
    if (embedding !== undefined) {
      const token = (tokens as ArrayLike<number>)[at];
      const row = this.scalars["embedding.weight"].slice(token * embedding.size, (token + 1) * embedding.size);
      x = token === embedding.padding ? still(row) : row;
    } else x = Array.from({ length: X }, (_, i) => constant(inputs[at * X + i]));
    x = dense(this.scalars, this.#stem, 0, this.#masks, sample, t, x);
    return variationalDropout === undefined
      ? x
      : x.map((each, i) => scaled(this.#masks.input(0, t, sample.b, i), each));
  }

  /** The state before the first step of record n: parameters, numbers of the spec, or zero. */
  #first(l: number, reverse: boolean): State {
    const { initialState, bidirectional } = this.#spec;
    const own = layerSpec(this.#spec, l);
    const parts = (part: "h" | "c"): readonly Scalar[] => {
      if (part === "c" && !CELL_TABLE[own.cell].cellState) return [];
      const stack = hasDecoder(this.#spec) ? "encoder" : "rnn";
      if (initialState === "learned") return this.scalars[`${stack}.${part}0_l${l}${reverse ? "_reverse" : ""}`];
      // rows of c: of the layers that have one; a stack of one cell in all the cases here
      const row =
        typeof initialState === "object" ? initialState[part]?.[bidirectional ? 2 * l + Number(reverse) : l] : [];
      const width = part === "h" ? outputWidth(own) : own.hidden;
      return Array.from({ length: width }, (_, i) => constant(Math.fround(row?.[i] ?? 0)));
    };
    return { h: parts("h"), c: parts("c") };
  }

  /**
   * The states of a sample, and the top level's outputs. With `before`, the states of steps before `from` are its numbers,
   * which nothing goes through.
   */
  unroll(
    sample: Sample,
    from = 0,
    before?: Trace,
  ): { readonly trace: Trace; readonly top: readonly (readonly Scalar[])[] } {
    const { b, n } = sample;
    const spec = this.#spec;
    const masks = this.#masks;
    const directions = spec.bidirectional ? [false, true] : [false];
    const bottleneck = this.firstLoss(sample);
    const trace: State[][] = [];
    let input = Array.from({ length: n }, (_, t): readonly Scalar[] => (t < from ? [] : this.#input(sample, t)));
    for (let l = 0; l < spec.layers; l++) {
      const own = layerSpec(spec, l);
      const step = stepOf(own);
      for (const reverse of directions) {
        const record = trace.length;
        const states: State[] = new Array(n);
        const first = this.#first(l, reverse);
        const back = (t: number, by: number) => states[reverse ? t + by : t - by] ?? first;
        for (let t = 0; t < from; t++) states[t] = { h: still(before![record][t].h), c: still(before![record][t].c) };
        for (let k = from; k < n; k++) {
          const t = reverse ? n - 1 - k : k;
          const stack = !hasDecoder(spec) ? "rnn" : t < bottleneck ? "encoder" : "decoder";
          const of = (name: string) => this.scalars[`${stack}.${name}_l${l}${reverse ? "_reverse" : ""}`] ?? [];
          const previous = back(t, dilationOf(spec, l));
          const h = previous.h.map((each, i) =>
            spec.recurrentDropout === undefined ? each : scaled(masks.recurrent(record, b, i), each),
          );
          const weights = {
            ih: of("weight_ih"),
            hh: of("weight_hh"),
            bih: of("bias_ih"),
            bhh: of("bias_hh"),
            vector: of,
          };
          const made = step(weights, input[t], { h, held: previous.h, c: previous.c }, own);
          const zoned = (part: "h" | "c") =>
            made[part].map((each, i) => {
              const stays = masks[part === "h" ? "hidden" : "cell"](record, t, b, i);
              return plus(scaled(stays, previous[part][i]), scaled(1 - stays, each));
            });
          const after = spec.zoneout === undefined ? made : { h: zoned("h"), c: zoned("c") };
          const { timeSkip } = spec;
          states[t] =
            timeSkip === undefined
              ? after
              : {
                  ...after,
                  h: after.h.map((each, i) => plus(each, scaled(timeSkip.scale, back(t, timeSkip.steps).h[i]))),
                };
        }
        trace.push(states);
      }
      const records = trace.slice(-directions.length);
      const masked = (spec.dropout ?? spec.variationalDropout) !== undefined && l + 1 < spec.layers;
      input = input.map((_, t) =>
        records
          .flatMap((states) => states[t].h)
          .map((each, i) => (masked && t >= from ? scaled(masks.input(l + 1, t, b, i), each) : each)),
      );
    }
    // copies, whose gradients are what the loss alone sends to each step
    return { trace, top: input.map((h) => h.map(alias)) };
  }

  /** What the loss reads: a row for each of a sample's steps that have one, or one row. */
  outputs(sample: Sample, top: readonly (readonly Scalar[])[]): readonly (readonly Scalar[])[] {
    const { loss, lossAt } = this.#batch;
    if (loss === "none") return [top[sample.n - 1]];
    if (lossAt === "last") return [this.#scored(sample, -1, this.#pooled(top))];
    return top.slice(this.firstLoss(sample)).map((h, i) => this.#scored(sample, this.firstLoss(sample) + i, h));
  }

  #scored(sample: Sample, t: number, h: readonly Scalar[]): readonly Scalar[] {
    const read = dense(this.scalars, this.#head, this.#stem.length, this.#masks, sample, t, h);
    if (this.scalars["readout.bias"] === undefined) return read;
    return linear(this.scalars, "readout", read);
  }

  #pooled(top: readonly (readonly Scalar[])[]): readonly Scalar[] {
    const [n, W] = [top.length, top[0].length];
    return Array.from({ length: W }, (_, i) => {
      switch (this.#spec.pooling) {
        case "mean":
          return times(constant(1 / n), plus(...top.map((h) => h[i])));
        case "max":
          return top.reduce((best, h) => (h[i].value > best.value ? h[i] : best), top[0][i]);
        case "final":
          return top[this.#spec.bidirectional && i >= W / 2 ? 0 : n - 1][i];
        default:
          return top[n - 1][i];
      }
    });
  }
}
