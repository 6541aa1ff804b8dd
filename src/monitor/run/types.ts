import type { Verdict } from "../../diagnosis/index.ts";
import type { RecordOrder } from "../../records/index.ts";
import type { MonitorDiagnosis } from "../types.ts";

/** A stretch of the run in which the path's verdict was the same. */
export interface RunPhase {
  readonly verdict: Verdict;
  readonly from: number;
  readonly to: number;
}

/** What the run is doing, by its loss. */
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
  /** h, or an LSTM's c. */
  readonly of: string;
  /** The update it was measured at. */
  readonly update: number;
  readonly verdict: Verdict;
  /** ln ‖∂L/∂h_t‖ `[T]`, the first step first. */
  readonly lnGradientNorm: Float64Array;
  /** ln ‖δ_first‖ − ln ‖δ_last‖. */
  readonly totalGain: number;
  /** Nats a step, positive where the gradient shrinks; null for fewer than two finite steps. */
  readonly perStep: number | null;
  /** Steps in which it halves; null where it does not shrink. */
  readonly halfLife: number | null;
  /** Steps back from the last one in which the gradient keeps a thousandth of its norm. */
  readonly reach: number;
  /** Whether a fused module was run again to see it, and how far the loop's output was from the module's. */
  readonly replayed: number | null;
  readonly sentence: string;
}

/** A finding beside the verdict: one line under a label. */
export interface RunFinding {
  readonly label: string;
  readonly text: string;
}

/** How a layer is updated. */
export interface LayerStep {
  readonly name: string;
  /** Median over the window of ln ‖Δw‖/‖w‖. */
  readonly lnUpdateRatio: number | null;
  /** ln of the root mean square of the last update's entries: the effective step. */
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
    /** Updates back that the diagnosis rests on; updates in one column of the maps, and of the curves. */
    readonly window: number;
    readonly stride: number;
    readonly curveStride: number;
    readonly activity: RunActivity;
    /** The first update of what the run is doing; null where that is not known. */
    readonly activeSince: number | null;
    /** What it is doing, in a sentence. */
    readonly doing: string;
    /** The first update since which the path has had its verdict. */
    readonly since: number | null;
    readonly phases: readonly RunPhase[];
    readonly loss: {
      readonly first: number | null;
      readonly last: number | null;
      readonly least: number | null;
      readonly baseline: number | null;
    };
    /** Over the whole run: loss with its least and most in a column, ln of the clip factor, ln ‖g‖ of everything. */
    readonly curves: {
      readonly update: Float64Array;
      readonly loss: Float64Array;
      readonly lossLow: Float64Array;
      readonly lossHigh: Float64Array;
      readonly lnClip: Float64Array | null;
      readonly lnTotal: Float64Array;
    };
    /** Layers by updates, a row a layer, nearest the input first. */
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
      /** The geometric mean of the factors where it engaged; 1 where it never did. */
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
