export {
  compareWithTheory,
  type Diagnosis,
  diagnose,
  type DiagnoseOptions,
  type PresetReport,
  presets,
  type TheoryComparison,
} from "./diagnosis/index.ts";
export { EvanesceError } from "./base/errors.ts";
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
} from "./measure/jacobians.ts";
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
export { type Model, type ModelFormat, type ModelOptions, type ModelPart, readModel } from "./models/index.ts";
export { createNetwork, propagate, propagateAsync } from "./display.ts";
export type {
  AsyncOptions,
  GradientStore,
  MeasureOptions,
  Network,
  NetworkEvents,
  NetworkListener,
  NetworkOptions,
  OwnArrays,
  ParameterStore,
} from "./network/create.ts";
export {
  type KnockOut,
  type PrescribeOptions,
  type Prescription,
  type PrescriptionEvent,
  prescribe,
  type Treatment,
} from "./prescription/index.ts";
export type { ProfileBins } from "./flow/bins.ts";
export {
  type BinnedFlow,
  type BinnedInput,
  propagateBinned,
  propagateBinnedAsync,
} from "./measure/propagate-binned.ts";
export type { PropagateInput } from "./measure/propagate.ts";
export { ready } from "./measure/ready.ts";
export {
  type ManyFlows,
  type ManyInput,
  propagateMany,
  propagateManyAsync,
  propagateManyInParts,
} from "./measure/propagate-many.ts";
export type { Run, RunOptions, TurnOptions } from "./base/cooperative-work.ts";
export type { NetworkInput, NetworkSpec } from "./spec/index.ts";
export {
  type NdArray,
  openTable,
  type ReadableFile,
  readNpy,
  readParquet,
  readSafetensors,
  type RowSource,
  type SafetensorsFile,
  type TableBytes,
  writeNpy,
  writeSafetensors,
} from "./formats/index.ts";
export { type Batch, type TaskBatchInput, taskBatch, type TaskInput } from "./tasks/index.ts";
export {
  gradientStatistics,
  gradientStatisticsAsync,
  gradientStatisticsInParts,
  histograms,
  type ParameterHistograms,
} from "./measure/statistics.ts";
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
  type TaskCostEvent,
  type TaskCostOptions,
  taskCost,
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
export { type JsonResult, toJson } from "./report/to-json.ts";
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

// types that the types above mention
export type {
  LayerMeasurements,
  Measurements,
  PresetFinding,
  Problem,
  Reading,
  Rule,
  StationMeasurements,
} from "./diagnosis/presets/types.ts";
export type { BlockCost, Learner, TaskCost } from "./diagnosis/cost.ts";
export type { RecentLoss } from "./diagnosis/state.ts";
export type {
  Advice,
  Cause,
  CauseName,
  Evidence,
  Forecast,
  LossState,
  Part,
  PartName,
  PartState,
  Verdict,
} from "./diagnosis/types.ts";
export type { Labeled, SweepEvent, Trained, TrainedParameter, TrainingPlan } from "./experiments/index.ts";
export type {
  Axis as ClaimAxis,
  Series as ClaimSeries,
  Setup as ClaimSetup,
  Size as ClaimSize,
} from "./experiments/types.ts";
export type * from "./monitor/run/types.ts";
export type { MonitoredRuns } from "./report/monitor/runs.ts";
export type { MapAxis, MapPanel, MapPlace, PhaseMap } from "./sweeps/phase-map.ts";
export type { Segment } from "./sweeps/contours.ts";
export { MEASURED, type MeasuredName } from "./sweeps/rows.ts";
export type { Setting } from "./sweeps/types.ts";
export type { RecordOrder } from "./records/types.ts";
export type { CellStart } from "./sweeps/types.ts";

export type { BatchState } from "./tasks/batch.ts";
export type { BatchOutline } from "./tasks/outline.ts";
export type { LossInput } from "./tasks/loss.ts";
export type { NetworkKind } from "./tasks/index.ts";
export type { LossName } from "./catalogue/losses/index.ts";
export type { LossOptions } from "./catalogue/losses/loss.ts";
export type { Delimiter } from "./formats/table/delimited.ts";
export type { ComparedFlow, Comparison } from "./report/comparison/compare.ts";
export type { FlowExtras } from "./report/flow/extras.ts";
export type { FlowResult } from "./report/flow/result.ts";
export type { JsonData } from "./report/kit/json.ts";
export type { PredictionResult } from "./report/prediction/read.ts";
export type { Dtype, NumericData, ShapedData } from "./formats/array.ts";
export type { OpenOptions } from "./formats/table/open.ts";
export type { Separator } from "./formats/table/sniff.ts";
export type { Cell, Row } from "./formats/table/source.ts";
export type { ClippedTensor } from "./metrics/clipping.ts";
export type { Crossing, Reach, WorstGain } from "./metrics/index.ts";
export type { NestedNumbers } from "./monitor/types.ts";
export type { MonitorArray, MonitorCause, MonitorLayer, MonitorOrigin } from "./monitor/index.ts";
export type { LyapunovOptions, SampleJacobians } from "./network/jacobians/types.ts";
export type { Nested, OwnArray } from "./network/own-arrays.ts";
export type {
  Change,
  Interval,
  Outcome,
  PatientOutcome,
  Race,
  RacedRate,
  RaceEntry,
  RaceOptimizer,
  RaceOptions,
  RaceSchedule,
  Rung,
  Verification,
  VerifiedLoss,
} from "./prescription/index.ts";
export type { FeedforwardInput, FeedforwardSpec, RecurrentInput, RecurrentSpec } from "./spec/index.ts";
export type { NetworkSizes } from "./spec/parameters.ts";
export type { Field as OptionField } from "./base/option-fields.ts";
export type { Band, Phase as TheoryPhase, PredictOptions, Regime } from "./theory/index.ts";
export type { OptimizerRow, UpdateSize } from "./catalogue/optimizers/row.ts";
export type { LossScalerOptions, LossScalerRecord, LossScalerState } from "./training/loss-scaler.ts";
export type { LossScalerTrace } from "./training/trace.ts";
export type { TruncationLook } from "./training/truncation.ts";
export { SCHEDULE_NAMES, type ScheduleRow } from "./training/schedules.ts";
export type { Recorded } from "./training/state.ts";
export type { StopMemory } from "./training/stop.ts";
export type { Columns as TraceColumns } from "./training/trace.ts";
