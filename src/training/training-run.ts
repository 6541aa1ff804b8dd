import { copyInParts } from "../base/copy-in-parts.ts";
import { sizesFrom } from "../network/fitting.ts";
import { createNetworkInParts, type Network } from "../network/create.ts";
import { stoppable } from "../base/time-slicing.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import { type Baseline, baselineOfRun } from "./baseline.ts";
import { withCarried } from "./carried.ts";
import { clipMethods } from "./clip.ts";
import { brokenOff, type Ending, finalOf, phaseOf, summarize } from "./ending.ts";
import { evaluate, isDue, lookAt } from "./measures.ts";
import { parseOptimizer } from "../catalogue/optimizers/index.ts";
import { parseLossScaler } from "./loss-scaler.ts";
import type { Plan, TrainOptions } from "./options.ts";
import { parseSchedule } from "./schedules.ts";
import type { Recorded, TrainingEvent, TrainingState } from "./state.ts";
import { requireRoomForTraining } from "./room.ts";
import { type EarlyStop, requireAccuracy } from "./stop.ts";
import { deathOf } from "./death.ts";
import { addRecord, readColumns, readScaler, recentUpdates, type TrainingTrace } from "./trace.ts";
import type { Trainer, TrainerState } from "./trainer-types.ts";
import { createTrainerInParts } from "./trainer.ts";

/** A run that has started. */
interface Training {
  readonly plan: Plan;
  readonly recorded: Recorded;
  readonly stop: EarlyStop;
  readonly network: Network;
  readonly trainer: Trainer;
  readonly baseline: Baseline | null;
  /** The state after the last update, if the run carries its state. */
  carried: BatchState | undefined;
}

type Events<Result> = Generator<TrainingEvent | Promise<void> | undefined, Result>;

/** The work of `train`. This file is loaded when a run starts. */
export function* trainingRun(plan: Plan, recorded: Recorded, stop: EarlyStop): Events<TrainingTrace> {
  requireRoomForTraining(plan);
  const first = plan.source.next(1);
  const baseline = baselineOfRun((update) => plan.source.next(update));
  requireAccuracy(plan.options.stop ?? {}, first);
  yield;
  const network = yield* networkFor(plan, first);
  const trainer = yield* trainerFor(plan, network);
  const { carried } = plan.options.resume ?? {};
  const run: Training = { plan, recorded, stop, network, trainer, baseline, carried };
  try {
    const end = yield* updates(run);
    if (end.outcome !== "interrupted" && plan.every.evaluate > 0)
      yield* evaluate(network, plan.source.test?.(), recorded, { update: trainer.updates, set: "test" }, plan.stateful);
    yield { kind: "checkpoint", state: yield* stateOf(run) };
    return traceOf(run, first, end);
  } finally {
    trainer.dispose();
    network.dispose();
  }
}

/** The batch of an update; if the run carries its state, the batch begins with it. */
function batchOf({ plan: { source, stateful, spec }, carried }: Training, update: number): Batch {
  const batch = source.next(update);
  if (!stateful) return batch;
  return withCarried(batch, spec, source.continues?.(update) === true ? carried : undefined);
}

/**
 * Makes all measurements between two updates. If the run is interrupted during them, none is recorded, and the resumed
 * run makes them.
 */
function* lookOnce(run: Training, done: number): Events<void> {
  const { network, plan, recorded, baseline } = run;
  const { evaluations, gsnr, saturation, diagnoses, truncation = [] } = recorded;
  if (plan.stateful) recorded.truncation = truncation;
  const lists = [evaluations, gsnr, saturation, diagnoses, truncation];
  const lengths = lists.map(({ length }) => length);
  for (const event of lookAt(network, plan, recorded, done, baseline, (update) => batchOf(run, update))) {
    yield event;
    if (!plan.options.signal?.aborted) continue;
    for (const [i, list] of lists.entries()) list.length = lengths[i];
    return;
  }
  recorded.lookedAt = done;
}

/** Makes the updates, until the last one or until a reason ends the run earlier. */
function* updates(run: Training): Events<Ending> {
  const { trainer, recorded, stop } = run;
  const { options, every, steps, stateful } = run.plan;
  const { losses, accuracies, columns, evaluations } = recorded;
  const methods = clipMethods(options.clip ?? {}).map(({ method }) => method);
  for (;;) {
    const done = trainer.updates;
    if (done !== recorded.lookedAt) yield* lookOnce(run, done);
    const reason = stop.reason(losses, accuracies, evaluations);
    if (reason !== undefined) return { outcome: "stopped", reason };
    if (done >= steps) return { outcome: "completed" };
    if (options.signal?.aborted) return { outcome: "interrupted", reason: `interrupted after ${done} updates` };
    if (isDue(done, every.checkpoint)) yield { kind: "checkpoint", state: yield* stateOf(run) };
    const record = yield* stoppable(trainer.stepInParts(batchOf(run, done + 1), options.threads), options.signal);
    if (record === undefined) continue; // interrupted before this update happened
    if (stateful) run.carried = run.network.training.finalState();
    losses.push(record.loss);
    accuracies.push(record.accuracy);
    const { nonfinite } = record;
    const traced = every.trace > 0 && (done % every.trace === 0 || done + 1 === steps);
    if (traced || nonfinite !== undefined) addRecord(columns, record, methods);
    yield traced || nonfinite !== undefined ? { kind: "step", steps, record } : undefined;
    if (nonfinite !== undefined) return brokenOff(run.plan.spec, nonfinite);
  }
}

