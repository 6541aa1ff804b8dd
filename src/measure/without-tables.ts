/** The functions of `evanesce/core` that take a task: those of `evanesce`, without the tasks that read tables. */
import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { finish } from "../base/time-slicing.ts";
import type { GradientFlow } from "../flow/index.ts";
import { type BinnedFlow, type BinnedInput, propagateBinnedIn } from "./given-tasks/propagate-binned.ts";
import { jacobiansIn } from "./given-tasks/jacobians.ts";
import { type ManyFlows, type ManyInput, propagateManyIn } from "./given-tasks/propagate-many.ts";
import { type PropagateInput, propagateAsyncIn, propagateIn } from "./given-tasks/propagate.ts";
import type { AsyncOptions } from "../network/create.ts";
import type { Jacobians, JacobiansInput } from "../network/jacobians/index.ts";
import type { Batch } from "../tasks/batch.ts";
import { type TaskBatchInput, taskBatchIn } from "../tasks/registry.ts";
import { TASKS_WITHOUT_TABLES as TASKS } from "../tasks/without-tables.ts";

/** `propagate` of `evanesce`, for tasks without tables. */
export const propagate = (input: PropagateInput): GradientFlow => propagateIn(TASKS, input);

/** `propagateAsync` of `evanesce`, for tasks without tables. */
export const propagateAsync = (input: PropagateInput & AsyncOptions): Promise<GradientFlow> =>
  propagateAsyncIn(TASKS, input);

/** `propagateBinned` of `evanesce`, for tasks without tables. */
export const propagateBinned = (input: BinnedInput): BinnedFlow => finish(propagateBinnedIn(TASKS, input));

/** `propagateBinnedAsync` of `evanesce`, for tasks without tables. */
export const propagateBinnedAsync = async (input: BinnedInput, options: TurnOptions = {}): Promise<BinnedFlow> =>
  inTurns(propagateBinnedIn(TASKS, input), options);

/** `propagateMany` of `evanesce`, for tasks without tables. */
export const propagateMany = (input: ManyInput): ManyFlows => finish(propagateManyIn(TASKS, input));

/** `propagateManyAsync` of `evanesce`, for tasks without tables. */
export const propagateManyAsync = async (input: ManyInput, options: TurnOptions = {}): Promise<ManyFlows> =>
  inTurns(propagateManyIn(TASKS, input), options);

/** `jacobians` of `evanesce`, for tasks without tables. */
export const jacobians = (input: JacobiansInput): Jacobians => finish(jacobiansIn(TASKS, input));

/** `jacobiansAsync` of `evanesce`, for tasks without tables. */
export const jacobiansAsync = async (input: JacobiansInput, options: TurnOptions = {}): Promise<Jacobians> =>
  inTurns(jacobiansIn(TASKS, input), options);

/** `taskBatch` of `evanesce`, for tasks without tables. */
export const taskBatch = (input: TaskBatchInput): Batch => taskBatchIn(TASKS, input);
