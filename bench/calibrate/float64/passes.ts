/** One network's float64 passes. */
export interface Passes {
  /** h of every station, [S] of [B, H]. */
  readonly stations: readonly Float64Array[];
  /** ln ‖δ_s,b‖² of a cotangent `[B, H]` at the last station, [S] of [B]: right at any size, −∞ exactly zero. */
  back(cotangents: Float64Array): Float64Array[];
}

/** A parameter by name. */
export type Values = (name: string) => Float64Array;
