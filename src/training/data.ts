import { EvanesceError } from "../base/errors.ts";
import { random } from "../base/random.ts";
import { finish } from "../base/time-slicing.ts";
import { outlineOf } from "../tasks/index.ts";
import type { Batch, BatchOutline, DataSet, Sampler } from "../tasks/index.ts";
import { streamsOf } from "./streams.ts";

/**
 * The source of a run's batches. `next` depends only on the number of the update: the same number gives the same batch,
 * so a resumed run needs no state of a generator.
 */
export interface DataSource {
  /** The batch of update 1, 2, …. All have one shape, except that the batch size may differ. */
  next(update: number): Batch;
  /**
   * Whether sample b of update n's batch continues sample b of update n − 1's batch, for every b. A run that carries
   * its state from batch to batch needs this. Absent if no batch continues another.
   */
  continues?(update: number): boolean;
  /** Batches for choices, such as the learning rate or the time to stop. They are never trained on. */
  validation?(): readonly Batch[];
  /** Batches for the report at the end. They are used neither for training nor for choices. */
  test?(): readonly Batch[];
  /** The sizes of the batches of updates, before any is drawn. Memory is then planned first. */
  outline?(): BatchOutline;
  /** Updates of one epoch; undefined if the task can draw any number of examples. */
  readonly updatesPerEpoch?: number;
  /** Number of training examples; undefined if the task can draw any number of them. */
  readonly examples?: number;
}

/** How the examples of a task are divided. */
export interface DataOptions {
  /** B, the size of a training batch. */
  readonly batch: number;
  /** The seed of the split, of the order of examples in every epoch, and of drawn examples. */
  readonly seed: number;
  /**
   * Examples held out for validation: a share below 1, or a number. Default: a tenth of a finite set, or B examples of
   * a task that can draw any number.
   */
  readonly validation?: number | undefined;
  /** Examples held out for the test. Default as `validation`. */
  readonly test?: number | undefined;
  /**
   * Whether batches follow each other, in as many streams as a batch has samples: of a text or series, whose windows
   * are then taken in their order. Default false.
   */
  readonly stateful?: boolean | undefined;
}

/** At most this many examples make one held-out batch, because a pass holds a whole batch in memory. */
const HELD_OUT_BATCH = 256;

/** A source that gives the same batch for every update. */
export const fixedSource = (batch: Batch): DataSource => ({ next: () => batch, outline: () => outlineOf(batch) });

/**
 * Splits the data of a task. The rows of a finite set are shuffled into training, validation and test. The windows of a
 * text or series are split in the order of time; the length of a window is left out between the parts, so that they
 * share no byte or row. The columns of a table are scaled by the training part alone. Every epoch has a new order; its
 * last, incomplete batch is left out. A task that can draw any number of examples draws new ones for every update, with
 * a seed of its own for each update and for the held-out examples.
 *
 * @throws EvanesceError that names the option that breaks a rule, or if too few examples are left to train on
 */
export function taskSource(sampler: Sampler, options: DataOptions): DataSource {
  return finish(taskSourceInParts(sampler, options));
}

/** For each sampler, a source that was made before the call that needs it, and the source's options. */
const AHEAD = new WeakMap<Sampler, { readonly options: string; readonly source: DataSource }>();

/** Makes a source in parts. The next call of `taskSource` with the same sampler and options takes this source. */
export function* readSourceAhead(sampler: Sampler, options: DataOptions): Generator<void, void> {
  const source = yield* taskSourceInParts(sampler, options);
  AHEAD.set(sampler, { options: JSON.stringify(options), source });
}

/** `taskSource` as a generator that pauses if there are many examples. */
export function* taskSourceInParts(sampler: Sampler, options: DataOptions): Generator<void, DataSource> {
  requireHeldOut("validation", options.validation);
  requireHeldOut("test", options.test);
  const ahead = AHEAD.get(sampler);
  if (ahead?.options === JSON.stringify(options)) return ahead.source;
  const { data } = sampler;
  if (options.stateful === true && data?.advance === undefined) {
    const rule =
      "a text, or a series without gaps whose steps are a multiple of its stride: windows that follow each other";
    const got = data === undefined ? "samples drawn at random" : data.name;
    throw new EvanesceError("stateful", rule, got, "leave stateful out, or give --text or --csv");
  }
  if (data === undefined) return endless(sampler, options);
  if (options.stateful !== true && data.whole !== undefined && data.size <= options.batch)
    return fixedSource(data.whole);
  return yield* finite(data, options);
}

function requireHeldOut(name: "validation" | "test", value: number | undefined): void {
  if (value === undefined || (value >= 0 && (value < 1 || Number.isSafeInteger(value)))) return;
  const rule = "a share from 0 to 1, or a whole number of examples";
  throw new EvanesceError(name, rule, value, "e.g. 0.1 for a tenth, 0 for none");
}

function endless(sampler: Sampler, { batch: B, seed, validation, test }: DataOptions): DataSource {
  const draw = (part: string, batch: number) =>
    sampler({ batch, seed: Math.floor(random(seed, `train/${part}`).uniform() * 2 ** 53) });
  const heldOut = (name: "validation" | "test", wanted: number | undefined) => {
    const count = wanted === undefined ? B : wanted < 1 ? Math.ceil(wanted * B) : wanted;
    return count === 0 ? {} : { [name]: () => [draw(name, count)] };
  };
  return {
    next: (update) => draw(`batch/${update}`, B),
    outline: () => sampler.outline({ batch: B, seed }),
    ...heldOut("validation", validation),
    ...heldOut("test", test),
  };
}

