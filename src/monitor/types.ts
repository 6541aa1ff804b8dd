import type { LossState, PresetReport, Verdict } from "../diagnosis/index.ts";

/** Numbers of any library: a typed array, or plain or nested arrays of numbers. */
export type MonitorArray = Float32Array | Float64Array | NestedNumbers;
export type NestedNumbers = readonly (number | NestedNumbers)[];

/** One parameter at one step. */
export interface MonitorRecord {
  /** Parameters of one layer have the same name before the last `.` or `/`: `dense_1/kernel` and `dense_1/bias`. */
  readonly name: string;
  /** ∂L/∂w. */
  readonly gradient: MonitorArray;
  /** w at this step, with as many numbers. If it is given at every step, updates are measured too. */
  readonly weight?: MonitorArray | undefined;
}

/** The output of a layer for one batch. */
export interface MonitorActivation {
  /** The name of the layer: the names of its parameters without their last part. */
  readonly name: string;
  /** `[B, H]` or of any shape; units are the last axis of nested arrays. */
  readonly values: MonitorArray;
  /** φ, if its output determines its slope. */
  readonly activation?: "sigmoid" | "tanh" | "relu" | undefined;
}

export interface MonitorOptions {
  /** Names of layers or parameters, nearest the input first; by default in the order of their first record. */
  readonly order?: readonly string[] | undefined;
  /**
   * The loss of the best trivial answer (the entropy or variance of the labels). It is needed to recognize a plateau or
   * a converged run.
   */
  readonly baseline?: number | undefined;
  /** Learning rate of plain gradient descent, for the size of updates if consecutive weights are not recorded. */
  readonly learningRate?: number | undefined;
  /**
   * The meaning of the records: parameters of layers, or the gradient of one hidden state at successive steps of a
   * sequence. By default they are steps if the names count them: `h_0`, `h_1`, … or `step.0`, ….
   */
  readonly axis?: "layer" | "step" | undefined;
  /** Number of last steps that a diagnosis uses; default 50. */
  readonly window?: number | undefined;
}

export interface MonitorStep {
  readonly loss?: number | undefined;
  /** The number of the step, larger than that of the last step; by default the next number, from 0 on. */
  readonly step?: number | undefined;
  readonly activations?: readonly MonitorActivation[] | undefined;
}

/** One layer over the window. Logarithms are natural; −∞ stands for exactly zero. */
export interface MonitorLayer {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Median over the window of ln ‖g‖, weights and biases together. */
  readonly lnGradientNorm: number;
  /** Median over the window of ln ‖g‖ − ln ‖g of the last layer‖ at the same step. */
  readonly gain: number;
  /** Share of the last step's entries that are exactly zero. */
  readonly zeroShare: number;
  /** Median over the window of ln ‖Δw‖/‖w‖; null if not known. */
  readonly lnUpdateRatio: number | null;
  /** Share of the last activations on the flat ends of φ (|φ'| below 1 % of its largest); null if not known. */
  readonly saturated: number | null;
  /** Share of units that were 0 for the whole last batch; null if not known. */
  readonly deadUnits: number | null;
}

export interface MonitorCause {
  /**
   * As in a diagnosis: `saturation`, `small-derivatives`, `dead-units`, `labels`, `learning-rate`; or `one-layer`,
   * `every-layer`, if gradients alone do not show more.
   */
  readonly factor: string;
  readonly share: number;
  /** Its nats, signed. */
  readonly nats: number;
  readonly layers: readonly string[];
  readonly sentence: string;
  /** The parameter at fault, if it is known. */
  readonly tensor?: string;
}

/** The place of the first NaN or infinity. */
export interface MonitorOrigin {
  readonly step: number;
  readonly name: string;
  readonly what: "gradient" | "weight" | "loss";
}

/** A diagnosis in the form of a flow's diagnosis, as far as recorded gradients allow. Plain data. */
export interface MonitorDiagnosis {
  readonly schema: "evanesce.monitor/1";
  /** The verdict on the path of the gradient, from the ratios of the layers' gradients. */
  readonly verdict: Verdict;
  /** The state of the loss. */
  readonly state: LossState;
  /** 0 if the gradient keeps its size, ½ on the threshold, 1 if nothing arrives. */
  readonly severity: number;
  readonly summary: string;
  readonly advice: string;
  readonly causes: readonly MonitorCause[];
  /** Nearest the input first. */
  readonly layers: readonly MonitorLayer[];
  /** Nats a layer, positive if the gradient shrinks; null for fewer than two layers with a gradient. */
  readonly perLayer: number | null;
  readonly nonfinite: MonitorOrigin | null;
  /** Number of recorded steps, and the number of the last one. */
  readonly steps: number;
  readonly lastStep: number | null;
  readonly notes: readonly string[];
  /** The findings of other tools' rules for the last step. */
  readonly presets: readonly PresetReport[];
}

/** The whole memory of a monitor. Plain data. */
export interface MonitorSnapshot {
  readonly schema: "evanesce.monitor/1";
  readonly steps: number;
  readonly lastStep: number | null;
  readonly layers: readonly MonitorLayer[];
  readonly parameters: readonly {
    readonly name: string;
    readonly layer: string;
    readonly count: number;
    /** ln of its norm at the last step. */
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
   * Records one step. Only sums of the arrays are kept, and one copy of the weights if the records have them.
   * @throws EvanesceError that names the record that breaks a rule
   */
  record(records: readonly MonitorRecord[], step?: MonitorStep): void;
  /** Judges the last steps. @throws EvanesceError before the first record */
  diagnose(): MonitorDiagnosis;
  /** The diagnosis as text. */
  report(options?: { readonly width?: number; readonly color?: boolean; readonly ascii?: boolean }): string;
  snapshot(): MonitorSnapshot;
}
