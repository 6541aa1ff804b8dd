import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { sameName } from "../base/option-fields.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import { finish } from "../base/time-slicing.ts";
import type { Batch } from "./batch.ts";
import { type LossInput, parseLoss, withLoss } from "./loss.ts";
import { type BatchOutline, outlineWithLoss } from "./outline.ts";
import type { SampleContext, Sampler, TaskDefinition } from "./task.ts";

/** Tasks to choose from. The functions below find a task among them. */
export type Tasks = readonly TaskDefinition[];

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
export function findTaskIn(all: Tasks, name: unknown, kind?: NetworkKind): TaskDefinition {
  const fitting = all.filter((task) => kind === undefined || task.kind === "either" || task.kind === kind);
  const names = fitting.map((task) => task.name);
  if (typeof name !== "string") {
    throw new EvanesceError("task.name", "the name of a task", name, `choose one of ${names.join(", ")}`);
  }
  const lookUp = (tasks: Tasks) =>
    tasks.find((task) => sameName([task.name], name)) ?? tasks.find((task) => sameName(task.aliases, name));
  const found = lookUp(fitting);
  if (found !== undefined) return found;
  const other = lookUp(all);
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
 * Samplers of tasks whose data were read ahead, by the object that describes the task (its identity, not its contents).
 */
const READ_AHEAD = new WeakMap<object, { readonly kind: NetworkKind; readonly sampler: Sampler }>();

/** Keeps the data of a task that were read ahead. `prepareTaskIn` then uses them if it gets the same object. */
export function keepSampler(input: object, kind: NetworkKind, sampler: Sampler): void {
  READ_AHEAD.set(input, { kind, sampler });
}

/**
 * Validates a task and reads its data once, for many batches. A generator that pauses if there is much to read.
 *
 * @throws EvanesceError that names the option, or the file and the place in it
 */
export function* prepareTaskIn(all: Tasks, input: TaskInput, kind?: NetworkKind): Generator<void, Sampler> {
  if (typeof input === "string") return yield* prepareTaskIn(all, { name: input }, kind);
  if (typeof input !== "object" || input === null) {
    throw new EvanesceError("task", "a name, or an object with a name", input, 'write e.g. { name: "adding" }');
  }
  const ahead = READ_AHEAD.get(input);
  if (ahead !== undefined && ahead.kind === kind) return ahead.sampler;
  const { name, loss, ...options } = input;
  const task = findTaskIn(all, name, kind);
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

/** `taskBatch` for these tasks. */
export function taskBatchIn(tasks: Tasks, input: TaskBatchInput): Batch {
  requireObject("taskBatch", input, 'start from { task: "adding" }');
  requireKnown("taskBatch", input, ["task", "batch", "seed", "kind"]);
  const { task, batch = 32, seed = 0, kind } = input;
  return finish(prepareTaskIn(tasks, task, kind))({ batch, seed });
}
