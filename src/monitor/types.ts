import type { LossState, PresetReport, Verdict } from "../diagnosis/index.ts";

/** Numbers of any library: a typed array, or plain or nested arrays of numbers. */
export type MonitorArray = Float32Array | Float64Array | NestedNumbers;
export type NestedNumbers = readonly (number | NestedNumbers)[];

/** One parameter at one step. */
export interface MonitorRecord {
  /** Parameters of one layer share what stands before the last `.` or `/`: `dense_1/kernel` and `dense_1/bias`. */
  readonly name: string;
  /** ∂L/∂w. */
  readonly gradient: MonitorArray;
  /** w as it is at this step, of as many numbers. Given every step, updates are measured too. */
  readonly weight?: MonitorArray | undefined;
}

/** What a layer puts out for one batch. */
export interface MonitorActivation {
  /** The layer's name, as its parameters' without their last part. */
  readonly name: string;
  /** `[B, H]` or of any shape; units are the last axis of nested arrays. */
  readonly values: MonitorArray;
  /** φ, where it is one whose output tells what was put in. */
  readonly activation?: "sigmoid" | "tanh" | "relu" | undefined;
}

export interface MonitorOptions {
  /**
   * Layers or parameters by name, nearest the input first; by default in the order in which they are first recorded.
   */
  readonly order?: readonly string[] | undefined;
  /**
   * The loss of the best trivial answer (the labels' entropy or variance): tells a plateau and a converged run from
   * others.
   */
  readonly baseline?: number | undefined;
  /** Of plain gradient descent, for update-to-weight ratios where no consecutive weights are recorded. */
  readonly learningRate?: number | undefined;
  /**
   * What the records are: parameters of layers, or one hidden state's gradient at successive steps of a sequence, which
   * is judged in the words of sequences. By default steps where the names count them: `h_0`, `h_1`, … or `step.0`, ….
   */
  readonly axis?: "layer" | "step" | undefined;
  /** Steps back that a diagnosis rests on; default 50. */
  readonly window?: number | undefined;
}

export interface MonitorStep {
  readonly loss?: number | undefined;
  /** The step's number, larger than the last; by default the next one, from 0 on. */
  readonly step?: number | undefined;
  readonly activations?: readonly MonitorActivation[] | undefined;
}

/** One layer over the window. Logarithms are natural; −∞ exactly zero. */
export interface MonitorLayer {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Median over the window of ln ‖g‖, weights and biases together. */
  readonly lnGradientNorm: number;
  /** Median over the window of ln ‖g‖ − ln ‖g of the last layer‖ at the same step. */
  readonly gain: number;
  /** Share of the last step's entries that are exactly zero. */
  readonly zeroShare: number;
  /** Median over the window of ln ‖Δw‖/‖w‖; null where it is not known. */
  readonly lnUpdateRatio: number | null;
  /** Share of the last activations on φ's flat ends (|φ'| below 1 % of its largest); null where it is not known. */
  readonly saturated: number | null;
  /** Share of units that were 0 for the whole last batch; null where it is not known. */
  readonly deadUnits: number | null;
}

export interface MonitorCause {
  /**
   * As in a diagnosis: `saturation`, `small-derivatives`, `dead-units`; or `one-layer`, `every-layer`, where gradients
   * alone tell no more.
   */
  readonly factor: string;
  readonly share: number;
  /** Nats of it, signed. */
  readonly nats: number;
  readonly layers: readonly string[];
  readonly sentence: string;
}

/** Where NaN or an infinity first stood. */
export interface MonitorOrigin {
  readonly step: number;
  readonly name: string;
  readonly what: "gradient" | "weight" | "loss";
}

/** In the words of a flow's diagnosis, as far as gradients from outside can tell. Plain data. */
export interface MonitorDiagnosis {
  readonly schema: "evanesce.monitor/1";
  /** Of the gradient's way through the layers, whatever its size: judged by ratios across layers. */
  readonly verdict: Verdict;
  /** Of the loss. */
  readonly state: LossState;
  /** 0 flawless, ½ on the threshold, 1 nothing arrives. */
  readonly severity: number;
  readonly summary: string;
  readonly advice: string;
  readonly causes: readonly MonitorCause[];
  /** Nearest the input first. */
  readonly layers: readonly MonitorLayer[];
  /** Nats a layer, positive where the gradient shrinks; null for fewer than two layers that have one. */
  readonly perLayer: number | null;
  readonly nonfinite: MonitorOrigin | null;
  /** Steps recorded, and the last one's number. */
  readonly steps: number;
  readonly lastStep: number | null;
  readonly notes: readonly string[];
  /** What other tools' rules would have said of the last step. */
  readonly presets: readonly PresetReport[];
}

/** Everything a monitor keeps. Plain data. */
export interface MonitorSnapshot {
  readonly schema: "evanesce.monitor/1";
  readonly steps: number;
  readonly lastStep: number | null;
  readonly layers: readonly MonitorLayer[];
  readonly parameters: readonly {
    readonly name: string;
    readonly layer: string;
    readonly count: number;
    /** Of the last step. */
    readonly lnGradientNorm: number;
    readonly lnMeanAbsGradient: number;
    readonly zeroShare: number;
    readonly lnWeightNorm: number | null;
    readonly lnUpdateRatio: number | null;
  }[];
  readonly loss: { readonly first: number | null; readonly last: number | null; readonly least: number | null };
  readonly nonfinite: MonitorOrigin | null;
}

export interface Monitor {
  /**
   * Takes in one step. Nothing of the arrays is kept but sums over them, and one copy of the weights where those are
   * given.
   * @throws EvanesceError naming the record that breaks a rule
   */
  record(records: readonly MonitorRecord[], step?: MonitorStep): void;
  /** Judges the last steps. @throws EvanesceError before the first record */
  diagnose(): MonitorDiagnosis;
  /** The diagnosis as text. */
  report(options?: { readonly width?: number; readonly color?: boolean; readonly ascii?: boolean }): string;
  snapshot(): MonitorSnapshot;
}
