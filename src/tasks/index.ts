import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import { finish } from "../base/time-slicing.ts";
import { adding } from "./adding.ts";
import { arrays } from "./arrays.ts";
import type { Batch } from "./batch.ts";
import { copy } from "./copy.ts";
import { gaussian } from "./gaussian.ts";
import { images, sequentialImages } from "./images.ts";
import { type LossInput, parseLoss, withLoss } from "./loss.ts";
import { lines } from "./lines.ts";
import { noise } from "./noise.ts";
import { sameName } from "../base/option-fields.ts";
import { type BatchOutline, outlineWithLoss } from "./outline.ts";
import { addition } from "./pairs/addition.ts";
import { autoencoder } from "./pairs/autoencoder.ts";
import { repeat, reverse } from "./pairs/transduction.ts";
import { parity, xor } from "./parity.ts";
import { circles, spirals } from "./plane.ts";
import { csvRows, sequentialCsv } from "./table/classify.ts";
import { forecast } from "./table/forecast.ts";
import { sequences } from "./table/sequences.ts";
import { series } from "./table/series.ts";
import type { SampleContext, Sampler, TaskDefinition } from "./task.ts";
import { tagging } from "./tagging.ts";
import { teacher } from "./teacher.ts";
import { temporalOrder } from "./temporal-order.ts";
import { text } from "./text.ts";

export { type ArraysInput, arraysBatch, requireClasses } from "./array-batch.ts";
export type { Batch } from "./batch.ts";
export { IGNORED, type StepMask, withLengths, withMask } from "./lengths.ts";
export type { DataSet } from "./dataset.ts";
export { type BatchOutline, outlineOf, outlineWithLengths } from "./outline.ts";
export type { Loss, LossInput } from "./loss.ts";
export { portableTask } from "./portable.ts";
export type { Field, Fields } from "../base/option-fields.ts";
export { readLabeledTable } from "./table/labeled.ts";
export type { TableData, TableTarget } from "./table/read.ts";
export type { SampleContext, Sampler, TaskDefinition } from "./task.ts";

/** All tasks, in the order of the documentation. */
export const TASKS: readonly TaskDefinition[] = [
  adding,
  copy,
  temporalOrder,
  repeat,
  reverse,
  addition,
  autoencoder,
  noise,
  text,
  lines,
  tagging,
  series,
  forecast,
  sequences,
  sequentialImages,
  sequentialCsv,
  gaussian,
  teacher,
  spirals,
  circles,
  parity,
  xor,
  images,
  csvRows,
  arrays,
];

/**
 * A task in the caller's form: a name, or a name and options (`TASKS` lists them). Every task takes `loss`, a different
 * loss on its targets: a name, or a name and its options (`LossInput`).
 */
export type TaskInput = string | { readonly name: string; readonly [option: string]: unknown };

/** The two kinds of networks. */
export type NetworkKind = "recurrent" | "feedforward";

/**
 * The definition of a task's name; case and separators do not matter.
 *
 * @param kind the kind of the network: it decides if two tasks share a name (`csv`)
 * @throws EvanesceError for an unknown name, with the name that was probably meant; for a task of the other kind
 */
export function findTask(name: unknown, kind?: NetworkKind): TaskDefinition {
  const fitting = TASKS.filter((task) => kind === undefined || task.kind === "either" || task.kind === kind);
  const names = fitting.map((task) => task.name);
  if (typeof name !== "string") {
    throw new EvanesceError("task.name", "the name of a task", name, `choose one of ${names.join(", ")}`);
  }
  const lookUp = (tasks: readonly TaskDefinition[]) =>
    tasks.find((task) => sameName([task.name], name)) ?? tasks.find((task) => sameName(task.aliases, name));
  const found = lookUp(fitting);
  if (found !== undefined) return found;
  const other = lookUp(TASKS);
  if (other !== undefined) {
    const rule = `a task for a ${kind} network`;
    throw new EvanesceError("task.name", rule, name, `it is for ${other.kind} ones; choose one of ${names.join(", ")}`);
  }
  const near = nearest(
    name,
    fitting.flatMap((task) => [task.name, ...task.aliases]),
  );
  const remedy = `${near === undefined ? "" : `did you mean ${near}? `}choose one of ${names.join(", ")}`;
  throw new EvanesceError("task.name", "the name of a task", name, remedy);
}

/**
 * Validates a task and reads its data once, for many batches.
 *
 * @throws EvanesceError that names the option, or the file and the place in it
 */
export function prepareTask(input: TaskInput, kind?: NetworkKind): Sampler {
  return finish(prepareTaskInParts(input, kind));
}

/**
 * Samplers of tasks whose data were read ahead, by the object that describes the task (its identity, not its contents).
 */
const READ_AHEAD = new WeakMap<object, { readonly kind: NetworkKind; readonly sampler: Sampler }>();

