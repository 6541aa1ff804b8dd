import { inFrame, lnNorm } from "./log-norm.ts";
import { finish, inSlices } from "../base/time-slicing.ts";
import type { Quantiles } from "./types/index.ts";

/**
 * 5, 50 and 95 % quantiles over the batch of ln ‖δ_{s,b}‖, linear between order statistics (Hyndman and Fan 1996, type
 * 7, as NumPy); and the share of samples whose norm is exactly zero.
 *
 * @param squares   [L, S, B] squares, summed over layers here
 * @param exponents [L, S, B]
 */
export function quantiles(squares: Float64Array, exponents: Int32Array, L: number, S: number, B: number): Quantiles {
  return finish(readQuantiles(() => ({ total: squares, exponents }), L, S, B));
}

/**
 * `quantiles` of the numbers that `view` returns, with pauses between slices of stations.
 *
 * @param having `[S]` how many samples, the first ones, have each station; all if left out
 */
export function* readQuantiles(
  view: () => { readonly total: Float64Array; readonly exponents: Int32Array },
  L: number,
  S: number,
  B: number,
  having?: Int32Array,
): Generator<void, Quantiles> {
  const q05 = new Float64Array(S);
  const q50 = new Float64Array(S);
  const q95 = new Float64Array(S);
  const silent = new Float64Array(S);
  const all = new Float64Array(B);
  yield* inSlices(S, L * B, (from, to) => {
    const { total, exponents } = view();
    for (let s = from; s < to; s++) {
      const samples = having?.[s] ?? B;
      const values = all.subarray(0, samples);
      for (let b = 0; b < samples; b++) values[b] = sampleNorm(total, exponents, L, S * B, s * B + b);
      values.sort(); // numeric, NaN last
      q05[s] = at(values, 0.05);
      q50[s] = at(values, 0.5);
      q95[s] = at(values, 0.95);
      let zeros = 0;
      while (zeros < samples && values[zeros] === Number.NEGATIVE_INFINITY) zeros++;
      silent[s] = zeros / samples;
    }
  });
  return { q05, q50, q95, silent };
}

/** One sample's ln norm at one station, all layers together. */
function sampleNorm(squares: Float64Array, exponents: Int32Array, L: number, stride: number, place: number): number {
  if (L === 1) return lnNorm(squares[place], exponents[place]);
  let top = Number.NEGATIVE_INFINITY;
  for (let l = 0, i = place; l < L; l++, i += stride) if (squares[i] !== 0 && exponents[i] > top) top = exponents[i];
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let l = 0, i = place; l < L; l++, i += stride)
    if (squares[i] !== 0) sum += inFrame(squares[i], exponents[i] - top);
  return lnNorm(sum, top);
}

/**
 * Interpolating between −∞ and a number gives −∞, so a quantile is finite only if both neighboring samples have a
 * gradient.
 */
function at(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const a = sorted[low];
  if (place === low || a === Number.NEGATIVE_INFINITY) return a;
  const b = sorted[low + 1];
  return a === b ? a : a + (b - a) * (place - low);
}
