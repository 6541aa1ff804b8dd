import type { TheoryComparison } from "./flow/theory-comparison.ts";
import type { TaskCost } from "./cost.ts";
import type { PresetReport } from "./presets/types.ts";
import type { Verdict } from "./verdict-name.ts";
import type { Crossing, Reach, WorstGain } from "../metrics/index.ts";

export type { Verdict };

/** The parts that are judged, in order from the data to the update. */
export type PartName = "input" | "path" | "readout" | "loss" | "update";

/**
 * The state of a part: `healthy`, `unmeasured`, or its fault.
 *
 * - `input`: `dead` (nothing reaches the first layer's weights), `saturated`, `shut` (gates that let nothing in),
 * `unheard` (the inputs hardly change a pre-activation), `unscaled` (one column is far larger than the others, or all
 * are far from 0 compared with their variation), `constant` (all samples are alike), `mixed` (some samples send no
 * gradient)
 * - `path`: the path's verdict
 * - `readout`: `dead`, `too-small`, `too-large`
 * - `loss`: `nonfinite`, `no-gradient`, `constant-labels`, `above-trivial`, `unscaled`, `out-of-reach` (the network is
 *   linear, and no linear answer solves the task)
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
  | "out-of-reach"
  | "frozen"
  | "rate-too-small"
  | "rate-too-large"
  | "diverging";

export interface Part {
  readonly part: PartName;
  readonly state: PartState;
  /** The measurement in a sentence. */
  readonly evidence: string;
  /** The numbers behind the judgement. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** One thing to do. */
export interface Advice {
  readonly sentence: string;
  /** Options of `rnn` or `mlp` that do it; empty if no option does. */
  readonly options: readonly string[];
  /** The change as a JSON merge patch of the spec (RFC 7396); empty if something other than the spec must change. */
  readonly patch: Readonly<Record<string, unknown>>;
}

/**
 * The state of the loss:
 * - `training`: the loss sends a gradient of ordinary size;
 * - `converged`: the loss is at most 1 % of its baseline, so its gradient is small for any path;
 * - `plateau`: the loss is that of the best trivial answer: the network has learned nothing yet or cannot leave this
 *   level, or there is nothing to learn;
 * - `constant-labels`: the best constant answer has loss 0: the labels carry no information;
 * - `no-gradient`: the loss sends exactly zero into the last station;
 * - `unlabelled`: the pass had no targets;
 * - `nonfinite`: the loss is NaN or infinite;
 * - `diverging`: the loss of a run has grown far above its least value;
 * - `above-trivial`: the loss of a run is above that of the trivial answer.
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
 * The possible causes:
 * - `saturation`: φ' of a bounded activation below what unit-variance pre-activations give;
 * - `dead-units`: fewer units of a rectifier are on than with an input symmetric about 0;
 * - `small-derivatives`: φ' of a bounded activation that is not saturated (sigmoid's is at most 1/4);
 * - `weights`: too small or too large for the activation: initialization or gain;
 * - `closed-gate`: an LSTM's forget gate, a GRU's update gate or a highway's carry gate lets too little through;
 * - `cell-output`: the path from an LSTM's h into its c at the last step, through the output gate and tanh'(c);
 * - `hidden-route`: the path of a gated cell through its hidden weights;
 * - `normalisation`: the adjoint of a normalization;
 * - `residual-sum`: branch and skip path add up without a scale;
 * - `branch-scale`: the multiplier of a residual branch;
 * - `dropout`, `zoneout`: the masks that a pass draws;
 * - `interference`: gradients of several routes cancel, or add up, where they meet;
 * - `depth`, `length`: a factor near 1, which even a good initialization has, over many layers or steps;
 * - `above`, `injected`: the gradient that comes from the layer above, or from the loss at the same step;
 * - `input-scale`: the scale of the inputs, or of one column; `sample-scale`: that of some samples beside the others;
 * - `input-zero`, `input-constant`: inputs that are zero, or equal in every sample;
 * - `bias`: a bias that turns units off or closes gates;
 * - `single-sample`: batch normalization over one sample;
 * - `target-scale`, `readout-scale`, `labels`: the reason why the loss is far above that of the trivial answer, or
 * sends
 *   no gradient;
 * - `linear`: the network has no nonlinearity, and no linear answer solves the task;
 * - `learning-rate`: updates too small or too large;
 * - `nonfinite-value`: a parameter or an input that was NaN or infinite before the pass began;
 * - `forward`: the forward pass itself left the range of numbers;
 * - `unattributed`: not known, because the flow has no ledger.
 * Another name is the name of a factor of a ledger.
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
  | "sample-scale"
  | "input-zero"
  | "input-constant"
  | "bias"
  | "single-sample"
  | "target-scale"
  | "readout-scale"
  | "labels"
  | "linear"
  | "learning-rate"
  | "nonfinite-value"
  | "forward"
  | "unattributed"
  | (string & {});

export interface Cause {
  readonly factor: CauseName;
  /** Share of the whole; the shares of a diagnosis add up to 1. */
  readonly share: number;
  /** The share in nats, signed; the shares add up to the gain that was judged. NaN or −∞ if that gain is. */
  readonly charged: number;
  /** The sum of the factor along the path in the ledger, signed; −∞ if it made the gradient exactly zero. */
  readonly nats: number;
  /** First and last of the shortest run of stations with half of its effect; index 0 is farthest from the loss. */
  readonly stations: readonly [from: number, to: number];
  readonly sentence: string;
  /** The parameter at fault, if it is known. */
  readonly tensor?: string;
}

