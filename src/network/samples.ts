import { CELL_TABLE } from "../catalogue/index.ts";
import type { NetworkSpec, RecurrentSpec } from "../spec/index.ts";
import { stateWidth } from "../spec/initial-state.ts";
import { layerSpecs } from "../spec/layers.ts";
import type { Batch } from "../tasks/batch.ts";

/**
 * Samples first … first + count of a batch, as a batch of their own.
 *
 * @param spec the network's, which tells the layout of a batch's first state
 */
export function samplesOf(batch: Batch, first: number, count: number, spec: NetworkSpec): Batch {
  const { steps = 1, inputs, targets, batch: B, lossAt, state } = batch;
  const ofState = (values: Float32Array) =>
    cutState(values, spec as RecurrentSpec, values === state?.c, B, first, count);
  const scored = batch.steps !== undefined && lossAt === "every" ? steps : 1; // how many rows of targets a sample has
  return {
    ...batch,
    batch: count,
    firstSample: (batch.firstSample ?? 0) + first,
    inputs: cut(inputs, steps, B, first, count),
    ...(batch.lengths === undefined ? {} : { lengths: batch.lengths.slice(first, first + count) }),
    ...(batch.tokens === undefined ? {} : { tokens: cut(batch.tokens, steps, B, first, count) }),
    ...(state === undefined
      ? {}
      : { state: { h: ofState(state.h), ...(state.c === undefined ? {} : { c: ofState(state.c) }) } }),
    ...(targets === undefined ? {} : { targets: cut(targets, scored, B, first, count) }),
  };
}

/** `[B, H]` of each layer and direction → `[count, H]` of each. @param cells whether `values` is c */
function cutState(values: Float32Array, spec: RecurrentSpec, cells: boolean, B: number, first: number, count: number) {
  const parts: Float32Array[] = [];
  let at = 0;
  for (const layer of layerSpecs(spec)) {
    if (cells && !CELL_TABLE[layer.cell].cellState) continue;
    const H = stateWidth(layer, cells ? "c" : "h");
    for (let d = 0; d < (spec.bidirectional ? 2 : 1); d++, at += B * H) {
      parts.push(values.subarray(at + first * H, at + (first + count) * H));
    }
  }
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
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
