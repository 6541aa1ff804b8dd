import { toPanels } from "../panels.ts";
import type { Geometry } from "./geometry.ts";

/*
 * Samples of different lengths: in a pass all end at step T − 1, and a sample of n steps begins at step T − n. So one
 * step is the last of all, a station's distance from the loss is the same in every sample, and a panel begins with its
 * longest sample. The longest samples stand first: panels of similar lengths waste the fewest steps, and the samples
 * that have a step are always the first ones.
 */

/** The order of a batch in a pass, and the steps of each of its samples there. */
export interface Order {
  /** `[B]` the caller's samples, longest first. */
  readonly samples: Int32Array;
  /** `[B]` their steps. */
  readonly lengths: Int32Array;
  /** Σ lengths. */
  readonly steps: number;
  /** `[T]` samples that have each step: in the pass's order the first ones. */
  readonly having: Int32Array;
}

/** @param lengths `[B]` steps of each sample, 1 … T; undefined where all have T: the order is then the caller's */
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

/** `[B]` to panels [P][8]; lanes past the batch are as long as its last sample. */
export function lengthPanels(to: Int32Array, { lengths }: Order): void {
  toPanels(to, lengths, 1, lengths.length, 1);
}

/**
 * `[T, B, N]` by the caller's samples, each from step 0 on, to the pass's: each up to step T − 1, zero before its
 * first.
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
