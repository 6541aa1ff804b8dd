import type { TheoryComparison } from "./flow/theory-comparison.ts";
import type { TaskCost } from "./cost.ts";
import type { PresetReport } from "./presets/types.ts";
import type { Crossing, Reach, WorstGain } from "../metrics/index.ts";

/**
 * What became of the gradient on its way back. `blocked`: the path is sound, but another part stands in the way.
 * `healthy`: every part that was measured is.
 */
export type Verdict = "vanishing" | "exploding" | "healthy" | "dead" | "nonfinite" | "mixed" | "blocked";

/** Where between the data and the update a judgement belongs, in that order. */
export type PartName = "input" | "path" | "readout" | "loss" | "update";

/**
 * A part's state: `healthy`, `unmeasured`, or what stands in the way there.
 *
 * - `input`: `dead` (nothing reaches the first layer's weights), `saturated`, `shut` (gates that let nothing in),
 *   `unheard` (the inputs hardly change a pre-activation), `unscaled` (one column drowns the others, or all lie far
 *   from 0 beside what they vary by), `constant` (all samples are alike), `mixed` (some samples send nothing)
 * - `path`: the path's verdict
 * - `readout`: `dead`, `too-small`, `too-large`
 * - `loss`: `nonfinite`, `no-gradient`, `constant-labels`, `above-trivial`
 * - `update`: `frozen`, `rate-too-small`, `rate-too-large`, `diverging`
 */
export type PartState =
  | "healthy"
  | "unmeasured"
  | Exclude<Verdict, "blocked">
  | "saturated"
  | "shut"
  | "unheard"
  | "unscaled"
  | "constant"
  | "too-small"
  | "too-large"
  | "no-gradient"
  | "constant-labels"
  | "above-trivial"
  | "frozen"
  | "rate-too-small"
  | "rate-too-large"
  | "diverging";

export interface Part {
  readonly part: PartName;
  readonly state: PartState;
  /** What was measured there, in a sentence. */
  readonly evidence: string;
  /** The numbers behind it. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** One thing to do. */
export interface Advice {
  readonly sentence: string;
  /** Options of `rnn` or `mlp` that do it; empty where no option does. */
  readonly options: readonly string[];
  /** The same as a JSON merge patch of the spec (RFC 7396); empty where the spec is not what has to change. */
  readonly patch: Readonly<Record<string, unknown>>;
}

/**
 * What the loss side says, beside the path:
 * - `training`: the loss sends a gradient of ordinary size;
 * - `converged`: the loss is at most 1 % of its baseline, so its gradient is small whatever the path does;
 * - `plateau`: the loss is that of the best trivial answer: nothing learned yet, stuck there, or nothing to learn;
 * - `constant-labels`: the best constant answer has loss 0: the labels carry nothing;
 * - `no-gradient`: the loss sends exactly zero into the last station;
 * - `unlabeled`: the pass had no targets;
 * - `nonfinite`: the loss is NaN or infinite;
 * - `diverging`, `above-trivial`, of a run whose losses are known: it has run away from its least value; it stands
 * above
 *   the trivial answer's.
 */
export type LossState =
  | "training"
  | "converged"
  | "plateau"
  | "constant-labels"
  | "no-gradient"
  | "unlabelled"
  | "nonfinite"
  | "diverging"
  | "above-trivial";

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
 * - `dropout`, `zoneout`: the masks that a pass draws;
 * - `interference`: routes that meet cancel, or line up;
 * - `depth`, `length`: a factor within a good initialization's tolerance of 1, many times (layers, steps);
 * - `above`, `injected`: what the layer above, or the loss at that very step, brings;
 * - `input-scale`: the scale of the inputs, or of one column;
 * - `input-zero`, `input-constant`: inputs that are zero, or alike in every sample;
 * - `bias`: a bias that holds units or gates shut;
 * - `single-sample`: batch normalization over one sample;
 * - `target-scale`, `readout-scale`, `labels`: what keeps the loss far above the trivial answer's, or without a
 * gradient;
 * - `learning-rate`: updates too small or too large;
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
  | "dropout"
  | "zoneout"
  | "interference"
  | "depth"
  | "length"
  | "above"
  | "injected"
  | "input-scale"
  | "input-zero"
  | "input-constant"
  | "bias"
  | "single-sample"
  | "target-scale"
  | "readout-scale"
  | "labels"
  | "learning-rate"
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
  /** The parameter that does it, where it can be told. */
  readonly tensor?: string;
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
  /**
   * Gains at the worst station of the batch's samples, by quantile, and the share of samples whose gradient is exactly
   * zero there; null without quantiles.
   */
  readonly samples: {
    readonly q05: number;
    readonly q50: number;
    readonly q95: number;
    readonly silent?: number;
  } | null;
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
  /** Input, path, readout, loss, update: the state of each and what it rests on. */
  readonly parts: readonly Part[];
  /**
   * What else the data say before the first layer, a sentence each: equal or constant columns, padding, zeros, classes.
   */
  readonly data: readonly string[];
  /** What to do about it, the first thing first. */
  readonly advice: readonly Advice[];
  /** Largest share first; empty where nothing stands in the way. */
  readonly causes: readonly Cause[];
  readonly evidence: Evidence;
  /** From and to: the stations concerned, index 0 farthest from the loss; for a healthy path all. */
  readonly stations: readonly [from: number, to: number];
  readonly forecast: Forecast;
  /** The constants it was judged by. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** What other tools' rules would have said. */
  readonly presets: readonly PresetReport[];
  /** What fading costs on the task, where that was measured. */
  readonly cost?: TaskCost;
  /** What theory expected, where it was asked for. */
  readonly theory?: TheoryComparison;
}
