/**
 * Statistics of the stations in addition to their gradient's norm: one value for each station, over the real samples of
 * the batch.
 */
export interface StationStatistics {
  /** Mean and variance of the activations, over batch and units. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** ln ‖h_s‖_F. */
  readonly lnForwardNorm: Float64Array;
  /** Share of entries with |φ'| below 1 % of its largest value. */
  readonly saturated: Float64Array;
  /**
   * For tanh and sigmoid: share of pre-activations with |a| > 5; and with |a| beyond 9.4999 (tanh) or 17 (sigmoid),
   * where a float32 φ equals its bound.
   */
  readonly beyond5?: Float64Array;
  readonly atBound?: Float64Array;
  /** Share of units whose φ' is exactly zero for the whole batch. */
  readonly dead: Float64Array;
  /** Share of the gradient's entries that are exactly zero. */
  readonly zero: Float64Array;
  /** Share of the entries below 2⁻¹²⁶: a float32 would hold them as subnormals, or as zero. */
  readonly subnormal: Float64Array;
}

export interface ParameterFlow {
  readonly name: string;
  readonly shape: readonly number[];
  /** ln ‖∂L/∂W‖_F. */
  readonly lnGradientNorm: number;
  /** ln ‖W‖_F. */
  readonly lnNorm: number;
  /** ln of the mean of |∂L/∂W_ij|. */
  readonly lnMeanAbsGradient?: number;
  /** Share of the gradient's entries that are exactly zero. */
  readonly zeroShare?: number;
  /** Numbers of the values themselves, for a layer with most of its units off. */
  readonly values?: ValueNumbers;
}

/** A parameter's values in numbers. */
export interface ValueNumbers {
  readonly mean: number;
  readonly rootMeanSquare: number;
  /** Share of the values that are exactly zero, and below zero. */
  readonly zeros: number;
  readonly negative: number;
  /** For a matrix ‖W‖_F²/σ_max²: from 1, for rank one, up to its smaller dimension. */
  readonly stableRank?: number;
}