/**
 * Reads the data of a task once, with pauses. `prepareTask` then uses these data if it gets the same object. For data
 * that take long to read, such as a large table.
 */
export function* readTaskAhead(input: TaskInput, kind: NetworkKind): Generator<void, void> {
  if (typeof input !== "object" || input === null) return;
  READ_AHEAD.set(input, { kind, sampler: yield* prepareTaskInParts(input, kind) });
}

/** `prepareTask` as a generator that pauses if there is much to read. */
export function* prepareTaskInParts(input: TaskInput, kind?: NetworkKind): Generator<void, Sampler> {
  if (typeof input === "string") return yield* prepareTaskInParts({ name: input }, kind);
  if (typeof input !== "object" || input === null) {
    throw new EvanesceError("task", "a name, or an object with a name", input, 'write e.g. { name: "adding" }');
  }
  const ahead = READ_AHEAD.get(input);
  if (ahead !== undefined && ahead.kind === kind) return ahead.sampler;
  const { name, loss, ...options } = input;
  const task = findTask(name, kind);
  const takesLoss = task.options.loss !== undefined;
  const read = yield* task.prepareInParts(takesLoss && loss !== undefined ? { ...options, loss } : options);
  const sampler = takesLoss ? read : lossy(read, loss);
  if (kind === undefined || task.kind !== "either") return sampler;
  return ofKind(sampler, kind);
}

/** Refuses batches of the other kind of network. */
function ofKind(sampler: Sampler, kind: NetworkKind): Sampler {
  const { data } = sampler;
  const checked = (context: SampleContext): Batch => {
    const batch = sampler(context);
    if ((batch.steps !== undefined) !== (kind === "recurrent")) {
      const rule =
        kind === "recurrent" ? "shape [T, B, X], for a recurrent network" : "shape [B, X], for a feed-forward network";
      const { steps, batch: B, inputSize: X } = batch;
      const shape = [...(steps === undefined ? [] : [steps]), B, X];
      throw new EvanesceError(
        "task.inputs",
        rule,
        `[${shape.join(", ")}]`,
        "reshape the array, or change the network's kind",
      );
    }
    return batch;
  };
  return Object.assign(checked, { outline: sampler.outline }, data === undefined ? {} : { data });
}

/** A sampler whose batches have another loss on the same targets. */
function lossy(sampler: Sampler, input: unknown): Sampler {
  if (input === undefined) return sampler;
  const loss = parseLoss(input as LossInput);
  const { data, inParts } = sampler;
  const draw = (context: SampleContext) => withLoss(sampler(context), loss);
  function* drawInParts(context: SampleContext): Generator<void, Batch> {
    return withLoss(inParts === undefined ? sampler(context) : yield* inParts(context), loss);
  }
  return Object.assign(draw, {
    ...sampler, // and its other properties
    inParts: drawInParts,
    outline: (context: SampleContext): BatchOutline => outlineWithLoss(sampler.outline(context), loss),
    ...(data === undefined
      ? {}
      : {
          data: {
            ...data,
            batch: (rows: ArrayLike<number>) => withLoss(data.batch(rows), loss),
            outline: (rows: ArrayLike<number>) => outlineWithLoss(data.outline(rows), loss),
          },
        }),
  });
}

/**
 * One batch of a task. The same task, batch and seed give the same bits.
 *
 * @throws EvanesceError like `prepareTask`, and for an invalid batch or seed
 */
export function resolveTask(input: TaskInput, context: SampleContext & { readonly kind?: NetworkKind }): Batch {
  return prepareTask(input, context.kind)(context);
}

/**
 * The sizes of a task's batches of one sample, without drawing any.
 *
 * @throws EvanesceError like `prepareTask`
 */
export const taskOutline = (input: TaskInput, kind?: NetworkKind): BatchOutline =>
  prepareTask(input, kind).outline({ batch: 1, seed: 0 });

/** Options of `taskBatch`: a task, the number of samples, and the kind of network. */
export interface TaskBatchInput {
  readonly task: TaskInput;
  /** B; default 32. */
  readonly batch?: number | undefined;
  /** A whole number from 0 to 2⁵³ − 1; default 0. The same seed gives the same batch. */
  readonly seed?: number | undefined;
  /** Decides between two tasks of the same name (`csv`). */
  readonly kind?: NetworkKind | undefined;
}

/**
 * A batch of a task for a network: `network.propagate(taskBatch({ task: "adding" }))`. Inputs are `[T, B, X]`, or `[B,
 * X]` without steps.
 *
 * @throws EvanesceError naming the option of the task, or the file and the place in it
 */
export function taskBatch(input: TaskBatchInput): Batch {
  requireObject("taskBatch", input, 'start from { task: "adding" }');
  requireKnown("taskBatch", input, ["task", "batch", "seed", "kind"]);
  const { task, batch = 32, seed = 0, kind } = input;
  return resolveTask(task, { batch, seed, ...(kind === undefined ? {} : { kind }) });
}
