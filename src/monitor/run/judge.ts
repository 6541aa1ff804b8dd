import { CURVES, MISSING, type Run, type Thinned } from "../../records/index.ts";
import { diagnoseMemory } from "../diagnosis.ts";
import { blockedBy, ofUpdates, runaway } from "../obstacles.ts";
import { significant } from "../../words/numbers.ts";
import type { MonitorDiagnosis } from "../types.ts";
import { findingsOf, lnStepOf } from "./findings.ts";
import { type Doing, doingOf, phasesOf } from "./history.ts";
import { memoryOf, stationLayers } from "./memory.ts";
import { isAlongTime, timeProfiles } from "./time.ts";
import type { MonitoredRun } from "./types.ts";
import { withTime } from "./with-time.ts";

/**
 * Judges a run: its last updates as a monitor does, its gradients along time, and the history of its loss.
 *
 * @throws EvanesceError for a run without any update that has norms
 */
export function judgeRun(run: Run): MonitoredRun {
  const along = isAlongTime(run);
  const time = timeProfiles(run);
  const memory = memoryOf(run);
  const judged = diagnoseMemory(memory);
  // the loss has a sentence of its own, so the summary of the path is written without it
  const { summary } = diagnoseMemory({ ...memory, losses: { size: 1, values: [] }, firstLoss: null });
  const silent = judged.state === "converged" || judged.state === "no-gradient";
  const path = withTime(silent ? judged : { ...judged, summary }, time, along);
  const doing = doingOf(run, path.state);
  const diagnosis = withUpdate(path, doing, run);
  const phases = along ? [] : phasesOf(run);
  const now = phases.at(-1);
  const { header, clipping, scaler } = run;
  const { low, high } = run.curves.extremes(CURVES.loss);
  const alongTime = diagnosis.causes.some(({ factor }) => factor === "length");
  return {
    ...diagnosis,
    run: {
      name: run.name,
      framework: header?.framework ?? null,
      model: header?.model ?? null,
      optimizer: header?.optimizer ?? null,
      lossName: header?.loss ?? null,
      order: run.options.order === undefined ? (header?.order ?? "unknown") : "given",
      axis: along ? "step" : "layer",
      updates: run.updates,
      firstUpdate: run.firstUpdate,
      lastUpdate: run.lastUpdate,
      window: run.window,
      stride: run.lnNorm.stride,
      curveStride: run.curves.stride,
      activity: doing.activity,
      activeSince: doing.since,
      doing: doing.sentence,
      since:
        diagnosis.verdict === "blocked"
          ? doing.since
          : now !== undefined && now.verdict === diagnosis.verdict && !alongTime
            ? now.from
            : null,
      phases,
      loss: { first: run.firstLoss, last: run.lastLoss, least: run.leastLoss, baseline: run.baseline },
      curves: {
        update: run.curves.updates.first,
        loss: run.curves.row(CURVES.loss),
        lossLow: low,
        lossHigh: high,
        lnClip: clipping.known > 0 ? run.curves.row(CURVES.lnClip) : null,
        lnTotal: run.curves.row(CURVES.lnTotal),
      },
      map: mapOf(run),
      clipping:
        clipping.known === 0
          ? null
          : {
              updates: clipping.known,
              engaged: clipping.engaged,
              typical: clipping.engaged === 0 ? 1 : Math.exp(clipping.lnSum / clipping.engaged),
              least: clipping.least,
            },
      scaler: scaler.known === 0 ? null : { skipped: scaler.skipped, updates: scaler.known, scale: scaler.last },
      rates: run.rate,
      steps: stepsOf(run),
      time,
      findings: findingsOf(run),
    },
  };
}

/** Phases in which the size of the updates is not judged: at the end of a run, small steps are right. */
const DONE: readonly Doing["activity"][] = ["converged", "constant-labels", "no-gradient", "nonfinite"];

/** If the path is healthy, the update is judged: a run that diverges, or whose weights hardly move, is blocked. */
function withUpdate(path: MonitorDiagnosis, doing: Doing, run: Run): MonitorDiagnosis {
  if ((path.verdict !== "healthy" && path.verdict !== "blocked") || DONE.includes(doing.activity)) return path;
  const rate = run.rate?.[0] ?? null;
  if (doing.activity === "diverging") {
    const now = rate === null ? "" : `, ${significant(rate)} now`;
    const advice = `Lower the learning rate${now}, or clip the gradient's norm; go back to what was saved before update ${doing.since}.`;
    return blockedBy(path, runaway(doing.nats, advice));
  }
  const obstacle = ofUpdates(path.layers, rate);
  return obstacle === null ? path : blockedBy(path, obstacle);
}

function mapOf(run: Run): MonitoredRun["run"]["map"] {
  const path = stationLayers(run);
  const rows = (of: Thinned) => path.map((l) => of.row(l));
  const measured = (of: Thinned) => of.length > 0 && path.some((l) => of.row(l).some((value) => !Number.isNaN(value)));
  return {
    update: run.lnNorm.updates.first,
    layers: path.map((l) => run.layers[l].name),
    lnNorm: rows(run.lnNorm),
    lnUpdateRatio: measured(run.lnRatio) ? rows(run.lnRatio) : null,
    zeros: measured(run.zeros) ? rows(run.zeros) : null,
  };
}

function stepsOf(run: Run): MonitoredRun["run"]["steps"] {
  const medians = run.medians();
  return run.layers.flatMap(({ name, main }, l) => {
    const adam = run.last.adam[main];
    const step = {
      name,
      lnUpdateRatio: medians[l].lnRatio,
      lnStep: lnStepOf(run, l),
      adam: adam === MISSING ? null : adam,
    };
    return step.lnUpdateRatio === null && step.lnStep === null && step.adam === null ? [] : [step];
  });
}
