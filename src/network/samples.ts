import type { Batch } from "../tasks/batch.ts";

/** Samples first … first + count of a batch, as a batch of their own. */
export function samplesOf(batch: Batch, first: number, count: number): Batch {
  const { steps = 1, inputs, targets, batch: B, lossAt } = batch;
  const scored = batch.steps !== undefined && lossAt === "every" ? steps : 1; // rows of targets a sample has
  return {
    ...batch,
    batch: count,
    firstSample: (batch.firstSample ?? 0) + first,
    inputs: cut(inputs, steps, B, first, count),
    ...(batch.lengths === undefined ? {} : { lengths: batch.lengths.slice(first, first + count) }),
    ...(batch.tokens === undefined ? {} : { tokens: cut(batch.tokens, steps, B, first, count) }),
    ...(targets === undefined ? {} : { targets: cut(targets, scored, B, first, count) }),
  };
}

/** `[S, B, N]` → `[S, count, N]`. */
function cut<Values extends Float32Array | Int32Array>(
  values: Values,
  S: number,
  B: number,
  first: number,
  count: number,
) {
  const N = values.length / (S * B);
  const picked = values.slice(0, S * count * N) as Values;
  for (let s = 0; s < S; s++)
    picked.set(values.subarray((s * B + first) * N, (s * B + first + count) * N), s * count * N);
  return picked;
}