export interface Evidence {
  /** The profile that decides the verdict: the transport probe, the last step's loss alone, or the loss gradient. */
  readonly source: "probe" | "lastStep" | "loss";
  /** S. */
  readonly stationCount: number;
  /** ln ‖δ_first‖ − ln ‖δ_last‖ of the source; null for fewer than two stations. */
  readonly totalGain: number | null;
  /** The station whose gain is farthest from 0; it decides the verdict. */
  readonly worst: WorstGain;
  /** Decay of that profile, as in a flow: nats a station, stations, R². Null for fewer than two finite stations. */
  readonly perStation: number | null;
  readonly halfLife: number | null;
  readonly rSquared: number | null;
  /** How far back the gradient keeps at least a thousandth of its norm. */
  readonly reach: Reach;
  /**
   * Quantiles of the samples' gains at the worst station, and the share of samples whose gradient is exactly zero
   * there; null without quantiles.
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
    /** ln ‖δ_first‖ − ln ‖δ_last‖ of the loss gradient; NaN if it is zero everywhere. */
    readonly totalGain: number;
  };
  /** Limits of the numbers, in sentences. */
  readonly notes: readonly string[];
}

export interface Forecast {
  /**
   * The distance from the loss, in stations, at which a float32 gradient that has norm 1 at the last station falls
   * below these bounds; null if it never does.
   */
  readonly float32Underflow: {
    /** 2⁻¹²⁶, the smallest normal number. Below it, digits are lost. */
    readonly normal: Crossing | null;
    /** 2⁻¹⁴⁹, the smallest number. Below it, the gradient is zero. */
    readonly zero: Crossing | null;
  };
  /** The distance at which it passes 2¹²⁸. */
  readonly float32Overflow: Crossing | null;
}

/** A judgement of one flow. Plain data; like those of a flow, its numbers may be ±∞ or NaN. */
export interface Diagnosis {
  readonly verdict: Verdict;
  readonly state: LossState;
  /**
   * |g|/(|g| + threshold) for the worst gain g: 0 if the gradient keeps its size, ½ on the threshold of the verdict, 1
   * if nothing (or only NaN) arrives.
   */
  readonly severity: number;
  /** The judgement in sentences, with the most important numbers. */
  readonly summary: string;
  /** The state of each part (input, path, readout, loss, update) with its evidence. */
  readonly parts: readonly Part[];
  /** Further remarks about the data, a sentence each: equal or constant columns, padding, zeros, classes. */
  readonly data: readonly string[];
  /** Things to do, the most important first. */
  readonly advice: readonly Advice[];
  /** The causes, the largest share first; empty if no part is at fault. */
  readonly causes: readonly Cause[];
  readonly evidence: Evidence;
  /** First and last of the stations concerned, index 0 farthest from the loss; all of them for a healthy path. */
  readonly stations: readonly [from: number, to: number];
  readonly forecast: Forecast;
  /** The constants that were used. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** The findings of other tools' rules. */
  readonly presets: readonly PresetReport[];
  /** The cost of vanishing on the task, if it was measured. */
  readonly cost?: TaskCost;
  /** The comparison with theory, if it was requested. */
  readonly theory?: TheoryComparison;
}
