import type { Slot } from "../../catalogue/optimizers/coefficients.ts";
import type { UpdateRuleName } from "../generated/kinds.ts";
import { UPDATE } from "../generated/records.ts";
import { type MemoryPlan, PlanBuilder } from "../plan.ts";

/** A parameter that is trained. */
export interface TrainedTensor {
  readonly name: string;
  /** Row-major; the first axis counts the units of clipping by unit. */
  readonly shape: readonly number[];
}

/** The tensors kept for each parameter, each of its shape. */
export type Kept = "theta" | "gradient" | "start" | "unclipped" | Slot;

/** Sums of an update by lane, four lanes each. */
export const SUMS = 12;

/** A cache line of floats: no two parameters share one. */
const LINE = 16;

/** The optimizer's update, whether gradients are clipped before it, and whether its effect is measured. */
export interface UpdateKind {
  readonly rule: UpdateRuleName;
  readonly slots: readonly Slot[];
  readonly scratch: boolean;
  readonly clips: boolean;
  readonly measures: boolean;
}

export const countOf = ({ shape }: TrainedTensor): number => shape.reduce((product, axis) => product * axis, 1);
export const paddedCount = (count: number): number => Math.ceil(count / LINE) * LINE;

/** The advice if the plan does not fit. */
export const TRAINING_REMEDY = "raise the memory limit, or lower the network's sizes";

/** Plans the memory of a training run. */
export function planTraining(
  tensors: readonly TrainedTensor[],
  { slots, scratch, clips, measures }: UpdateKind,
): MemoryPlan {
  const padded = tensors.map((tensor) => paddedCount(countOf(tensor)));
  const floats = padded.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(0, ...padded);
  const plan = new PlanBuilder();
  plan.add("updates", "record", [tensors.length + 1, UPDATE.size], "i32"); // the last is of a part of a tensor
  plan.add("moved", "working", [tensors.length, SUMS], "f64");
  for (const block of ["theta", "gradient", "start", ...slots] satisfies Kept[]) plan.add(block, "working", [floats]);
  if (clips) plan.add("unclipped", "working", [floats]);
  if (measures) plan.add("before", "working", [largest]);
  if (scratch) plan.add("scratch", "working", [largest]);
  return plan.done();
}
