import type { StreamSquares } from "../wasm/recurrent/measurements.ts";
import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { Measured } from "../wasm/recurrent/stream-plan.ts";
import { lnFrobenius, lnTogether } from "./log-norm.ts";
import { inSlices } from "../base/time-slicing.ts";

/** Returns the norms of a stream; called again after every pause, because growth of the memory detaches views. */
export type StreamView = () => StreamSquares;

/**
 * `[T]` for each step, the number of samples (the first ones) in its norm, and the number by which the mean divides.
 */
export interface Counts {
  readonly of: Int32Array;
  readonly over: Int32Array;
}

/** Every sample that has step t. */
export const everySample = ({ order: { having } }: RecurrentPass): Counts => ({ of: having, over: having });

/**
 * ln ‖·‖_F over the batch of one quantity that a stream measured in layer n, at every step `[T]`: √B times the root
 * mean square over the samples that have the step.
 */
export function* readNorms(
  pass: RecurrentPass,
  view: StreamView,
  part: Measured,
  n: number,
  { of, over }: Counts = everySample(pass),
): Generator<void, Float64Array> {
  const { T, B } = pass.geometry;
  const norms = new Float64Array(T);
  yield* inSlices(T, B, (from, to) => {
    const { [part]: squares, exponents } = view();
    for (let t = from; t < to; t++) {
      const norm = lnFrobenius(squares as Float64Array, exponents, (n * T + t) * B, of[t]);
      norms[t] = over[t] === B ? norm : norm + 0.5 * Math.log(B / over[t]);
    }
  });
  return norms;
}

/** ln ‖δ_t‖ of every layer and of all together, `[T]` each. */
export function* readProfiles(
  pass: RecurrentPass,
  view: StreamView,
): Generator<void, { profiles: Float64Array[]; together: Float64Array }> {
  const profiles: Float64Array[] = [];
  for (let n = 0; n < pass.geometry.layers.length; n++) profiles.push(yield* readNorms(pass, view, "total", n));
  if (profiles.length === 1) return { profiles, together: profiles[0] };
  const together = new Float64Array(pass.geometry.T);
  yield* inSlices(together.length, profiles.length, (from, to) => {
    for (let t = from; t < to; t++) together[t] = lnTogether(profiles.map((profile) => profile[t]));
  });
  return { profiles, together };
}
