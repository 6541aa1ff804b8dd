import { finish } from "../base/time-slicing.ts";
import type { Batch } from "./batch.ts";
import type { BatchOutline } from "./outline.ts";
import {
  findTaskIn,
  keepSampler,
  type NetworkKind,
  prepareTaskIn,
  type TaskBatchInput,
  taskBatchIn,
  type TaskInput,
  type Tasks,
} from "./registry.ts";
import { csvRows, sequentialCsv } from "./table/classify.ts";
import { forecast } from "./table/forecast.ts";
import { sequences } from "./table/sequences.ts";
import { series } from "./table/series.ts";
import type { SampleContext, Sampler, TaskDefinition } from "./task.ts";
import { ARRAYS, FEATURES, PIXELS, SEQUENCES } from "./without-tables.ts";

export { type ArraysInput, arraysBatch, requireClasses } from "./array-batch.ts";
export type { Batch } from "./batch.ts";
export { IGNORED, type StepMask, withLengths, withMask } from "./lengths.ts";
export type { DataSet } from "./dataset.ts";
export { type BatchOutline, outlineOf, outlineWithLengths } from "./outline.ts";
export type { Loss, LossInput } from "./loss.ts";
export { portableTask } from "./portable.ts";
export type { Field, Fields } from "../base/option-fields.ts";
export type { NetworkKind, TaskBatchInput, TaskInput } from "./registry.ts";
export { readLabeledTable } from "./table/labeled.ts";
export type { TableData, TableTarget } from "./table/read.ts";
export type { SampleContext, Sampler, TaskDefinition } from "./task.ts";

/** All tasks, in the order of the documentation. */
export const TASKS: Tasks = [
  ...SEQUENCES,
  series,
  forecast,
  sequences,
  ...PIXELS,
  sequentialCsv,
  ...FEATURES,
  csvRows,
  ...ARRAYS,
];

/**
 * The definition of a task's name; case and separators do not matter.
 *
 * @param kind the kind of the network: it decides if two tasks share a name (`csv`)
 * @throws EvanesceError for an unknown name, with the name that was probably meant; for a task of the other kind
 */
export const findTask = (name: unknown, kind?: NetworkKind): TaskDefinition => findTaskIn(TASKS, name, kind);

/**
 * Validates a task and reads its data once, for many batches.
 *
 * @throws EvanesceError that names the option, or the file and the place in it
 */
export function prepareTask(input: TaskInput, kind?: NetworkKind): Sampler {
  return finish(prepareTaskInParts(input, kind));
}

/**
 * Reads the data of a task once, with pauses. `prepareTask` then uses these data if it gets the same object. For data
 * that take long to read, such as a large table.
 */
export function* readTaskAhead(input: TaskInput, kind: NetworkKind): Generator<void, void> {
  if (typeof input !== "object" || input === null) return;
  keepSampler(input, kind, yield* prepareTaskInParts(input, kind));
}

/** `prepareTask` as a generator that pauses if there is much to read. */
export const prepareTaskInParts = (input: TaskInput, kind?: NetworkKind): Generator<void, Sampler> =>
  prepareTaskIn(TASKS, input, kind);

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

/**
 * A batch of a task for a network: `network.propagate(taskBatch({ task: "adding" }))`. Inputs are `[T, B, X]`, or `[B,
 * X]` without steps.
 *
 * @throws EvanesceError naming the option of the task, or the file and the place in it
 */
export const taskBatch = (input: TaskBatchInput): Batch => taskBatchIn(TASKS, input);
