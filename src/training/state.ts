import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { BatchState } from "../tasks/batch.ts";
import type { ParameterGsnr } from "./gsnr.ts";
import type { LiveDiagnosis } from "./progress.ts";
import type { StopMemory } from "./stop.ts";
import type { Columns, Evaluation } from "./trace.ts";
import type { StepRecord } from "./record.ts";
import type { TrainerState } from "./trainer-types.ts";
import type { TruncationLook } from "./truncation.ts";

/** A run between two updates: plain data with everything that is needed to continue. */
export interface TrainingState {
  readonly schema: "evanesce.training/1";
  readonly spec: NetworkSpec;
  /** X and Y; the spec may leave them to the task. */
  readonly sizes: NetworkSizes;
  readonly seed: number;
  /** Updates done. */
  readonly updates: number;
  /** Every parameter, row-major. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly trainer: TrainerState;
  /** The records so far. */
  readonly recorded: Recorded;
  /** The state after the last update, if the run carries its state. */
  readonly carried?: BatchState;
}

/** The records of a run. */
export interface Recorded {
  readonly losses: number[];
  readonly accuracies: (number | null)[];
  readonly columns: Columns;
  readonly evaluations: Evaluation[];
  readonly gsnr: { readonly update: number; readonly parameters: readonly ParameterGsnr[] }[];
  readonly saturation: { readonly update: number; readonly saturated: number[]; readonly dead: number[] }[];
  readonly diagnoses: LiveDiagnosis[];
  /** Only for a run that carries its state. */
  truncation?: TruncationLook[];
  readonly stop: StopMemory;
  /** The number of updates at the last complete measurement, which is not repeated. */
  lookedAt?: number;
}

/** The events of a run. */
export type TrainingEvent =
  /** A traced update of `steps`. */
  | { readonly kind: "step"; readonly steps: number; readonly record: StepRecord }
  | ({ readonly kind: "evaluation" } & Evaluation)
  | ({ readonly kind: "diagnosis" } & LiveDiagnosis)
  | ({ readonly kind: "truncation" } & TruncationLook)
  | { readonly kind: "checkpoint"; readonly state: TrainingState };

/** The records of a run that has not begun. */
export const nothingRecorded = (): Recorded => ({
  losses: [],
  accuracies: [],
  columns: {},
  evaluations: [],
  gsnr: [],
  saturation: [],
  diagnoses: [],
  stop: {},
});
