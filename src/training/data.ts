import { EvanesceError } from "../errors.ts";
import { random } from "../random.ts";
import { type Batch, type DataSet, prepareTask, type Sampler, type TaskInput } from "../tasks/index.ts";

/** Where a run's batches come from, and what it is judged on. */
export interface DataSource {
  /**
   * The batch of an update. It depends on the seed and on the update's number alone, so that a resumed run goes on with the batches the
   * uninterrupted one would have had.
   * @param update from 1
   */
  batch(update: number): Batch;
  /** Updates until every training example has been seen once more; undefined where the task draws without end. */
  readonly updatesPerEpoch?: number;
  /** Training examples; undefined where the task draws without end. */
  readonly examples?: number;
  /** What the run is watched and stopped by: never trained on. Undefined where none is asked for. */
  readonly validation?: Batch;
  /** What the finished network is judged by: neither trained on nor watched. Undefined where none is asked for. */
  readonly test?: Batch;
}

export interface DataOptions {
  /** B of a training batch; default 32. */
  readonly batch?: number | undefined;
  /** Decides the split, the order of the examples in every epoch, and what endless tasks draw; default 0. */
  readonly seed?: number | undefined;
  /** Examples held out for validation: a share below 1, or how many. Default: a tenth of a finite set, B of an endless task. */
  readonly validation?: number | undefined;
  /** Examples held out for the test. Default as `validation`. */
  readonly test?: number | undefined;
  /** One batch for every update, that of the first: what can be learnt by heart. Default false. */
  readonly fixed?: boolean | undefined;
}

/** Most examples of one held-out batch by default: a pass holds it as a whole. */
const LARGEST_HELD_OUT = 1024;

/**
 * Reads a task's data once and splits it. A finite set's rows are shuffled into training, validation and test; a text's or a series' windows
 * are split in the order of time, with a window's length left out between the parts, so that none shares a byte or row with another. Every
 * epoch goes through the training examples in a new order; the last, incomplete batch of an epoch is left out.
 *
 * @throws EvanesceError naming the option that breaks a rule, or where too few examples are left to train on
 */
export function openData(task: TaskInput, kind: "recurrent" | "feedforward", options: DataOptions = {}): DataSource {
  const { batch: B = 32, seed = 0, fixed = false } = options;
  requireHeldOut("validation", options.validation);
  requireHeldOut("test", options.test);
  const sampler = prepareTask(task, kind);
  const source =
    sampler.data === undefined ? endless(sampler, B, seed, options) : finite(sampler.data, B, seed, options);
  if (!fixed) return source;
  const first = source.batch(1);
  return { ...source, batch: () => first };
}

function requireHeldOut(name: "validation" | "test", value: number | undefined): void {
  if (value === undefined || (value >= 0 && (value < 1 || Number.isSafeInteger(value)))) return;
  const rule = "a share from 0 to 1, or a whole number of examples";
  throw new EvanesceError(name, rule, value, "e.g. 0.1 for a tenth, 0 for none");
}

/** Seeds of their own for every update and for what is held out. */
function endless(sampler: Sampler, B: number, seed: number, { validation, test }: DataOptions): DataSource {
  const draw = (stream: string, batch: number) => sampler({ batch, seed: random(seed, stream).below(2 ** 32) });
  const heldOut = (name: "validation" | "test", wanted: number | undefined) => {
    const count = wanted === undefined ? B : wanted < 1 ? Math.ceil(wanted * B) : wanted;
    return count === 0 ? {} : { [name]: draw(`training/${name}`, count) };
  };
  return {
    batch: (update) => draw(`training/batch/${update}`, B),
    ...heldOut("validation", validation),
    ...heldOut("test", test),
  };
}

function finite(data: DataSet, B: number, seed: number, { validation, test }: DataOptions): DataSource {
  const count = (wanted: number | undefined) => {
    if (wanted === undefined) return Math.min(LARGEST_HELD_OUT, Math.floor(data.size / 10));
    return wanted < 1 ? Math.floor(wanted * data.size) : wanted;
  };
  const parts = data.span === 1 ? shuffledParts(data, seed) : orderedParts(data);
  const { training, validation: watched, test: judged } = parts(count(validation), count(test));
  if (training.length < B) {
    const rule = `at least a batch of ${B} examples left to train on`;
    throw new EvanesceError(data.name, rule, training.length, "hold out fewer, or use a smaller batch");
  }
  const updatesPerEpoch = Math.floor(training.length / B);
  let epoch = -1;
  let order: Int32Array = training;
  const batch = (update: number): Batch => {
    const wanted = Math.floor((update - 1) / updatesPerEpoch);
    if (wanted !== epoch) {
      order = shuffled(training, seed, `training/epoch/${wanted}`);
      epoch = wanted;
    }
    const from = ((update - 1) % updatesPerEpoch) * B;
    return data.batch(order.subarray(from, from + B));
  };
  return {
    batch,
    updatesPerEpoch,
    examples: training.length,
    ...(watched.length === 0 ? {} : { validation: data.batch(watched) }),
    ...(judged.length === 0 ? {} : { test: data.batch(judged) }),
  };
}

type Parts = (validation: number, test: number) => Record<"training" | "validation" | "test", Int32Array>;

const shuffledParts = ({ size }: DataSet, seed: number): Parts => {
  const order = shuffled(range(0, size), seed, "training/split");
  return (validation, test) => ({
    test: order.subarray(0, test),
    validation: order.subarray(test, test + validation),
    training: order.subarray(test + validation),
  });
};

/** Training first, then validation, then the test, as one would forecast. A held-out part takes every span-th window: they do not overlap. */
const orderedParts =
  ({ size, span }: DataSet): Parts =>
  (validation, test) => {
    const testFrom = size - test;
    const watchedTo = test === 0 ? size : testFrom - (span - 1);
    const watchedFrom = watchedTo - validation;
    const trainingTo = validation === 0 ? watchedTo : watchedFrom - (span - 1);
    const apart = (from: number, to: number) => range(from, to).filter((_, i) => i % span === 0);
    return {
      training: range(0, Math.max(trainingTo, 0)),
      validation: validation === 0 ? new Int32Array(0) : apart(Math.max(watchedFrom, 0), watchedTo),
      test: test === 0 ? new Int32Array(0) : apart(Math.max(testFrom, 0), size),
    };
  };

const range = (from: number, to: number) => Int32Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** Fisher and Yates' shuffle (Durstenfeld 1964), of a copy. */
function shuffled(values: Int32Array, seed: number, stream: string): Int32Array {
  const source = random(seed, stream);
  const order = values.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = source.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
