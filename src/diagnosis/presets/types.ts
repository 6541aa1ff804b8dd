/** One weight matrix's gradient, in the numbers that other tools judge by. What was not measured is left out. */
export interface LayerMeasurements {
  readonly name: string;
  /** How many entries it has. */
  readonly count: number;
  /** ln of the mean of |g|; −∞ exactly zero, NaN or +∞ where the gradient is not finite. */
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

/** One layer's activations over a batch. What was not measured, or means nothing for this φ, is left out. */
export interface StationMeasurements {
  readonly name: string;
  /** Standard deviation over batch and units. */
  readonly std?: number | undefined;
  /** Share of units that are inactive over at least 95 % of the batch. */
  readonly deadUnits?: number | undefined;
  /** Of a rectifier: share of outputs that are not above 0. */
  readonly nonPositive?: number | undefined;
  /** Share of pre-activations with |a| > 5. */
  readonly beyond5?: number | undefined;
  /** Of tanh or sigmoid: share of pre-activations beyond ±9.4999, or ±17. */
  readonly atBound?: number | undefined;
  /** Share of units whose saturation ρ_B is above 0.85. */
  readonly saturatedUnits?: number | undefined;
}

export interface Measurements {
  /** Weight matrices, nearest the input first. */
  readonly layers: readonly LayerMeasurements[];
  /** In the same order; empty where activations were not measured. */
  readonly stations: readonly StationMeasurements[];
}

/**
 * What a rule complains of: a gradient, units, a step's size, or the initial weights. NaN and infinities count as
 * `exploding`.
 */
export type Problem = "exploding" | "vanishing" | "dead" | "saturated" | "initialisation" | "updates";

/** One place where a rule fired. */
export interface Reading {
  readonly where: string;
  readonly value: number;
}

/** One rule of one tool. */
export interface Rule {
  /** What it compares: `mean |g| of a layer`. */
  readonly quantity: string;
  /** With what: `< 1e-7`. */
  readonly threshold: string;
  readonly problem: Problem;
  /** What it cannot be judged without. */
  readonly needs: string;
  /** Where it fires, the place nearest the input first; null where what it needs was not measured. */
  readonly judge: (measurements: Measurements) => readonly Reading[] | null;
}

/** A tool's rules, as far as they concern gradients. */
export interface Preset {
  readonly system: string;
  readonly source: string;
  readonly rules: readonly Rule[];
}

export interface PresetFinding extends Omit<Rule, "judge" | "needs">, Reading {
  /** In how many places it fired: `where` and `value` are the first's. */
  readonly places: number;
}

/** What one tool's rules would have said. Plain data. */
export interface PresetReport {
  readonly system: string;
  readonly source: string;
  /**
   * The gravest problem found (in the order of `Problem`); `nothing` where no rule fired, `not judged` where none could
   * be.
   */
  readonly verdict: Problem | "nothing" | "not judged";
  readonly findings: readonly PresetFinding[];
  readonly notJudged: readonly Pick<Rule, "quantity" | "problem" | "needs">[];
}
