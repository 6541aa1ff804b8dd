/**
 * Loss, gradients and profile of a whole recurrent model (model.ts), with any loss; also truncated back-propagation by its
 * definition, window by window.
 */
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { LOSS } from "../losses.ts";
import type { Masks } from "../masks.ts";
import type { Parameters } from "../tensor.ts";
import { backward, constant, plus, type Scalar, times } from "./autodiff.ts";
import { Model, type ModelBatch, type Scalars } from "./model.ts";

export interface ModelResult {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float64Array>>;
  /** ln of the root mean square of ‖∂L/∂h‖ over the samples that have a step, times √B; steps counted from their end. */
  readonly lnGradientNorm: Float64Array;
}

/** Σ over samples of the gradients of Σ factor · output. */
class Gradients {
  readonly sums: Record<string, Float64Array>;
  readonly #scalars: Scalars;

  constructor(scalars: Scalars) {
    this.#scalars = scalars;
    this.sums = Object.fromEntries(
      Object.entries(scalars).map(([name, each]) => [name, new Float64Array(each.length)]),
    );
  }

  add(outputs: readonly Scalar[], factors: readonly number[]): void {
    for (const each of Object.values(this.#scalars)) for (const scalar of each) scalar.gradient = 0;
    backward(plus(...outputs.map((y, i) => times(constant(factors[i]), y))));
    for (const [name, each] of Object.entries(this.#scalars)) {
      each.forEach(({ gradient }, i) => {
        this.sums[name][i] += gradient;
      });
    }
  }
}

/** Loss, every gradient, the profile; with `truncate` the truncated gradients too. */
export function runModel(
  spec: RecurrentSpec,
  parameters: Parameters,
  batch: ModelBatch,
  masks: Masks,
  truncate?: { readonly k1: number; readonly k2: number },
): ModelResult & { readonly truncated?: Readonly<Record<string, Float64Array>> } {
  const model = new Model(spec, parameters, batch, masks);
  const { batch: B } = batch;
  const T = Math.max(...model.samples.map(({ n }) => n));
  const unrolled = model.samples.map((sample) => model.unroll(sample));
  const outputs = model.samples.map((sample, i) => model.outputs(sample, unrolled[i].top));
  const { loss, factors } = lossOf(model, batch, outputs);
  const whole = new Gradients(model.scalars);
  const squares = new Float64Array(T);
  const having = new Float64Array(T);
  const sent = model.samples.map(({ n }, i) => {
    whole.add(outputs[i].flat(), factors[i].flat());
    for (let t = 0; t < n; t++) {
      having[T - n + t]++;
      for (const states of unrolled[i].trace) {
        for (const { gradient } of states[t].h) squares[T - n + t] += gradient ** 2;
      }
    }
    return unrolled[i].top.map((h) => h.map(({ gradient }) => gradient));
  });
  const lnGradientNorm = squares.map((square, t) => 0.5 * Math.log((square * B) / having[t]));
  const result = { loss, gradients: withTied(spec, whole.sums), lnGradientNorm };
  if (truncate === undefined) return result;
  // after every k1 steps what the loss sent to these goes back k2 steps; steps are counted from the samples' end
  const { k1, k2 } = truncate;
  const every = batch.loss !== "none" && (batch.lossAt === "every" || spec.pooling !== "last");
  const ends = every ? Array.from({ length: Math.ceil(T / k1) }, (_, w) => Math.min((w + 1) * k1, T)) : [T];
  const truncated = new Gradients(model.scalars);
  ends.forEach((end, w) => {
    model.samples.forEach((sample, i) => {
      const shift = T - sample.n;
      const [start, from] = [Math.max(0, end - k2 - shift), Math.max(0, (every ? w * k1 : 0) - shift)];
      if (end <= shift) return;
      const { top } = model.unroll(sample, start, unrolled[i].trace);
      truncated.add(top.slice(from, end - shift).flat(), sent[i].slice(from, end - shift).flat());
    });
  });
  // head and readout stand behind every truncation
  const behind = Object.entries(whole.sums).filter(([name]) => /^(head|readout)\./.test(name));
  return { ...result, truncated: withTied(spec, { ...truncated.sums, ...Object.fromEntries(behind) }) };
}

/** A tied readout's gradient is part of the table's. */
function withTied(
  { embedding }: RecurrentSpec,
  gradients: Readonly<Record<string, Float64Array>>,
): Readonly<Record<string, Float64Array>> {
  if (!embedding?.tied) return gradients;
  const { "readout.weight": readout, "embedding.weight": table, ...others } = gradients;
  return { ...others, "embedding.weight": table.map((value, i) => value + readout[i]) };
}

/** The mean loss, and ∂L/∂ of every output by sample and row. */
function lossOf(
  model: Model,
  { batch: B, loss: name, lossOptions, targets, lossAt }: ModelBatch,
  outputs: readonly (readonly (readonly Scalar[])[])[],
): { readonly loss: number; readonly factors: readonly (readonly (readonly number[])[])[] } {
  if (name === "none" || targets === undefined) {
    const loss = outputs.flat(2).reduce((sum, { value }) => sum + value, 0) / B;
    return { loss, factors: outputs.map((rows) => rows.map((row) => row.map(() => 1 / B))) };
  }
  const Y = outputs[0][0].length;
  const isClass = name === "cross_entropy" || name === "hinge";
  const size = isClass ? 1 : Y;
  const rows = outputs.flatMap((own, i) =>
    own.map((row, r) => {
      const t = lossAt === "every" ? model.firstLoss(model.samples[i]) + r : 0;
      const at = (t * B + model.samples[i].b) * size;
      return { i, z: row.map(({ value }) => value), wanted: Array.from({ length: size }, (_, y) => targets[at + y]) };
    }),
  );
  // a negative class, and NaN, have no loss
  const scored = rows.filter(({ wanted: [first] }) => !(Number.isNaN(first) || (size === 1 && first < 0 && isClass)));
  const { loss, gradient } = LOSS[name](
    scored.map(({ z }) => z),
    scored.flatMap(({ wanted }) => wanted),
    lossOptions,
  );
  const gradients = new Map(scored.map((row, n) => [row, gradient[n]]));
  const factors = outputs.map((_, i) =>
    rows.filter((row) => row.i === i).map((row) => gradients.get(row) ?? row.z.map(() => 0)),
  );
  return { loss, factors };
}
