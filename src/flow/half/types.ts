import type { HalfName } from "./formats.ts";
import type { HalfShares } from "./magnitudes.ts";

/**
 * How much of a gradient half precision would keep. The pass itself is float32; each entry of the gradient is then
 * converted as in PyTorch, with and without a loss scale.
 */
export interface HalfFlow {
  /**
   * With more than 1,000 steps: place i of `stations` below covers the steps edges[i] ≤ t < edges[i + 1]. Absent where
   * each place is one station.
   */
  readonly edges?: readonly number[];
  /** float16, then bfloat16. */
  readonly formats: readonly HalfFormatFlow[];
}

export interface HalfFormatFlow {
  readonly format: HalfName;
  /**
   * The power of two by which to multiply the loss: with it nothing overflows, neither at a station nor in a
   * parameter's gradient, and the fewest entries are lost. Of several equally good powers, the one nearest to 1.
   */
  readonly lossScale: number;
  /** The smallest and the largest loss scale that are as good. */
  readonly leastScale: number;
  readonly mostScale: number;
  readonly unscaled: HalfView;
  /** The shares with `lossScale`. */
  readonly scaled: HalfView;
}

/** Shares over the entries of δ of all stations and layers; and of each station, and of each parameter's gradient. */
export interface HalfView extends HalfShares {
  readonly stations: HalfStations;
  readonly parameters: readonly (HalfShares & { readonly name: string })[];
}

/** One share for each station or run of stations; in a stack, over all layers together. */
export interface HalfStations {
  readonly lost: Float64Array;
  readonly subnormal: Float64Array;
  readonly overflow: Float64Array;
}
