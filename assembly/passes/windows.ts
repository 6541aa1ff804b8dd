import { DEAD } from "../records/constants";
import { Stream } from "../records/pass";

/*
 * A stream may send back the losses of some steps only, over a limited number of steps:
 *
 *     window w is the `reach` steps before step e_w = end − w · period;  the losses of the `lossSteps` steps before
 *     step lossEnd − w · period, its last ones where not said otherwise, are injected,
 *     and nothing leaves it: the gradient that its first step sends back is dropped
 *
 * Truncated back-propagation through time (Williams and Peng 1990) is a few such sweeps, and so is the loss of a single
 * step, in a bidirectional network with steps on both sides of it in the window. Windows of
 * one stream do not overlap: reach ≤ period.
 */

/** The window that contains step t, −1 for none. */
@inline export function windowOf(stream: Stream, t: i32): i32 {
  const before = stream.end - 1 - t;
  if (before < 0) return -1;
  const w = before / stream.period;
  return before - w * stream.period < stream.reach ? w : -1;
}

/** Whether window w, which contains step t, sends back the loss of step t. */
@inline export function sendsLoss(stream: Stream, t: i32, w: i32): bool {
  const before = stream.lossEnd - 1 - t - w * stream.period;
  return before >= 0 && before < stream.lossSteps;
}

/** Sets `steps` panels that a step sends back to zero, and their frames to DEAD. */
export function cut(carry: usize, exponents: usize, bytes: usize, steps: i32): void {
  memory.fill(carry, 0, bytes * <usize>steps);
  for (let i = 0; i < steps * 8; i++) store<i32>(exponents + (<usize>i << 2), DEAD);
}