function* networkFor({ options, spec, seed }: Plan, first: Batch): Events<Network> {
  const { memoryLimit, engine, weights, resume } = options;
  const making = createNetworkInParts(spec, { seed, ...sizesFrom(first), memoryLimit, engine });
  const network = (yield* stoppable(making, undefined)) as Network;
  let made = false;
  try {
    for (const [name, values] of Object.entries({ ...weights, ...resume?.parameters })) {
      network.parameters.set(name, values);
      yield;
    }
    made = true;
    return network;
  } finally {
    if (!made) network.dispose();
  }
}

function* trainerFor({ options, steps, isFrozen }: Plan, network: Network): Events<Trainer> {
  const { optimizer, schedule, clip, lossScaler, frozen, resume } = options;
  let trainer: Trainer | undefined;
  let made = false;
  try {
    if (Array.isArray(frozen)) for (const name of frozen) network.parameters.shape(name); // throws for a name that the network does not have
    const making = createTrainerInParts(network, {
      ...{ optimizer, schedule, clip, lossScaler, frozen: isFrozen, steps: Math.max(steps, 1) },
    });
    trainer = (yield* stoppable(making, undefined)) as Trainer;
    if (resume !== undefined) yield* stoppable(trainer.restoreInParts(resume.trainer), undefined);
    made = true;
    return trainer;
  } finally {
    if (!made) {
      trainer?.dispose();
      network.dispose();
    }
  }
}

/** Copies the state that a checkpoint holds, with pauses. */
function* stateOf({ plan: { spec, seed }, network, trainer, recorded, carried }: Training): Events<TrainingState> {
  const parameters: Record<string, Float32Array> = {};
  for (const name of network.parameters.names) {
    parameters[name] = (yield* stoppable(
      copyInParts(() => network.training.value(name)),
      undefined,
    )) as Float32Array;
    yield;
  }
  const whole = (yield* stoppable(trainer.stateInParts(), undefined)) as TrainerState;
  return {
    schema: "evanesce.training/1",
    spec,
    sizes: network.sizes,
    seed,
    updates: trainer.updates,
    parameters,
    trainer: whole,
    recorded: structuredClone(recorded),
    ...(carried === undefined ? {} : { carried: structuredClone(carried) }),
  };
}

function scalerOf({ lossScaler }: TrainOptions, columns: Recorded["columns"], trainer: Trainer) {
  const settings = parseLossScaler(lossScaler);
  if (settings === undefined) return {};
  const { scaler } = trainer.state();
  return scaler === undefined ? {} : { scaler: readScaler(columns, settings, scaler) };
}

function traceOf({ plan, network, trainer, recorded, baseline }: Training, first: Batch, end: Ending): TrainingTrace {
  const { options, spec, seed, steps } = plan;
  const { losses, accuracies, columns, evaluations, gsnr, saturation, diagnoses, truncation } = recorded;
  const { updates, trained } = trainer;
  const optimizer = parseOptimizer(options.optimizer);
  const schedule = parseSchedule(options.schedule, Math.max(steps, 1));
  const table = network.training.table.filter(({ name }) => trained.includes(name));
  const updatesMade = recentUpdates(spec, columns);
  const phase = phaseOf(end, losses, baseline, diagnoses.at(-1) ?? null, updatesMade, deathOf(spec, columns));
  return {
    schema: "evanesce.trace/1",
    spec,
    seed,
    build: network.training.engine.build,
    task: {
      name: first.name,
      batch: first.batch,
      ...(first.steps === undefined ? {} : { steps: first.steps }),
      loss: first.loss,
    },
    optimizer: { name: optimizer.name, ...optimizer.options },
    schedule: { name: schedule.name, ...schedule.options },
    frozen: network.parameters.names.filter((name) => !trained.includes(name)),
    steps,
    updates,
    ...end,
    baseline,
    losses: Float64Array.from(losses),
    ...readColumns(columns, table, clipMethods(options.clip ?? {})),
    ...scalerOf(options, columns, trainer),
    evaluations,
    gsnr,
    saturation,
    diagnoses,
    ...(truncation === undefined ? {} : { truncation }),
    phase,
    final: finalOf(losses, accuracies),
    ...(first.notes === undefined ? {} : { notes: first.notes }),
    summary: summarize(end, updates, steps, phase),
  };
}
