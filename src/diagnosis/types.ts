import type { TheoryComparison } from "./theory.ts";
import type { PresetReport } from "./presets/types.ts";
import type { Crossing, Reach, WorstGain } from "../metrics/index.ts";

/** What became of the gradient on its way back. */
export type Verdict = "vanishing" | "exploding" | "healthy" | "dead" | "nonfinite" | "mixed";

/**
 * What the loss side says, beside the path:
 * - `training`: the loss sends a gradient of ordinary size;
 * - `converged`: the loss is at most 1 % of its baseline, so its gradient is small whatever the path does;
 * - `plateau`: the loss is that of the best trivial answer: nothing learned yet, stuck there, or nothing to learn;
 * - `constant-labels`: the best constant answer has loss 0: the labels carry nothing;
 * - `no-gradient`: the loss sends exactly zero into the last station;
 * - `unlabeled`: the pass had no targets;
 * - `nonfinite`: the loss is NaN or infinite.
 */
export type LossState =
  | "training"
  | "converged"
  | "plateau"
  | "constant-labels"
  | "no-gradient"
  | "unlabelled"
  | "nonfinite";

/**
 * What can be accused:
 * - `saturation`: φ' of a bounded activation below what unit-variance pre-activations give;
 * - `dead-units`: the same for a rectifier: fewer units open than a symmetric input would open;
 * - `small-derivatives`: a bounded activation's φ' where it is not saturated (sigmoid's is at most 1/4);
 * - `weights`: too small or too large for the activation: initialization or gain;
 * - `closed-gate`: an LSTM's forget gate, a GRU's update gate or a highway's carry gate lets too little through;
 * - `cell-output`: the way from an LSTM's h into its c, through output gate and tanh'(c), taken once at the last step;
 * - `hidden-route`: a gated cell's way through its hidden weights;
 * - `normalization`: a normalization's adjoint;
 * - `residual-sum`: branch and skip path add up, unscaled;
 * - `branch-scale`: the multiplier of a residual branch;
 * - `interference`: routes that meet cancel, or line up;
 * - `depth`, `length`: a factor within a good initialization's tolerance of 1, many times (layers, steps);
 * - `above`, `injected`: what the layer above, or the loss at that very step, brings;
 * - `nonfinite-value`: a parameter or an input that was NaN or infinite before the pass began;
 * - `forward`: the forward pass itself left the numbers' range;
 * - `unattributed`: the flow has no ledger to accuse anything by.
 * Another name is a ledger's factor that this list does not know.
 */
export type CauseName =
  | "saturation"
  | "dead-units"
  | "small-derivatives"
  | "weights"
  | "closed-gate"
  | "cell-output"
  | "hidden-route"
  | "normalisation"
  | "residual-sum"
  | "branch-scale"
  | "interference"
  | "depth"
  | "length"
  | "above"
  | "injected"
  | "nonfinite-value"
  | "forward"
  | "unattributed"
  | (string & {});

export interface Cause {
  readonly factor: CauseName;
  /** Of the whole: the shares of a diagnosis add up to 1. */
  readonly share: number;
  /** The share in nats of the gain that was judged, signed: these add up to that gain. NaN or −∞ where it is. */
  readonly charged: number;
  /**
   * The factor's own sum along the path, signed: what the ledger says it did. −∞ where it is what killed the gradient.
   */
  readonly nats: number;
  /** From and to: the shortest run of stations where half of it happens; index 0 is farthest from the loss. */
  readonly stations: readonly [from: number, to: number];
  readonly sentence: string;
}

export interface Evidence {
  /** What the verdict rests on: the transport probe, the last step's loss alone, or the loss gradient. */
  readonly source: "probe" | "lastStep" | "loss";
  /** S. */
  readonly stationCount: number;
  /** ln ‖δ_first‖ − ln ‖δ_last‖ of the source; null for fewer than two stations. */
  readonly totalGain: number | null;
  /** The station whose gain is farthest from 0: what the verdict is judged by. */
  readonly worst: WorstGain;
  /** Decay of the source, as in a flow: nats a station, stations, R². Null for fewer than two finite stations. */
  readonly perStation: number | null;
  readonly halfLife: number | null;
  readonly rSquared: number | null;
  /** How far back the gradient keeps a thousandth of its norm. */
  readonly reach: Reach;
  /** Gains at the worst station of the batch's samples, by quantile; null without quantiles. */
  readonly samples: { readonly q05: number; readonly q50: number; readonly q95: number } | null;
  readonly loss: {
    readonly value: number | null;
    readonly baseline: number | null;
    /** ln ‖∂L/∂h_last‖_F: small in a converged run. */
    readonly lnGradientNorm: number;
    /** ln ‖δ_first‖ − ln ‖δ_last‖ of the loss gradient; NaN where it is zero throughout. */
    readonly totalGain: number;
  };
  /** What to know before believing the numbers, in sentences. */
  readonly notes: readonly string[];
}

export interface Forecast {
  /**
   * Stations from the loss at which a float32 gradient of norm 1 at the last station falls below … ; null where it
   * never does.
   */
  readonly float32Underflow: {
    /** 2⁻¹²⁶, the smallest normal number: digits are lost from here on. */
    readonly normal: Crossing | null;
    /** 2⁻¹⁴⁹, the smallest number: nothing but zero from here on. */
    readonly zero: Crossing | null;
  };
  /** … at which it passes 2¹²⁸. */
  readonly float32Overflow: Crossing | null;
}

/**
 * A judgement of one flow. Plain data; numbers may be ±∞ or NaN, as a flow's are.
 */
export interface Diagnosis {
  readonly verdict: Verdict;
  readonly state: LossState;
  /**
   * 0 flawless, ½ on the threshold of the verdict, 1 nothing arrives (or nothing but NaN): |g|/(|g| + threshold), g the
   * worst gain.
   */
  readonly severity: number;
  /** What a good engineer would say, with the numbers. */
  readonly summary: string;
  /** What to do about it, in a line. */
  readonly advice: string;
  /** Largest share first; empty for a healthy path. */
  readonly causes: readonly Cause[];
  readonly evidence: Evidence;
  /** From and to: the stations concerned, index 0 farthest from the loss; for a healthy path all. */
  readonly stations: readonly [from: number, to: number];
  readonly forecast: Forecast;
  /** The constants it was judged by. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** What other tools' rules would have said. */
  readonly presets: readonly PresetReport[];
  /** What theory expected, where it was asked for. */
  readonly theory?: TheoryComparison;
}
