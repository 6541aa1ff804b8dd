/**
 * The gradient of one weight matrix in the numbers that other tools use. Numbers that were not measured are left out.
 */
export interface LayerMeasurements {
  readonly name: string;
  /** The number of entries. */
  readonly count: number;
  /** ln of the mean of |g|; −∞ if it is exactly zero, NaN or +∞ if the gradient is not finite. */
  readonly lnMeanAbs?: number | undefined;
  /** ln ‖g‖. */
  readonly lnGradientNorm?: number | undefined;
  /** Share of g's entries that are exactly zero. */
  readonly zeroShare?: number | undefined;
  /** ln ‖w‖. */
  readonly lnWeightNorm?: number | undefined;
  /** ln ‖Δw‖ − ln ‖w‖ of one update. */
  readonly lnUpdateRatio?: number | undefined;
}

/** The activations of one layer over a batch. Numbers that were not measured or do not apply to this φ are left out. */
export interface StationMeasurements {
  readonly name: string;
  /** Standard deviation over batch and units. */
  readonly std?: number | undefined;
  /** Share of units that are inactive over at least 95 % of the batch. */
  readonly deadUnits?: number | undefined;
  /** For a rectifier: share of outputs that are not above 0. */
  readonly nonPositive?: number | undefined;
  /** Share of pre-activations with |a| > 5. */
  readonly beyond5?: number | undefined;
  /** For tanh or sigmoid: share of pre-activations beyond ±9.4999, or ±17. */
  readonly atBound?: number | undefined;
  /** Share of units whose saturation ρ_B is above 0.85. */
  readonly saturatedUnits?: number | undefined;
}

export interface Measurements {
  /** Weight matrices, nearest the input first. */
  readonly layers: readonly LayerMeasurements[];
  /** In the same order; empty if activations were not measured. */
  readonly stations: readonly StationMeasurements[];
}

/**
 * The problem that a rule reports: with a gradient, with units, with the size of a step or with the initial weights.
 * NaN and infinities count as `exploding`.
 */
export type Problem = "exploding" | "vanishing" | "dead" | "saturated" | "initialisation" | "updates";

/** One place where a rule fired. */
export interface Reading {
  readonly where: string;
  readonly value: number;
}

/** One rule of one tool. */
export interface Rule {
  /** The number that it compares: `mean |g| of a layer`. */
  readonly quantity: string;
  /** The bound: `< 1e-7`. */
  readonly threshold: string;
  readonly problem: Problem;
  /** The measurement that it needs. */
  readonly needs: string;
  /** The places where it fires, nearest the input first; null if the measurement that it needs is missing. */
  readonly judge: (measurements: Measurements) => readonly Reading[] | null;
}

/** The rules of a tool that concern gradients. */
export interface Preset {
  readonly system: string;
  readonly source: string;
  readonly rules: readonly Rule[];
}

export interface PresetFinding extends Omit<Rule, "judge" | "needs">, Reading {
  /** The number of places where it fired; `where` and `value` are those of the first. */
  readonly places: number;
}

/** The findings of one tool's rules. Plain data. */
export interface PresetReport {
  readonly system: string;
  readonly source: string;
  /**
   * The most serious problem (in the order of `Problem`); `nothing` if no rule fired, `not judged` if no rule could be
   * applied.
   */
  readonly verdict: Problem | "nothing" | "not judged";
  readonly findings: readonly PresetFinding[];
  readonly notJudged: readonly Pick<Rule, "quantity" | "problem" | "needs">[];
}
