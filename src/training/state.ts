import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { BatchState } from "../tasks/batch.ts";
import type { ParameterGsnr } from "./gsnr.ts";
import type { LiveDiagnosis } from "./progress.ts";
import type { StopMemory } from "./stop.ts";
import type { Columns, Evaluation } from "./trace.ts";
import type { StepRecord } from "./record.ts";
import type { TrainerState } from "./trainer.ts";
import type { TruncationLook } from "./truncation.ts";

/** A run between two updates: plain data, all that is needed to go on. */
export interface TrainingState {
  readonly schema: "evanesce.training/1";
  readonly spec: NetworkSpec;
  /** X and Y, which the spec may leave to the task. */
  readonly sizes: NetworkSizes;
  readonly seed: number;
  /** Updates done. */
  readonly updates: number;
  /** Every parameter, row-major. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly trainer: TrainerState;
  /** What was recorded so far. */
  readonly recorded: Recorded;
  /** Of a run that carries its state: the state that the last update left. */
  readonly carried?: BatchState;
}

/** What is measured as a run goes on. */
export interface Recorded {
  readonly losses: number[];
  readonly accuracies: (number | null)[];
  readonly columns: Columns;
  readonly evaluations: Evaluation[];
  readonly gsnr: { readonly update: number; readonly parameters: readonly ParameterGsnr[] }[];
  readonly saturation: { readonly update: number; readonly saturated: number[]; readonly dead: number[] }[];
  readonly diagnoses: LiveDiagnosis[];
  /** Of a run that carries its state. */
  truncation?: TruncationLook[];
  readonly stop: StopMemory;
  /** The number of updates at the last measurement that came to its end; it is not done again. */
  lookedAt?: number;
}

/** What a run tells on its way. */
export type TrainingEvent =
  /** A traced update of `steps`. */
  | { readonly kind: "step"; readonly steps: number; readonly record: StepRecord }
  | ({ readonly kind: "evaluation" } & Evaluation)
  | ({ readonly kind: "diagnosis" } & LiveDiagnosis)
  | ({ readonly kind: "truncation" } & TruncationLook)
  | { readonly kind: "checkpoint"; readonly state: TrainingState };

/** What a run that has not begun has recorded. */
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
