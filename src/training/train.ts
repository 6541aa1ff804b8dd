import { type Run, startRun } from "../base/cooperative-work.ts";
import { planRun, type TrainOptions } from "./options.ts";
import { nothingRecorded, type TrainingEvent } from "./state.ts";
import { EarlyStop } from "./stop.ts";
import type { TrainingTrace } from "./trace.ts";

/**
 * Trains a network and records how: a run whose events are traced updates, evaluations, diagnoses and checkpoints, and
 * whose result is the trace. A run that leaves float32's range ends there, as a result that says where; one that is
 * interrupted returns what it has.
 *
 * @throws EvanesceError naming the option that breaks a rule, at once
 */
export function train(options: TrainOptions): Run<TrainingEvent, TrainingTrace> {
  const plan = planRun(options);
  const { resume } = options;
  const recorded =
    resume === undefined ? nothingRecorded() : { lookedAt: resume.updates, ...structuredClone(resume.recorded) };
  const stop = new EarlyStop(options.stop, recorded.stop);
  return startRun(async () => (await import("./training-run.ts")).trainingRun(plan, recorded, stop));
}
