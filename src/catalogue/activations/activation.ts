/** Gaussian moments of a φ in closed form, u ~ N(0, q); a pair (u₁, u₂) has variances q and correlation c. */
export interface GaussianMoments {
  /** E φ(u). */
  readonly mean?: (q: number) => number;
  /** E φ(u)². */
  readonly square?: (q: number) => number;
  /** Var φ(u). */
  readonly variance?: (q: number) => number;
  /** E φ'(u)². */
  readonly slopeSquare?: (q: number) => number;
  /** E φ'(u)⁴. */
  readonly slopeFourth?: (q: number) => number;
  /** d E φ(u)² / dq. */
  readonly lengthSlope?: (q: number) => number;
  /** E φ(u₁) φ(u₂). */
  readonly valueProduct?: (q: number, c: number) => number;
  /** E φ'(u₁) φ'(u₂). */
  readonly slopeProduct?: (q: number, c: number) => number;
}

/** φ in float64. Definitions and constants are `torch.nn.functional`'s. */
export interface Shape {
  /** φ(u). */
  readonly value: (u: number) => number;
  /** φ'(u); at a kink the value of one side. */
  readonly slope: (u: number) => number;
  /** Points where φ or one of its first derivatives jumps: quadrature splits there. */
  readonly kinks: readonly number[];
  /**
   * The a of φ(u) = u for u > 0, a·u for u ≤ 0: scaling u scales φ, so that E φ² = q (1 + a²)/2 and E φ'² = (1 + a²)/2
   * for every q. Absent for every other φ.
   */
  readonly negativeSlope?: number;
  /** Closed forms, where quadrature would be slow, or cannot follow φ. */
  readonly moments?: GaussianMoments;
}

/** The initialization of a feed-forward network's weights that belongs to a φ. */
export interface FittingWeights {
  readonly weight: "he_normal" | "lecun_normal" | "xavier_normal";
  readonly gain: number | "auto";
  /** The words that a remedy adds to the name of φ, such as " with He's initialization". */
  readonly words: string;
  /** Author and year of φ and its initialization. */
  readonly source: string;
}

/**
 * Every fact about an activation except its kernel. The kernel is in `assembly/layers/activations/`; the core's enum
 * `ActivationKind` lists it under the same name. One file of this folder holds one activation; the table is in
 * `index.ts`.
 */
export interface ActivationFacts extends Shape {
  /** The name that sentences use: "ReLU". */
  readonly title: string;
  /** φ as a formula in u. */
  readonly formula: string;
  /** Author and year. */
  readonly source: string;
  /** Further names, squeezed to lower-case letters and digits. */
  readonly aliases?: readonly string[];
  /**
   * sup |φ'|; a unit counts as saturated where |φ'| is below 1 % of it. An unbounded φ' has ∞ here, and no unit of it
   * is saturated.
   */
  readonly largestSlope: number;
  /** `largestSlope` as a sentence writes it, where it is not 1. */
  readonly largestSlopeText?: string;
  /**
   * The factor on weights of variance 1/fan_in at which depth neither shrinks nor grows the signal:
   * `torch.nn.init.calculate_gain` where PyTorch has one (leaky ReLU at `torch.nn.functional`'s slope .01; PReLU is
   * leaky ReLU at its first slope, He et al. 2015, equation 15). For the others it follows from He's argument at unit
   * pre-activation variance: 1/√E[φ(z)²] with z ~ N(0, 1), by quadrature; a test computes them again.
   */
  readonly gain: number;
  /** Smallest and largest φ, where both are finite. */
  readonly range?: readonly [number, number];
  /** φ' falls toward 0 on both sides: larger weights cannot compensate for it. */
  readonly saturates?: true;
  /**
   * φ' is exactly zero on whole intervals (for prelu: if its learned slope is zero). A gradient that becomes zero there
   * has not underflowed.
   */
  readonly flat?: true;
  /** φ passes positive u and suppresses most of negative u, so that He's initialization keeps the variance. */
  readonly rectifies?: true;
  /** φ and φ' are 0 for every u ≤ 0: a unit can be off for the whole batch. */
  readonly closesBelowZero?: true;
  /** φ has a learned slope, the parameter `activations.{l}.weight`; Elman cells cannot use it. */
  readonly learnedSlope?: true;
  /** The |u| at which |φ'| is 1 % of its largest value, and the |u| from which φ in float32 equals its bound. */
  readonly ends?: { readonly onePercent: number; readonly bound: number };
  /** The weights a remedy proposes together with this φ. Absent: no remedy proposes it. */
  readonly weights?: FittingWeights;
}
