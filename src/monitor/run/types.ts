import type { Verdict } from "../../diagnosis/index.ts";
import type { RecordOrder } from "../../records/index.ts";
import type { MonitorDiagnosis } from "../types.ts";

/** A part of the run in which the verdict on the path stayed the same. */
export interface RunPhase {
  readonly verdict: Verdict;
  readonly from: number;
  readonly to: number;
}

/** The phase of the run, from its loss. */
export type RunActivity =
  | "learning"
  | "converged"
  | "plateau"
  | "diverging"
  | "relapsed"
  | "nonfinite"
  | "no-gradient"
  | "constant-labels"
  | "unlabelled";

/** One gradient profile along time. */
export interface TimeProfile {
  /** The layer, as PyTorch names its parameters: `rnn.l0`. */
  readonly name: string;
  /** `h`, or `c` of an LSTM. */
  readonly of: string;
  /** The update at which it was measured. */
  readonly update: number;
  readonly verdict: Verdict;
  /** ln ‖∂L/∂h_t‖ `[T]`, the first step first. */
  readonly lnGradientNorm: Float64Array;
  /** ln ‖δ_first‖ − ln ‖δ_last‖. */
  readonly totalGain: number;
  /** Nats a step, positive if the gradient shrinks; null for fewer than two finite steps. */
  readonly perStep: number | null;
  /** Number of steps in which it halves; null if it does not shrink. */
  readonly halfLife: number | null;
  /** Number of last steps at which the gradient has at least a thousandth of its norm. */
  readonly reach: number;
  /**
   * If a fused module was run again as a loop: the relative difference between the outputs of loop and module; else
   * null.
   */
  readonly replayed: number | null;
  readonly sentence: string;
}

/** A finding in addition to the verdict: one line under a label. */
export interface RunFinding {
  readonly label: string;
  readonly text: string;
}

/** The size of a layer's updates. */
export interface LayerStep {
  readonly name: string;
  /** Median over the window of ln ‖Δw‖/‖w‖. */
  readonly lnUpdateRatio: number | null;
  /** ln of the root mean square of the entries of the last update: the effective step. */
  readonly lnStep: number | null;
  /** Adam's m̂/(√v̂ + ε), root mean square; null for other optimizers. */
  readonly adam: number | null;
}

/** A run from its record: the diagnosis of its last updates, and its history. Plain data. */
export interface MonitoredRun extends MonitorDiagnosis {
  readonly run: {
    readonly name: string;
    readonly framework: string | null;
    readonly model: string | null;
    readonly optimizer: string | null;
    readonly lossName: string | null;
    readonly order: RecordOrder;
    readonly axis: "layer" | "step";
    readonly updates: number;
    readonly firstUpdate: number | null;
    readonly lastUpdate: number | null;
    /** Number of last updates that the diagnosis uses; number of updates in one column of the maps and curves. */
    readonly window: number;
    readonly stride: number;
    readonly curveStride: number;
    readonly activity: RunActivity;
    /** The first update of the present activity; null if not known. */
    readonly activeSince: number | null;
    /** The present activity, as a sentence. */
    readonly doing: string;
    /** The update since which the path has had its present verdict. */
    readonly since: number | null;
    readonly phases: readonly RunPhase[];
    readonly loss: {
      readonly first: number | null;
      readonly last: number | null;
      readonly least: number | null;
      readonly baseline: number | null;
    };
    /**
     * Over the whole run: the loss, its least and largest value in a column, ln of the clip factor, and ln ‖g‖ of all.
     */
    readonly curves: {
      readonly update: Float64Array;
      readonly loss: Float64Array;
      readonly lossLow: Float64Array;
      readonly lossHigh: Float64Array;
      readonly lnClip: Float64Array | null;
      readonly lnTotal: Float64Array;
    };
    /** Layers by updates: one row for each layer, nearest the input first. */
    readonly map: {
      readonly update: Float64Array;
      readonly layers: readonly string[];
      readonly lnNorm: readonly Float64Array[];
      readonly lnUpdateRatio: readonly Float64Array[] | null;
      readonly zeros: readonly Float64Array[] | null;
    };
    readonly clipping: {
      readonly updates: number;
      readonly engaged: number;
      /** The geometric mean of the clip factors below 1; 1 if there are none. */
      readonly typical: number;
      readonly least: number;
    } | null;
    readonly scaler: { readonly skipped: number; readonly updates: number; readonly scale: number } | null;
    readonly rates: readonly number[] | null;
    readonly steps: readonly LayerStep[];
    readonly time: readonly TimeProfile[];
    readonly findings: readonly RunFinding[];
  };
}
