import type { GradientFlow } from "../flow/index.ts";
import { findLostEntries, type Presence } from "../flow/underflow/presence.ts";
import { HEADROOM, LOWERED } from "../wasm/generated/constants.ts";
import type { Pass } from "./held-pass.ts";

/* Passes that run again because the first run left float32's range. `run` feeds the batch and runs the pass. */

/**
 * Runs the pass again with gradients renormalized to a smaller norm: then a factor above 2⁸⁷ stays in float32's range.
 */
export function* withSmallerNorm<Measured>(
  pass: Pass,
  run: () => Generator<void, void>,
  measure: () => Generator<void, Measured>,
): Generator<void, Measured> {
  pass.setHeadroom(LOWERED);
  try {
    yield* run();
    return yield* measure();
  } finally {
    pass.setHeadroom(HEADROOM);
  }
}

/**
 * Finds samples whose gradient seems to end only because its entries differ by more than float32's range. If some
 * gradient seems to end, the pass runs once more with small entries raised, and then once more as before.
 */
export function* lostEntries(
  pass: Pass,
  run: () => Generator<void, void>,
  presence: () => Presence,
): Generator<void, GradientFlow["underflow"]> {
  const ends = presence().ends();
  if (ends.length === 0) return undefined;
  pass.setLifted(true);
  let lost: GradientFlow["underflow"];
  try {
    yield* run();
    lost = findLostEntries(ends, presence().alive);
  } finally {
    pass.setLifted(false);
  }
  yield* run();
  return lost;
}
