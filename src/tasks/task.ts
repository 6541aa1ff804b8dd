import { EvanesceError } from "../base/errors.ts";
import { finish } from "../base/time-slicing.ts";
import { random } from "../base/random.ts";
import type { Batch } from "./batch.ts";
import { type DataSet, drawExamples } from "./dataset.ts";
import { type BatchFacts, type BatchOutline, outlineOfFacts } from "./outline.ts";
import { type Fields, parseOptions, type Values } from "../base/option-fields.ts";

/** The inputs that determine a batch, besides its task. */
export interface SampleContext {
  /** B. */
  readonly batch: number;
  /** A whole number, 0 ≤ seed ≤ 2⁵³ − 1. Sample b depends on the seed and on b, not on B. */
  readonly seed: number;
}

/** Draws batches of a task after its options and files have been read. */
export interface Sampler {
  (context: SampleContext): Batch;
  /** The sizes of the batch of this context, before it is drawn. */
  readonly outline: (context: SampleContext) => BatchOutline;
  /** Draws as the sampler itself does, as a generator that pauses if drawing takes long. */
  readonly inParts?: (context: SampleContext) => Generator<void, Batch>;
  /** All examples, if their number is finite. */
  readonly data?: DataSet;
}

/** The answer and the loss of a task whose C classes are equally frequent, with one answer for each sample. */
export const evenClasses = (C: number) =>
  ({ outputSize: C, loss: "cross_entropy", lossAt: "last", baseline: Math.log(C) }) as const;

/** The meaning of the baseline of `evenClasses`. */
export const GUESSING = "ln C, for guessing among C classes";

/** One row of the table of tasks, from which code, documentation and the help of the command line are made. */
export interface TaskDefinition {
  readonly name: string;
  /** Other spellings; case, spaces, `-` and `_` never matter. */
  readonly aliases: readonly string[];
  readonly kind: "recurrent" | "feedforward" | "either";
  readonly summary: string;
  /** Author and year, and our deviations. */
  readonly source: string;
  /** The meaning of `Batch.baseline`. */
  readonly baseline: string;
  readonly options: Fields;
  /** The defaults of all options that have one. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /**
   * Validates the options and reads the data once; the sampler can then be called for batch after batch.
   *
   * @throws EvanesceError that names the option (`task.steps: …`), or the file and the place in it
   */
  readonly prepare: (options?: Readonly<Record<string, unknown>>) => Sampler;
  /** `prepare` as a generator that pauses if there is much to read. */
  readonly prepareInParts: (options?: Readonly<Record<string, unknown>>) => Generator<void, Sampler>;
  /** One batch: `prepare(options)(context)`. */
  readonly make: (options: Readonly<Record<string, unknown>>, context: SampleContext) => Batch;
}

interface Definition<F extends Fields>
  extends Pick<TaskDefinition, "name" | "kind" | "summary" | "source" | "baseline"> {
  readonly aliases?: readonly string[];
  readonly options: F;
  /**
   * How batches are drawn, or a finite set of examples to draw from; or a generator that returns one of them, if there
   * is much to read.
   */
  readonly prepare: (values: Values<F>) => Drawing | DataSet | Generator<void, Drawing | DataSet>;
}

/** How a task draws batches. */
export interface Drawing extends Pick<Sampler, "data" | "outline"> {
  /** A batch, or a generator that pauses between sequences and returns it, if this takes long. */
  readonly draw: (context: SampleContext) => Batch | Generator<void, Batch>;
}

/** The numbers of a batch. */
type Numbers = Pick<Batch, "inputs" | "tokens" | "targets">;

/**
 * Batches that have `facts` in common, and numbers that `draw` draws.
 *
 * @param tokensOnly whether the inputs are tokens without one-hot rows
 */
export function drawing(
  facts: BatchFacts,
  draw: (context: SampleContext) => Numbers | Generator<void, Numbers>,
  tokensOnly = false,
): Drawing {
  return {
    outline: ({ batch }) => outlineOfFacts(facts, batch, { tokensOnly }),
    *draw(context) {
      const drawn = draw(context);
      const numbers = "next" in drawn ? yield* drawn : drawn;
      return { ...facts, batch: context.batch, ...numbers };
    },
  };
}

/** Batches of random examples of a set. */
function drawingFrom(source: DataSet, task: string): Drawing {
  const indices = ({ batch, seed }: SampleContext) => drawExamples(source, random(seed, `task/${task}`), batch);
  return {
    outline: (context) => source.outline(indices(context)),
    draw: (context) => source.batch(indices(context)),
    data: source,
  };
}

export function defineTask<const F extends Fields>(definition: Definition<F>): TaskDefinition {
  const { options } = definition;
  const defaults = Object.fromEntries(
    Object.entries(options).flatMap(([key, field]) => (field.default === undefined ? [] : [[key, field.default]])),
  );
  function* prepareInParts(input: Readonly<Record<string, unknown>> = {}): Generator<void, Sampler> {
    const prepared = definition.prepare(parseOptions("task", options, input));
    const source = "next" in prepared ? yield* prepared : prepared;
    const { draw, outline, data } = "draw" in source ? source : drawingFrom(source, definition.name);
    function* inParts(context: SampleContext): Generator<void, Batch> {
      requireContext(context);
      const drawn = draw(context);
      return "next" in drawn ? yield* drawn : drawn;
    }
    const sampler = (context: SampleContext) => finish(inParts(context));
    const checked = (context: SampleContext) => {
      requireContext(context);
      return outline(context);
    };
    return Object.assign(sampler, { inParts, outline: checked }, data === undefined ? {} : { data });
  }
  const prepare = (input?: Readonly<Record<string, unknown>>) => finish(prepareInParts(input));
  return {
    aliases: [],
    ...definition,
    defaults,
    prepare,
    prepareInParts,
    make: (input, context) => prepare(input)(context),
  };
}

function requireContext({ batch, seed }: SampleContext): void {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new EvanesceError("batch", "a whole number ≥ 1", batch, "use 1 for a single sample");
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new EvanesceError("seed", "a whole number from 0 to 2^53 − 1", seed, "use any such number, e.g. 1");
  }
}

/** WASM has 4 GiB of addresses, which must hold the states of a network besides its inputs. */
const MOST_BYTES = 2 ** 31;

/**
 * Zeros for a tensor of this shape.
 *
 * @throws EvanesceError above 2 GiB, or if the host has no memory left
 */
export function float32(...shape: readonly number[]): Float32Array {
  return new Float32Array(bounded(shape));
}

/** Like `float32`, for class indices. */
export function int32(...shape: readonly number[]): Int32Array {
  return new Int32Array(bounded(shape));
}

/** Like `float32`, in double precision. */
export function float64(...shape: readonly number[]): Float64Array {
  return new Float64Array(bounded(shape, 8));
}

function bounded(shape: readonly number[], each = 4): ArrayBuffer {
  const bytes = shape.reduce((product, axis) => product * axis, each);
  const refuse = (rule: string) =>
    new EvanesceError("task", rule, `${bytes} for [${shape.join(", ")}]`, "use fewer steps or a smaller batch");
  if (bytes > MOST_BYTES) throw refuse(`tensors of at most ${MOST_BYTES} bytes`);
  try {
    return new ArrayBuffer(bytes);
  } catch {
    throw refuse("tensors that fit in memory");
  }
}
