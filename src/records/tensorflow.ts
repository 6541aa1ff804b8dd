import { EvanesceError } from "../base/errors.ts";
import { lnTensorNorm } from "../flow/index.ts";
import { magnitudeHistogram } from "../metrics/index.ts";
import { RECORD_SCHEMA } from "./formats/jsonl.ts";

/** The parts of a TensorFlow.js tensor that the recorder uses. Chained operations come with `@tensorflow/tfjs`. */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly name?: string;
  dataSync(): ArrayLike<number>;
  clone(): TensorLike;
  dispose(): void;
  abs?(): TensorLike;
  max?(): TensorLike;
  sub?(other: TensorLike): TensorLike;
  div?(other: TensorLike): TensorLike;
  square?(): TensorLike;
  sum?(): TensorLike;
  sqrt?(): TensorLike;
  reshape?(shape: number[]): TensorLike;
  concat?(others: TensorLike[]): TensorLike;
}

export interface WeightLike {
  /** The name in the layer; `name` may have been changed to be unique. */
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  /** The variable, whose name the optimizer uses for gradients. */
  readonly val: TensorLike & { readonly name: string };
}

/** The parts of a `tf.LayersModel` that the recorder reads. */
export interface RecordedModel {
  readonly name?: string;
  readonly trainableWeights: readonly WeightLike[];
  readonly nonTrainableWeights?: readonly { readonly originalName: string }[];
  readonly loss?: unknown;
}

type Gradients =
  | readonly { readonly name: string; readonly tensor: TensorLike }[]
  | Readonly<Record<string, TensorLike>>;

/** The parts of a `tf.Optimizer` that the recorder uses. */
export interface RecordedOptimizer {
  applyGradients(gradients: never): void;
  computeGradients(f: never, variables?: never): { value: unknown; grads: unknown };
  readonly learningRate?: unknown;
  getClassName?(): string;
}

export interface RecordModelOptions {
  /** Receives each line of the record, including its line feed: `appendFileSync` in Node, a list in a page. */
  readonly write: (line: string) => void;
  /** One of this many updates has all statistics; default 10. */
  readonly every?: number | undefined;
  /** The loss of the best answer that ignores the input. */
  readonly baseline?: number | undefined;
}

export interface ModelRecorder {
  /** Number of updates that were written. */
  readonly updates: number;
  /** Removes the recorder from the optimizer. */
  stop(): void;
}

/**
 * Records every update of a TensorFlow.js optimizer as `evanesce.record/1`: with `model.fit`, with
 * `optimizer.minimize`, or with your own `computeGradients` and `applyGradients`.
 * Norms are computed on the backend and read once for each update. All statistics are computed here at every tenth
 * update. Names and order are those of `model.layers`.
 *
 * @throws EvanesceError for a model without trainable weights, an optimizer of another kind, or an option out of range
 */
export function recordModel(
  model: RecordedModel,
  optimizer: RecordedOptimizer,
  { write, every = 10, baseline }: RecordModelOptions,
): ModelRecorder {
  const weights = model?.trainableWeights ?? [];
  if (weights.length === 0) {
    throw new EvanesceError("model", "a tf.LayersModel with trainable weights", "none", "build the model first");
  }
  if (typeof optimizer?.applyGradients !== "function" || typeof optimizer.computeGradients !== "function") {
    throw new EvanesceError(
      "optimizer",
      "a tf.Optimizer",
      optimizer,
      "give model.optimizer, or an optimizer of tf.train",
    );
  }
  if (typeof write !== "function") {
    throw new EvanesceError("write", "a function that takes a line", write, "write: (line) => lines.push(line)");
  }
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new EvanesceError("every", "a whole number ≥ 1", every, "leave it out for 10");
  }
  const line = (value: object) => write(`${JSON.stringify(value)}\n`);
  const own = optimizer as unknown as Record<"applyGradients" | "computeGradients", (...args: unknown[]) => unknown>;
  const apply = optimizer.applyGradients.bind(optimizer) as unknown as (gradients: Gradients) => void;
  const compute = optimizer.computeGradients.bind(optimizer) as unknown as (...args: unknown[]) => {
    value: TensorLike;
  };
  const places = new Map(weights.map(({ val }, i) => [val.name, i]));
  let updates = 0;
  let loss: TensorLike | undefined;

  line({
    schema: RECORD_SCHEMA,
    framework: "TensorFlow.js",
    ...(model.name === undefined ? {} : { model: model.name }),
    order: "layers",
    every,
    ...(typeof model.loss === "string" ? { loss: model.loss } : {}),
    ...(baseline === undefined ? {} : { baseline }),
    optimizer: { name: optimizer.getClassName?.() ?? optimizer.constructor.name },
    tensors: weights.map(({ originalName, shape }) => ({ name: originalName, shape })),
  });

  own.computeGradients = (...args) => {
    const result = compute(...args);
    loss?.dispose();
    loss = result.value.clone();
    return result;
  };

  own.applyGradients = (input) => {
    const gradients = byPlace(input as Gradients);
    const before = weights.map(({ val }) => val.clone());
    const made: TensorLike[] = [];
    const full = updates % every === 0 ? gradients.map((one) => one && statistics(one)) : undefined;
    // the optimizer may dispose of a gradient, so it is measured before
    const norms = gradients.map((one) => one && startNorm(one, made));
    apply(input as Gradients);
    const weightNorms = weights.map(({ val }) => startNorm(val, made));
    const updateNorms = weights.map(({ val }, i) => startNorm(difference(val, before[i], made), made));
    const read = readTogether([...norms, ...weightNorms, ...updateNorms], made);
    const lossNow = loss?.dataSync()[0];
    const rate = Number(optimizer.learningRate);
    const n = weights.length;
    line({
      update: updates,
      ...(lossNow === undefined ? {} : { loss: plain(lossNow) }),
      norm: read.slice(0, n),
      weightNorm: read.slice(n, 2 * n),
      updateNorm: read.slice(2 * n),
      ...(Number.isFinite(rate) ? { rate: [rate] } : {}),
      ...(full === undefined ? {} : columnsOf(full)),
    });
    for (const tensor of [...made, ...before]) tensor.dispose();
    loss?.dispose();
    loss = undefined;
    updates++;
  };

  function byPlace(gradients: Gradients): (TensorLike | undefined)[] {
    const found = new Array<TensorLike | undefined>(weights.length).fill(undefined);
    const pairs: [string, TensorLike][] = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }: { name: string; tensor: TensorLike }) => [name, tensor])
      : Object.entries(gradients);
    for (const [name, tensor] of pairs) {
      const place = places.get(name);
      if (place !== undefined && tensor != null) found[place] = tensor;
    }
    return found;
  }

  return {
    get updates() {
      return updates;
    },
    stop: () => {
      // the properties of the instance hid those of the class
      for (const key of ["applyGradients", "computeGradients"] as const) delete (own as Partial<typeof own>)[key];
      loss?.dispose();
      loss = undefined;
    },
  };
}

