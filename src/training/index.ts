export type { ClipOptions, ClipRecord } from "./clip.ts";
export type { DataOptions, DataSource } from "./data.ts";
export { OPTIMIZERS, type OptimizerInput, type OptimizerName, type OptimizerOptions } from "./optimizers.ts";
export { SCHEDULES, type ScheduleInput, type ScheduleName, type ScheduleOptions } from "./schedules.ts";
export {
  createTrainer,
  type ParameterStep,
  type StepRecord,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
  type TrainingNonfinite,
} from "./trainer.ts";
