import { diagnose } from "../diagnosis/index.ts";
import { asPauses } from "../base/time-slicing.ts";
import type { Network } from "../network/create.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import type { Baseline } from "./baseline.ts";
import { measureGsnr } from "./gsnr.ts";
import type { Interval, Plan } from "./options.ts";
import { judgeProgress } from "./progress.ts";
import type { Recorded, TrainingEvent } from "./state.ts";
import { deathOf } from "./death.ts";
import { recentUpdates } from "./trace.ts";
import type { Evaluation } from "./trace.ts";
import { withCarried } from "./carried.ts";
import { lookAtTruncation } from "./truncation.ts";

/** Whether a measurement is due after `done` updates. */
export const isDue = (done: number, every: number): boolean => every > 0 && done > 0 && done % every === 0;

/** Measures between two updates, and at the start and end of the run, and adds the results to `recorded`. */
export function* lookAt(
  network: Network,
  { every, source, steps, stateful }: Plan,
  recorded: Recorded,
  done: number,
  baseline: Baseline | null,
  batchOf: (update: number) => Batch,
): Generator<TrainingEvent | undefined> {
  const due = (what: Interval) => every[what] > 0 && (isDue(done, every[what]) || done === 0 || done === steps);
  if (due("evaluate")) {
    const of = { update: done, set: "validation" } as const;
    yield* evaluate(network, source.validation?.(), recorded, of, stateful);
  }
  if (due("gsnr")) {
    const parameters = yield* asPauses(measureGsnr(network, batchOf(done + 1)));
    if (parameters !== null) recorded.gsnr.push({ update: done, parameters });
    yield;
  }
  if (!due("saturation") && !due("diagnose")) return;
  const batch = batchOf(done + 1);
  const flow = yield* asPauses(network.propagateInParts(batch));
  if (due("saturation") && flow.statistics !== undefined) {
    const { saturated, dead } = flow.statistics;
    recorded.saturation.push({ update: done, saturated: [...saturated], dead: [...dead] });
  }
  if (!due("diagnose")) return;
  const { verdict, state, severity, summary, evidence, parts, causes, advice } = diagnose(flow, {
    recent: recentLoss(recorded, batch),
  });
  const totalGain = evidence.totalGain ?? Number.NaN;
  const found = parts.find(({ part, state: word }) => part !== "path" && word !== "healthy" && word !== "unmeasured");
  const obstacle = found && { part: found.part, state: found.state, evidence: found.evidence };
  const named = causes.map(({ factor, share, sentence, tensor }) => ({
    ...{ factor, share, sentence },
    ...(tensor === undefined ? {} : { tensor }),
  }));
  const base = { update: done, verdict, state, severity, summary, totalGain, axis: flow.axis, causes: named, advice };
  const look = obstacle === undefined ? base : { ...base, obstacle };
  const phase = judgeProgress(
    recorded.losses,
    baseline,
    look,
    recentUpdates(network.spec, recorded.columns),
    deathOf(network.spec, recorded.columns),
  );
  const diagnosis = { ...look, phase };
  recorded.diagnoses.push(diagnosis);
  yield { kind: "diagnosis", ...diagnosis };
  if (!stateful) return;
  const truncation = yield* lookAtTruncation(network, source, done, batch, flow);
  recorded.truncation ??= [];
  recorded.truncation.push(truncation);
  yield { kind: "truncation", ...truncation };
}

/**
 * Number of last updates whose mean loss a diagnosis uses: few enough that the network hardly changes, and enough to
 * average the noise of the batches.
 */
const RECENT = 20;

/** The mean loss of the last updates; undefined before the first update. */
function recentLoss({ losses }: Recorded, { batch }: Batch): { loss: number; samples: number } | undefined {
  const last = losses.slice(-RECENT);
  if (last.length === 0) return undefined;
  return { loss: last.reduce((sum, loss) => sum + loss, 0) / last.length, samples: last.length * batch };
}

/**
 * The mean loss over all samples of a set's batches.
 *
 * @param stateful whether each batch begins with the state that the one before it left
 */
export function* evaluate(
  network: Network,
  batches: readonly Batch[] = [],
  { evaluations }: Recorded,
  of: Pick<Evaluation, "update" | "set">,
  stateful = false,
): Generator<TrainingEvent | undefined> {
  if (batches.length === 0) return;
  let [samples, loss, right] = [0, 0, 0];
  let carried: BatchState | undefined;
  for (const data of batches) {
    const batch = stateful ? withCarried(data, network.spec, carried) : data;
    const result = yield* asPauses(network.training.run(batch));
    if (stateful) carried = network.training.finalState();
    samples += batch.batch;
    loss += result.loss * batch.batch;
    right += (result.accuracy ?? Number.NaN) * batch.batch;
    yield;
  }
  const accuracy = Number.isNaN(right) ? null : right / samples;
  const evaluation = { ...of, loss: loss / samples, accuracy };
  evaluations.push(evaluation);
  yield { kind: "evaluation", ...evaluation };
}
