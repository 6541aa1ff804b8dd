import { EvanesceError } from "../base/errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { beginsElsewhere } from "../spec/initial-state.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import { zeroState } from "../tasks/state.ts";

/*
 * State carried from batch to batch. The gradient is not: back-propagation ends at each batch's first step, so that
 * training is truncated back-propagation through time with windows of T steps (Williams and Peng 1990).
 */

/**
 * Refuses a network whose state cannot go from one batch to the next.
 * @throws EvanesceError
 */
export function requireCarrying(spec: NetworkSpec): void {
  const got = obstacleOf(spec);
  if (got === undefined) return;
  const rule = "a recurrent network in one direction whose steps depend only on the step before";
  throw new EvanesceError("stateful", rule, got, "leave stateful out, or change the network");
}

function obstacleOf(spec: NetworkSpec): string | undefined {
  if (spec.kind !== "recurrent") return "a deep network";
  if (spec.bidirectional) return "two directions";
  if ([spec.dilation].flat().some((steps) => steps !== 1)) return "dilated layers";
  return spec.timeSkip === undefined ? undefined : "a skip over time";
}

/**
 * The batch with the state in which the last batch ended, as its first state. Without a carried state, the batch begins
 * with the network's own first state.
 */
export function withCarried(batch: Batch, spec: NetworkSpec, carried: BatchState | undefined): Batch {
  if (spec.kind !== "recurrent") return batch;
  if (carried !== undefined) return { ...batch, state: carried };
  return beginsElsewhere(spec) ? batch : { ...batch, state: zeroState(spec, batch.batch) };
}