/** A norm in progress: on the backend as [largest, norm in units of the largest], or already known. */
type Started = TensorLike | number;

/** Starts the measurement. Entries are in units of the largest, so no square leaves the range of float32. */
function startNorm(tensor: TensorLike | number[], made: TensorLike[]): Started {
  if (Array.isArray(tensor)) return Math.exp(lnTensorNorm(tensor));
  const { abs, max, div, square, sum, sqrt, reshape, concat } = tensor;
  if (!abs || !max || !div || !square || !sum || !sqrt || !reshape || !concat) {
    return Math.exp(lnTensorNorm(tensor.dataSync()));
  }
  const keep = (one: TensorLike | undefined) => {
    made.push(one as TensorLike);
    return one as Required<TensorLike>;
  };
  const largest = keep(keep(tensor.abs?.()).max());
  const units = keep(keep(keep(keep(tensor.div?.(largest)).square()).sum()).sqrt());
  return keep(keep(largest.reshape([1])).concat([keep(units.reshape([1]))]));
}

/** w − w′ on the backend, or here if it has no such operation. */
function difference(now: TensorLike, before: TensorLike, made: TensorLike[]): TensorLike | number[] {
  const apart = now.sub?.(before);
  if (apart !== undefined) {
    made.push(apart);
    return apart;
  }
  const [a, b] = [now.dataSync(), before.dataSync()];
  return Array.from({ length: a.length }, (_, i) => a[i] - b[i]);
}

/** All norms with a single read; null if there was no tensor. */
function readTogether(started: readonly (Started | undefined)[], made: TensorLike[]): (number | string | null)[] {
  const tensors = started.filter((one): one is TensorLike => typeof one === "object");
  let values: ArrayLike<number> = [];
  if (tensors.length > 0) {
    const [first, ...rest] = tensors;
    const all = rest.length === 0 ? first : (first.concat as NonNullable<TensorLike["concat"]>)(rest);
    if (rest.length > 0) made.push(all);
    values = all.dataSync();
  }
  let at = 0;
  return started.map((one) => {
    if (one === undefined) return null;
    if (typeof one === "number") return plain(one);
    const [largest, units] = [values[at], values[at + 1]];
    at += 2;
    // 0/0 and ∞/∞ are not defined
    return plain(largest === 0 || !Number.isFinite(largest) ? largest : largest * units);
  });
}

/** A number in the form of the record format. */
const plain = (value: number): number | string =>
  Number.isFinite(value)
    ? Number(value.toPrecision(7))
    : Number.isNaN(value)
      ? "NaN"
      : value > 0
        ? "Infinity"
        : "-Infinity";

type Statistics = ReturnType<typeof statistics>;

/** All statistics of a gradient, computed from its entries. */
function statistics(tensor: TensorLike) {
  const data = tensor.dataSync();
  const { zero, nan, positiveInfinity, negativeInfinity, firstDecade, bins } = magnitudeHistogram({
    data: Float64Array.from(data),
  });
  let [sum, absolute, largest, underflow] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]);
    if (Number.isNaN(size) || size > largest) largest = Number.isNaN(largest) ? largest : size;
    if (!Number.isFinite(size)) continue;
    sum += data[i];
    absolute += size;
    if (size > 0 && size <= 2 ** -25) underflow++;
  }
  const broken = nan + positiveInfinity + negativeInfinity;
  const good = Math.max(data.length - broken, 1);
  const count = Math.max(data.length, 1);
  return {
    mean: plain(sum / good),
    meanAbs: plain(absolute / good),
    largest: plain(largest),
    zeros: plain(zero / count),
    nonfinite: plain(broken / count),
    underflow: plain(underflow / count),
    histogram: bins.length === 0 ? null : { from: firstDecade, counts: bins },
  };
}

function columnsOf(all: readonly (Statistics | undefined)[]): Record<string, unknown[]> {
  const keys = ["mean", "meanAbs", "largest", "zeros", "nonfinite", "underflow", "histogram"] as const;
  return Object.fromEntries(keys.map((key) => [key, all.map((one) => one?.[key] ?? null)]));
}