function* finite(
  examples: DataSet,
  { batch: B, seed, validation, test, stateful }: DataOptions,
): Generator<void, DataSource> {
  const apart = stateful === true ? examples.advance! : examples.span;
  const count = (wanted = 0.1) => (wanted < 1 ? Math.floor(wanted * examples.size) : wanted);
  const ordered = examples.span > 1 || examples.ordered === true;
  const parts = ordered ? orderedParts(examples, apart) : shuffledParts(examples, seed);
  const { training, validation: watched, test: judged } = parts(count(validation), count(test));
  if (training.length < B) {
    const rule = `at least a batch of ${B} examples left to train on`;
    throw new EvanesceError(examples.name, rule, training.length, "hold out fewer, or use a smaller batch");
  }
  const data = examples.scaledBy === undefined ? examples : yield* examples.scaledBy(training);
  if (stateful === true)
    return inStreams(
      data,
      B,
      training.filter((_, i) => i % apart === 0),
      watched,
      judged,
    );
  const updatesPerEpoch = Math.floor(training.length / B);
  let epoch = -1;
  let order: Int32Array = training;
  const examplesOf = (update: number): Int32Array => {
    const wanted = Math.floor((update - 1) / updatesPerEpoch);
    if (wanted !== epoch) {
      order = shuffled(training, seed, `train/epoch/${wanted}`);
      epoch = wanted;
    }
    const from = ((update - 1) % updatesPerEpoch) * B;
    return order.subarray(from, from + B);
  };
  return {
    next: (update) => data.batch(examplesOf(update)),
    outline: () => data.outline(examplesOf(1)),
    updatesPerEpoch,
    examples: training.length,
    ...(watched.length === 0 ? {} : { validation: () => inBatches(data, watched) }),
    ...(judged.length === 0 ? {} : { test: () => inBatches(data, judged) }),
  };
}

/** Splits the data into streams: every batch continues the one before it. This holds for the held-out batches too. */
function inStreams(
  data: DataSet,
  B: number,
  training: Int32Array,
  watched: Int32Array,
  judged: Int32Array,
): DataSource {
  const { windows, at } = streamsOf(training, B, data.name);
  const heldOut = (examples: Int32Array): Batch[] => {
    const most = Math.min(B, Math.floor(examples.length / 2));
    if (most === 0) return inBatches(data, examples);
    const streams = streamsOf(examples, most, data.name);
    return Array.from({ length: streams.windows }, (_, k) => data.batch(streams.at(k)));
  };
  return {
    next: (update) => data.batch(at((update - 1) % windows)),
    outline: () => data.outline(at(0)),
    continues: (update) => (update - 1) % windows !== 0,
    updatesPerEpoch: windows,
    examples: windows * B,
    ...(watched.length === 0 ? {} : { validation: () => heldOut(watched) }),
    ...(judged.length === 0 ? {} : { test: () => heldOut(judged) }),
  };
}

function inBatches(data: DataSet, examples: Int32Array): Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < examples.length; from += HELD_OUT_BATCH) {
    batches.push(data.batch(examples.subarray(from, from + HELD_OUT_BATCH)));
  }
  return batches;
}

type Parts = (validation: number, test: number) => Record<"training" | "validation" | "test", Int32Array>;

const shuffledParts = ({ size }: DataSet, seed: number): Parts => {
  const order = shuffled(range(0, size), seed, "train/split");
  return (validation, test) => ({
    test: order.subarray(0, test),
    validation: order.subarray(test, test + validation),
    training: order.subarray(test + validation),
  });
};

/**
 * Training first, then validation, then the test, as one would forecast. A held-out part takes every step-th window:
 * they do not overlap.
 */
const orderedParts =
  ({ size, span }: DataSet, step: number): Parts =>
  (validation, test) => {
    const testFrom = size - test;
    const watchedTo = test === 0 ? size : testFrom - (span - 1);
    const watchedFrom = watchedTo - validation;
    const trainingTo = validation === 0 ? watchedTo : watchedFrom - (span - 1);
    const apart = (from: number, to: number) => range(from, to).filter((_, i) => i % step === 0);
    return {
      training: range(0, Math.max(trainingTo, 0)),
      validation: validation === 0 ? new Int32Array(0) : apart(Math.max(watchedFrom, 0), watchedTo),
      test: test === 0 ? new Int32Array(0) : apart(Math.max(testFrom, 0), size),
    };
  };

function range(from: number, to: number): Int32Array {
  const numbers = new Int32Array(Math.max(0, to - from));
  for (let i = 0; i < numbers.length; i++) numbers[i] = from + i;
  return numbers;
}

/** Fisher and Yates' shuffle (Durstenfeld 1964), of a copy. */
function shuffled(values: Int32Array, seed: number, stream: string): Int32Array {
  const source = random(seed, stream);
  const order = values.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = source.below(i + 1);
    const last = order[i];
    order[i] = order[j];
    order[j] = last;
  }
  return order;
}
