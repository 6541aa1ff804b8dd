export {
  compareWithTheory,
  type Diagnosis,
  diagnose,
  type DiagnoseOptions,
  type PresetReport,
  presets,
  type TheoryComparison,
} from "./diagnosis/index.ts";
export { EvanesceError } from "./errors.ts";
export {
  type Claim,
  type ClaimEvent,
  type ClaimsOptions,
  type ClaimsReport,
  type ClaimVerdict,
  claims,
  type Condition,
  type Figure,
  type Measured,
  type Sweep,
  type SweepCell,
  type SweepOptions,
  sweep,
} from "./experiments/index.ts";
export type * from "./flow/index.ts";
export {
  type Jacobians,
  type JacobiansInput,
  jacobians,
  jacobiansAsync,
  jacobiansInParts,
  type LyapunovSpectrum,
  type PascanuBound,
  type SingularSpectrum,
  type WeightSpectrum,
} from "./jacobians.ts";
export {
  type ClipLedger,
  type Clipped,
  type ClipTrace,
  clipByNorm,
  clipByUnit,
  clipByValue,
  type GradientNoise,
  type GradientStatistics,
  type MagnitudeHistogram,
  magnitudeHistogram,
  type NamedGradient,
  traceClipping,
  type UpdateRatio,
  updateRatios,
} from "./metrics/index.ts";
export {
  type AsyncOptions,
  createNetwork,
  type GradientStore,
  type MeasureOptions,
  type Network,
  type NetworkEvents,
  type NetworkListener,
  type NetworkOptions,
  type OwnArrays,
  type ParameterStore,
} from "./network.ts";
export {
  type KnockOut,
  type PrescribeOptions,
  type Prescription,
  type PrescriptionEvent,
  prescribe,
  type Treatment,
} from "./prescription/index.ts";
export { type PropagateInput, propagate, propagateAsync, ready } from "./propagate.ts";
export type { Run, RunOptions, TurnOptions } from "./runs.ts";
export type { NetworkInput, NetworkSpec } from "./spec/index.ts";
export type { Batch, TaskInput } from "./tasks/index.ts";
export {
  gradientStatistics,
  gradientStatisticsAsync,
  gradientStatisticsInParts,
  histograms,
  type ParameterHistograms,
} from "./statistics.ts";
export {
  type Baseline,
  type ClipColumns,
  type ClipOptions,
  type ClipRecord,
  createTrainer,
  type DataSource,
  type Evaluation,
  type LiveDiagnosis,
  OPTIMIZERS,
  type OptimizerInput,
  type OptimizerName,
  type OptimizerOptions,
  type ParameterGsnr,
  type ParameterStep,
  type ParameterTrace,
  type Phase,
  type PhaseName,
  SCHEDULES,
  type ScheduleInput,
  type ScheduleName,
  type ScheduleOptions,
  type StepRecord,
  type StopOptions,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
  type TrainingEvent,
  type TrainingNonfinite,
  type TrainingState,
  type TrainingTrace,
  type TrainOptions,
  train,
} from "./training/index.ts";
export { type Prediction, predict } from "./theory/index.ts";
export { type BuildChoice, createEngine } from "./wasm/builds.ts";
export type { Build, Engine } from "./wasm/engine.ts";
export {
  type Monitor,
  type MonitorActivation,
  type MonitorDiagnosis,
  type MonitorOptions,
  type MonitorRecord,
  type MonitorSnapshot,
  type MonitorStep,
  monitor,
} from "./monitor/index.ts";
