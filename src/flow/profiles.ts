import type { StreamSquares } from "../wasm/recurrent/measurements.ts";
import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { Measured } from "../wasm/recurrent/stream-plan.ts";
import { lnFrobenius, lnTogether } from "./log-norm.ts";
import { inSlices } from "../base/time-slicing.ts";

/** Reads the norms of a stream; called again after every pause, since growth of the memory detaches views. */
export type StreamView = () => StreamSquares;

/** How many samples, from the first on, a norm is taken over, and how many its mean is over. */
export type Counts = (t: number) => { readonly of: number; readonly over: number };

/** Every sample that has step t. */
export const everySample =
  ({ order: { having } }: RecurrentPass): Counts =>
  (t) => ({ of: having[t], over: having[t] });

/**
 * ln ‖·‖_F over the batch of one thing a stream measured of layer n, at every step `[T]`: √B times the root mean square
 * over the samples that have the step.
 */
export function* readNorms(
  pass: RecurrentPass,
  view: StreamView,
  part: Measured,
  n: number,
  counts: Counts = everySample(pass),
): Generator<void, Float64Array> {
  const { T, B } = pass.geometry;
  const norms = new Float64Array(T);
  yield* inSlices(T, B, (from, to) => {
    const { [part]: squares, exponents } = view();
    for (let t = from; t < to; t++) {
      const { of, over } = counts(t);
      const norm = lnFrobenius(squares!, exponents, (n * T + t) * B, of);
      norms[t] = over === B ? norm : norm + 0.5 * Math.log(B / over);
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
