import { THRESHOLDS, type Verdict } from "../../diagnosis/index.ts";
import { worstGain } from "../../metrics/index.ts";
import { CURVES, type Run } from "../../records/index.ts";
import { significant } from "../../words/numbers.ts";
import { pathLayers } from "./memory.ts";
import type { RunActivity, RunPhase } from "./types.ts";
import type { LossState } from "../../diagnosis/index.ts";

/** Columns that a phase has at least; what is shorter is noise around a threshold, and joins the phase before it. */
const LEAST_PHASE = 3;
/** A loss that is this many times its start, or its least, is rising where it also rises over the window. */
const RISEN = 1.5;

/** The verdict of the layers' path over the whole run, column by column of the map. */
export function phasesOf(run: Run): RunPhase[] {
  const path = pathLayers(run);
  if (path.length === 0) return [];
  const { first, last } = run.lnNorm.updates;
  const phases: { verdict: Verdict; from: number; to: number; columns: number }[] = [];
  for (let c = 0; c < run.lnNorm.length; c++) {
    const lns = path.flatMap((l) => run.lnNorm.at(c, l) ?? []);
    if (lns.length === 0) continue;
    const verdict = verdictOf(Float64Array.from(lns));
    const now = phases.at(-1);
    if (now?.verdict === verdict) {
      now.to = last[c];
      now.columns++;
    } else phases.push({ verdict, from: first[c], to: last[c], columns: 1 });
  }
  const joined: typeof phases = [];
  phases.forEach((phase, i) => {
    const now = joined.at(-1);
    const short = phase.columns < LEAST_PHASE && i < phases.length - 1 && phase.verdict !== "nonfinite";
    if (now !== undefined && (short || now.verdict === phase.verdict)) {
      now.to = phase.to;
      now.columns += phase.columns;
    } else joined.push({ ...phase });
  });
  return joined.map(({ verdict, from, to }) => ({ verdict, from, to }));
}

/** @param lns ln ‖g‖ of the path's layers at one time, nearest the input first */
function verdictOf(lns: Float64Array): Verdict {
  if (lns.some((ln) => Number.isNaN(ln) || ln === Number.POSITIVE_INFINITY)) return "nonfinite";
  const end = lns[lns.length - 1];
  if (end === Number.NEGATIVE_INFINITY) return "dead";
  const { gain } = worstGain(lns.map((ln) => ln - end));
  if (gain === Number.NEGATIVE_INFINITY) return "dead";
  return gain < -THRESHOLDS.gain ? "vanishing" : gain > THRESHOLDS.gain ? "exploding" : "healthy";
}

/** What the run is doing, by its loss: since when, and in a sentence. */
export interface Doing {
  readonly activity: RunActivity;
  readonly since: number | null;
  readonly sentence: string;
}

/** @param state what the judge says of the last losses */
export function doingOf(run: Run, state: LossState): Doing {
  const losses = run.curves.row(CURVES.loss);
  const { first } = run.curves.updates;
  const start = losses.find(Number.isFinite);
  const [now, least] = [recent(run.losses), run.leastLoss];
  if (run.lastLoss === null || start === undefined) {
    if (run.lastLoss === null) return { activity: "unlabelled", since: null, sentence: "The record has no loss." };
  }
  const from = significant(start ?? Number.NaN);
  const of = (since: number | null) => (since === null ? "" : ` since update ${since}`);
  const known =
    run.baseline === null ? `its first value, ${from}` : `the trivial answer's, ${significant(run.baseline)}`;
  if (run.nonfinite !== null || state === "nonfinite") {
    const since = run.nonfinite?.step ?? null;
    return { activity: "nonfinite", since, sentence: `The run is broken${of(since)}: NaN or infinity.` };
  }
  const rising = risingSince(run, losses, first);
  if (rising !== null) {
    const sentence = `The run diverges since update ${rising}: the loss rises from ${significant(least ?? Number.NaN)} to ${significant(now)}.`;
    return { activity: "diverging", since: rising, sentence };
  }
  const reference = run.baseline ?? start ?? Number.NaN;
  switch (state) {
    case "converged": {
      const since = sinceWhen(losses, first, (loss) => loss <= THRESHOLDS.converged * reference);
      return {
        activity: "converged",
        since,
        sentence: `The run has converged${of(since)}: the loss is ${significant(now)}, against ${known}.`,
      };
    }
    case "plateau": {
      const since = sinceWhen(losses, first, (loss) => Math.abs(loss / now - 1) <= THRESHOLDS.plateau);
      return {
        activity: "plateau",
        since,
        sentence: `The loss does not move${of(since)}: it is ${significant(now)}, against ${known}.`,
      };
    }
    case "constant-labels":
      return {
        activity: "constant-labels",
        since: null,
        sentence: "The best constant answer has loss 0: the labels carry nothing.",
      };
    case "no-gradient":
      return {
        activity: "no-gradient",
        since: null,
        sentence: `The loss, ${significant(now)}, sends back no gradient.`,
      };
    default: {
      const change =
        now < (start ?? now)
          ? `has fallen from ${from} to ${significant(now)}`
          : `is ${significant(now)}, and was ${from} at first`;
      return { activity: "learning", since: run.firstUpdate, sentence: `The run is learning: the loss ${change}.` };
    }
  }
}

/** The median of the last losses. */
function recent(losses: readonly number[]): number {
  const last = losses
    .slice(-10)
    .filter((loss) => !Number.isNaN(loss))
    .sort((a, b) => a - b);
  return last.length === 0 ? Number.NaN : (last[(last.length - 1) >> 1] + last[last.length >> 1]) / 2;
}

/**
 * The update from which the loss rises: its least; null where it does not. It must be RISEN times its start or its
 * least, and higher over the window's second half than over its first by two standard errors.
 */
function risingSince(run: Run, curve: Float64Array, updates: Float64Array): number | null {
  const now = recent(run.losses);
  const finite = Array.from(curve.keys()).filter((c) => Number.isFinite(curve[c]));
  if (finite.length < 3 || !Number.isFinite(now)) return null;
  const lowest = finite.reduce((best, c) => (curve[c] < curve[best] ? c : best));
  const [start, least] = [curve[finite[0]], curve[lowest]];
  // a loss at or below zero has no ratio: it must have risen by more than it ever moved
  const risen = least > 0 ? now > RISEN * least && (now > RISEN * start || now > 2 * least) : now > start;
  if (!risen) return null;
  const half = run.losses.length >> 1;
  const [before, after] = [run.losses.slice(0, half), run.losses.slice(half)].map(moments);
  const climbs = after.mean - before.mean > 2 * Math.sqrt(before.error + after.error);
  return climbs || now > RISEN * start ? updates[lowest] : null;
}

function moments(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / Math.max(values.length - 1, 1), 0);
  return { mean, error: variance / values.length };
}

/** The first update of the last stretch in which `holds`; null where the end is not in it. */
function sinceWhen(curve: Float64Array, updates: Float64Array, holds: (loss: number) => boolean): number | null {
  let since: number | null = null;
  for (let c = curve.length - 1; c >= 0 && (Number.isNaN(curve[c]) || holds(curve[c])); c--) since = updates[c];
  return since;
}
