export { type Baseline, baselineOf } from "./baseline.ts";
export { type CheckpointFile, packCheckpoint, packWeights, unpackCheckpoint } from "./checkpoint.ts";
export type { ClipOptions, ClipRecord } from "./clip.ts";
export { type DataOptions, type DataSource, fixedSource, taskSource, taskSourceInParts } from "./data.ts";
export { measureGsnr, type ParameterGsnr } from "./gsnr.ts";
export {
  OPTIMIZERS,
  type OptimizerInput,
  type OptimizerName,
  type OptimizerOptions,
} from "../catalogue/optimizers/index.ts";
export { judgeProgress, type LiveDiagnosis, type Phase, type PhaseName } from "./progress.ts";
export { SCHEDULES, type ScheduleInput, type ScheduleName, type ScheduleOptions } from "./schedules.ts";
export { splitAhead, type TrainOptions } from "./options.ts";
export type { TrainingEvent, TrainingState } from "./state.ts";
export type { ParameterStep, StepRecord, TrainingNonfinite } from "./record.ts";
export type { StopOptions } from "./stop.ts";
export type { ClipColumns, Evaluation, ParameterTrace, TrainingTrace } from "./trace.ts";
export type { TaskCostEvent, TaskCostOptions } from "./task-cost-options.ts";
export { taskCost } from "./task-cost.ts";
export { train } from "./train.ts";
export type { Trainer, TrainerOptions, TrainerState } from "./trainer-types.ts";
export { createTrainer } from "./trainer.ts";
