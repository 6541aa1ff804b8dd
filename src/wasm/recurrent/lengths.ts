import { toPanels } from "../panels.ts";
import type { Geometry } from "./geometry.ts";

/*
 * Samples of different lengths: in a pass all samples end at step T − 1, and a sample of n steps begins at step T − n.
 * So all samples have the same last step, and a station's distance from the loss is the same in every sample. The
 * longest samples come first: panels of similar lengths waste the fewest steps, and the samples that have a given step
 * are always the first ones.
 */

/** The order of a batch's samples in a pass, and the number of steps of each. */
export interface Order {
  /** `[B]` the caller's samples, longest first. */
  readonly samples: Int32Array;
  /** `[B]` their steps. */
  readonly lengths: Int32Array;
  /** Σ lengths. */
  readonly steps: number;
  /** `[T]` number of samples that have each step: in the order of the pass they are the first ones. */
  readonly having: Int32Array;
}

/** @param lengths `[B]` steps of each sample, 1 … T; undefined if all have T: then the pass keeps the caller's order */
export function orderOf({ B, T }: Pick<Geometry, "B" | "T">, lengths: ArrayLike<number> | undefined): Order {
  const samples = Int32Array.from({ length: B }, (_, b) => b);
  if (lengths === undefined) {
    return { samples, lengths: new Int32Array(B).fill(T), steps: B * T, having: new Int32Array(T).fill(B) };
  }
  samples.sort((a, b) => lengths[b] - lengths[a] || a - b);
  const sorted = Int32Array.from(samples, (b) => lengths[b]);
  const having = new Int32Array(T);
  for (const n of sorted) having[T - n]++;
  for (let t = 1; t < T; t++) having[t] += having[t - 1];
  return { samples, lengths: sorted, steps: sorted.reduce((sum, n) => sum + n, 0), having };
}

/** `[B]` to panels [P][8]; lanes beyond the batch are as long as its last sample. */
export function lengthPanels(to: Int32Array, { lengths }: Order): void {
  toPanels(to, lengths, 1, lengths.length, 1);
}

/**
 * `[T, B, N]` in the order of the pass: each sample ends at step T − 1, with zeros before its first step.
 * @param values in the caller's order, each sample from step 0 on
 */
export function aligned<Values extends Float32Array | Int32Array>(
  values: Values,
  order: Order,
  T: number,
  N: number,
): Values {
  const B = order.lengths.length;
  const to = new (values.constructor as new (length: number) => Values)(T * B * N);
  order.samples.forEach((sample, b) => {
    const n = order.lengths[b];
    for (let t = 0; t < n; t++) {
      const from = (t * B + sample) * N;
      to.set(values.subarray(from, from + N), ((T - n + t) * B + b) * N);
    }
  });
  return to;
}

/** `[B, N]` in the pass's order. */
export function ordered<Values extends Float32Array | Int32Array>(
  values: Values,
  { samples }: Order,
  N: number,
): Values {
  const to = new (values.constructor as new (length: number) => Values)(values.length);
  samples.forEach((sample, b) => {
    to.set(values.subarray(sample * N, (sample + 1) * N), b * N);
  });
  return to;
}

/**
 * The steps among each sample's last `most` whose target has a loss: no class below 0, and no real target that is NaN.
 *
 * @param targets `[T, B, N]` by the caller's samples
 */
export function stepsWithLoss(targets: Float32Array | Int32Array, order: Order, N: number, most: number): number {
  const B = order.lengths.length;
  let count = 0;
  order.samples.forEach((sample, b) => {
    const n = order.lengths[b];
    for (let t = Math.max(0, n - most); t < n; t++) {
      const target = targets[(t * B + sample) * N];
      if (!(Number.isNaN(target) || (targets instanceof Int32Array && target < 0))) count++;
    }
  });
  return count;
}
