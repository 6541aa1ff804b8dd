import { type Run, startRun } from "../base/cooperative-work.ts";
import { planRun, type TrainOptions } from "./options.ts";
import { nothingRecorded, type TrainingEvent } from "./state.ts";
import { EarlyStop } from "./stop.ts";
import type { TrainingTrace } from "./trace.ts";

/**
 * Trains a network and records the training. The events of the run are traced updates, evaluations, diagnoses and
 * checkpoints; its result is the trace. A run that leaves float32's range ends there, and its trace says where. An
 * interrupted run returns the trace up to its last update.
 *
 * @throws EvanesceError that names the option that breaks a rule, before the run starts
 */
export function train(options: TrainOptions): Run<TrainingEvent, TrainingTrace> {
  const plan = planRun(options);
  const { resume } = options;
  const recorded =
    resume === undefined ? nothingRecorded() : { lookedAt: resume.updates, ...structuredClone(resume.recorded) };
  const stop = new EarlyStop(options.stop, recorded.stop);
  return startRun(async () => (await import("./training-run.ts")).trainingRun(plan, recorded, stop));
}
