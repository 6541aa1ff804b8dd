import type { GradientFlow } from "../flow/index.ts";
import type { AsyncOptions, Network } from "../network/create.ts";
import { finish } from "../base/time-slicing.ts";
import { type Batch, TASKS } from "../tasks/index.ts";
import { type PropagateInput, prepareIn, propagateAsyncIn, propagateIn } from "./given-tasks/propagate.ts";

export type { PropagateInput } from "./given-tasks/propagate.ts";

/**
 * Runs one forward and backward pass of a new network over one batch, and returns the measured gradient.
 *
 * @throws EvanesceError naming the field that breaks a rule, the value got and the remedy
 */
export const propagate = (input: PropagateInput): GradientFlow => propagateIn(TASKS, input);

/**
 * `propagate` without blocking the event loop, over `threads` workers where the pass can be split. The bits are the
 * same for any number of workers.
 *
 * @throws EvanesceError as `propagate` does; the signal's reason where it aborts
 */
export const propagateAsync = (input: PropagateInput & AsyncOptions): Promise<GradientFlow> =>
  propagateAsyncIn(TASKS, input);

/** The network and batch of one experiment. The caller disposes of the network. */
export const prepare = (input: PropagateInput): { network: Network; batch: Batch } => finish(prepareInParts(input));

/** `prepare` with pauses. */
export const prepareInParts = (input: PropagateInput) => prepareIn(TASKS, input);
