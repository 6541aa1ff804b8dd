import type { HalfName } from "./formats.ts";
import type { HalfShares } from "./magnitudes.ts";

/**
 * What half precision would keep of a gradient, entry by entry: the passes themselves are float32, and each entry of it
 * is converted as PyTorch would, with a loss scale or without.
 */
export interface HalfFlow {
  /**
   * Of more than 1,000 steps: run i of `stations` below holds the steps edges[i] ≤ t < edges[i + 1]. Left out where
   * each station stands alone.
   */
  readonly edges?: readonly number[];
  /** float16, then bfloat16. */
  readonly formats: readonly HalfFormatFlow[];
}

export interface HalfFormatFlow {
  readonly format: HalfName;
  /**
   * The power of two by which to multiply the loss: under it nothing overflows, neither at a station nor in a
   * parameter's gradient, and fewest entries are lost. Of several that do as well the one nearest to 1.
   */
  readonly lossScale: number;
  /** The least and the largest loss scale that do as well. */
  readonly leastScale: number;
  readonly mostScale: number;
  readonly unscaled: HalfView;
  /** With `lossScale`. */
  readonly scaled: HalfView;
}

/** Shares over the entries of δ of all stations and layers; and of each station, and of each parameter's gradient. */
export interface HalfView extends HalfShares {
  readonly stations: HalfStations;
  readonly parameters: readonly (HalfShares & { readonly name: string })[];
}

/** A share a station, or a run of stations; in a stack of all layers together. */
export interface HalfStations {
  readonly lost: Float64Array;
  readonly subnormal: Float64Array;
  readonly overflow: Float64Array;
}
