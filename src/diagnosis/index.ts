import { EvanesceError } from "../base/errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import { crossing, reach } from "../metrics/index.ts";
import { costSentence, type TaskCost } from "./cost.ts";
import { advise } from "./advice/index.ts";
import { isBackward } from "./flow/cause-numbers.ts";
import { findCauses } from "./flow/causes.ts";
import { allCauses, additionalSentences, judgeParts, obstacleSentences, overall } from "./flow/parts.ts";
import { dataSentences } from "./flow/data.ts";
import { choosePath } from "./flow/path.ts";
import { presets } from "./presets/index.ts";
import { summarize } from "./sentences.ts";
import { lossState, type RecentLoss } from "./state.ts";
import { FLOAT32, THRESHOLDS } from "./thresholds.ts";
import { compareWithTheory } from "./flow/theory.ts";
import type { Diagnosis } from "./types.ts";
import { type Judgement, judge } from "./verdict.ts";

export {
  causeRemedy,
  NONFINITE_INPUT_REMEDY,
  RUN_REMEDY,
  SAMPLE_REMEDY,
  stateRemedy,
  tensorRemedy,
  TIME_REMEDY,
} from "./advice/remedies.ts";
export { movedSentence } from "./sentences.ts";
export { adviceSentence } from "./advice/index.ts";
export { type LossSeries, readLosses, type Runaway, runaway } from "./loss-series.ts";
export { judgeUpdate, rateRange, type UpdateReading } from "./parts/index.ts";
export { type PresetReport, presets } from "./presets/index.ts";
export { compareWithTheory } from "./flow/theory.ts";
export type { TheoryComparison } from "./flow/theory-comparison.ts";
export { THRESHOLDS } from "./thresholds.ts";
export type { BlockCost, Learner, TaskCost } from "./cost.ts";
export { severityOf } from "./verdict.ts";
export type {
  Advice,
  Cause,
  CauseName,
  Diagnosis,
  Evidence,
  Forecast,
  LossState,
  Part,
  PartName,
  PartState,
  Verdict,
} from "./types.ts";

export interface DiagnoseOptions {
  /** Learning rate of plain gradient descent; needed to judge the update and other tools' rules on updates. */
  readonly learningRate?: number | undefined;
  /** Compares the flow with theory, which takes about 100 ms, longer than all the rest. Default false. */
  readonly theory?: boolean | undefined;
  /**
   * Mean loss of a run's last updates, if a run is in progress. It shows a plateau better than the flow's single batch.
   */
  readonly recent?: RecentLoss | undefined;
  /** The result of `taskCost`. With it, the summary says whether vanishing matters on this task. */
  readonly cost?: TaskCost | undefined;
}

/**
 * Judges one flow. This is a pure function of the flow.
 *
 * The verdict is about the path; it comes from the transport probe if there is one. The state is about the loss. A run
 * that has converged, is on a plateau or has labels without information has small gradients too, but its path is sound,
 * so it is not called vanishing.
 * @throws EvanesceError if `flow` is not a flow
 */
export function diagnose(flow: GradientFlow, options: DiagnoseOptions = {}): Diagnosis {
  if (flow?.schema !== "evanesce.flow/1" || !(flow.lnGradientNorm instanceof Float64Array)) {
    throw new EvanesceError("diagnose", "a flow that propagate returned", flow, "call diagnose(propagate({ … }))");
  }
  const path = choosePath(flow);
  const judgement = judge(flow, path);
  const report = lossState(flow, options.recent);
  const found = judgeParts(flow, path, judgement, report, options);
  const { verdict, severity } = overall(judgement, found);
  const causes = allCauses(findCauses(flow, path, judgement), verdict, found, flow.spec.kind === "recurrent");
  const reached = reach(path.gains, THRESHOLDS.reach);
  const forecast = {
    float32Underflow: {
      normal: crossing(path.gains, path.decay, FLOAT32.normal),
      zero: crossing(path.gains, path.decay, FLOAT32.zero),
    },
    float32Overflow: crossing(path.gains, path.decay, FLOAT32.overflow),
  };
  const stationCount = path.gains.length;
  const last = Math.max(stationCount - 1, 0);
  const { lnGradientNorm } = flow;
  return {
    verdict,
    state: report.state,
    severity,
    summary: [
      ...obstacleSentences(found, verdict),
      summarize(flow, path, judgement, report, reached, forecast),
      costSentence(verdict, reached, flow.task.information, options.cost),
      ...additionalSentences(found, verdict),
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
    parts: found.map(({ part, state, evidence, numbers }) => ({ part, state, evidence, numbers })),
    data: dataSentences(flow),
    advice: advise(flow, verdict, report, causes, options.cost),
    causes,
    evidence: {
      source: path.source,
      stationCount,
      totalGain: stationCount < 2 ? null : path.gains[0],
      worst: judgement.worst,
      perStation: path.decay?.perStation ?? null,
      halfLife: path.decay?.halfLife ?? null,
      rSquared: path.decay?.rSquared ?? null,
      reach: reached,
      samples: judgement.samples,
      loss: {
        value: flow.loss,
        baseline: report.baseline,
        lnGradientNorm: report.lnGradientNorm,
        totalGain: lnGradientNorm.length === 0 ? Number.NaN : lnGradientNorm[0] - lnGradientNorm[last],
      },
      notes: path.notes,
    },
    stations: concerned(flow, path.gains, judgement),
    forecast,
    thresholds: THRESHOLDS,
    presets: presets(flow, options),
    ...(options.cost === undefined ? {} : { cost: options.cost }),
    ...(options.theory === true && flow.weights === undefined ? { theory: compareWithTheory(flow) } : {}),
  };
}

/**
 * The stations that a verdict is about: those whose gain lies beyond the threshold on the side of the worst one, or is
 * zero or NaN. For a healthy path these are all stations. If a forward pass left the range of numbers, they begin at
 * the station where it did and end at the last.
 */
function concerned(flow: GradientFlow, gains: Float64Array, { verdict, worst }: Judgement): [number, number] {
  const last = Math.max(gains.length - 1, 0);
  if (verdict === "healthy") return [0, last];
  if (verdict === "nonfinite" && flow.nonfinite !== undefined) {
    const at = flow.nonfinite[flow.axis] ?? last;
    return isBackward(flow) ? [0, at] : [at, last];
  }
  const sign = worst.gain > 0 ? 1 : -1;
  const outside = (gain: number) => !(sign * gain <= THRESHOLDS.gain); // NaN too
  const from = gains.findIndex(outside);
  return from < 0 ? [worst.station, last] : [from, gains.findLastIndex(outside)];
}
