import { runaway, THRESHOLDS, type Verdict } from "../../diagnosis/index.ts";
import { worstGain } from "../../metrics/index.ts";
import { CURVES, type Run } from "../../records/index.ts";
import { significant } from "../../words/numbers.ts";
import { pathLayers } from "./memory.ts";
import type { RunActivity, RunPhase } from "./types.ts";
import type { LossState } from "../../diagnosis/index.ts";

/** Least columns of a phase. A shorter one is noise around a threshold and joins the phase before it. */
const LEAST_PHASE = 3;
/** A loss of this many times its start has risen. */
const RISEN = 1.5;
/** Number of updates over which the loss is averaged before it is compared. */
const SMOOTHED = 20;

/** The verdict on the path over the whole run, for each column of the map. */
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

/** The phase of a run from its loss: since which update, and in a sentence. */
export interface Doing {
  readonly activity: RunActivity;
  readonly since: number | null;
  readonly sentence: string;
  /** ln of the factor by which the loss has risen; 0 if it has not. */
  readonly nats: number;
}

/** @param state the state of the last losses */
export function doingOf(run: Run, state: LossState): Doing {
  return { nats: 0, ...lossDoing(run, state) };
}

function lossDoing(run: Run, state: LossState): Omit<Doing, "nats"> & { readonly nats?: number } {
  const losses = run.curves.row(CURVES.loss);
  const { first } = run.curves.updates;
  const start = losses.find(Number.isFinite);
  const now = recent(run.losses);
  if (run.lastLoss === null || start === undefined) {
    if (run.lastLoss === null) return { activity: "unlabelled", since: null, sentence: "The record has no loss." };
  }
  const from = significant(start ?? Number.NaN);
  const of = (since: number | null) => (since === null ? "" : ` since update ${since}`);
  const known =
    run.baseline === null ? `its first value, ${from}` : `that of the trivial answer, ${significant(run.baseline)}`;
  if (run.nonfinite !== null || state === "nonfinite") {
    const since = run.nonfinite?.step ?? null;
    return { activity: "nonfinite", since, sentence: `The run has a NaN or infinity${of(since)}.` };
  }
  const risen = risenSince(run, losses, first);
  if (risen !== null) {
    const [low, high] = [significant(risen.least), significant(now)];
    return risen.climbs
      ? {
          activity: "diverging",
          since: risen.since,
          nats: Math.log(now / risen.least),
          sentence: `The run has been diverging since update ${risen.since}: the loss has risen from ${low} to ${high}.`,
        }
      : {
          activity: "relapsed",
          since: risen.since,
          sentence: `The run has lost what it had learned: the loss was ${low} at update ${risen.since} and is ${high} now.`,
        };
  }
  const reference = run.baseline ?? start ?? Number.NaN;
  switch (state) {
    case "converged": {
      const since = sinceWhen(losses, first, (loss) => loss <= THRESHOLDS.converged * reference);
      return {
        activity: "converged",
        since,
        sentence: `The run has converged${of(since)}: the loss is ${significant(now)}, compared with ${known}.`,
      };
    }
    case "plateau": {
      const since = sinceWhen(losses, first, (loss) => Math.abs(loss / now - 1) <= THRESHOLDS.plateau);
      return {
        activity: "plateau",
        since,
        sentence: `The loss has not changed${of(since)}: it is ${significant(now)}, compared with ${known}.`,
      };
    }
    case "constant-labels":
      return {
        activity: "constant-labels",
        since: null,
        sentence: "The best constant answer has loss 0: the labels carry no information.",
      };
    case "no-gradient":
      return {
        activity: "no-gradient",
        since: null,
        sentence: `The loss is ${significant(now)} and sends no gradient back.`,
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

/** A loss that is far above its least value. */
interface Risen {
  /** The last update at which the loss was near its least value. */
  readonly since: number;
  readonly least: number;
  /** Whether it still rises, or is far above its start. */
  readonly climbs: boolean;
}

/**
 * Whether the loss has diverged, by the rule for all runs, or has risen by less: its mean over SMOOTHED updates is
 * RISEN times its start, or twice its least value. It climbs if the second half of the window is higher than the first
 * by two standard errors.
 */
function risenSince(run: Run, curve: Float64Array, updates: Float64Array): Risen | null {
  const now = recent(run.losses);
  const columns = Math.ceil(SMOOTHED / run.curves.stride);
  const smooth = smoothed(curve, columns);
  const known = Array.from(smooth.keys()).filter((c) => Number.isFinite(smooth[c]));
  if (known.length < 3 || !Number.isFinite(now)) return null;
  const least = Math.min(...known.map((c) => smooth[c]));
  const start = smooth[known[0]];
  // a loss that is not positive has no ratio, so it must have risen above its start
  const risen = least > 0 ? now > RISEN * start || now > 2 * least : now > start && start > least;
  const ran = runaway(curve) !== null;
  if (!risen && !ran) return null;
  const half = run.losses.length >> 1;
  const [before, after] = [run.losses.slice(0, half), run.losses.slice(half)].map(moments);
  const climbs = ran || after.mean - before.mean > 2 * Math.sqrt(before.error + after.error) || now > RISEN * start;
  const middle = least > 0 ? Math.sqrt(least * now) : (least + now) / 2;
  const near = known.findLast((c) => smooth[c] < middle) ?? known[0];
  // the running mean is behind the columns
  const lowest = known.reduce((best, c) => (smooth[c] < smooth[best] ? c : best), known[0]);
  const turn = known
    .filter((c) => c > lowest - columns && c <= lowest)
    .reduce((best, c) => (curve[c] < curve[best] ? c : best), lowest);
  return { since: updates[climbs ? turn : near], least, climbs };
}

/** The mean over the last columns, for each column. */
function smoothed(curve: Float64Array, columns: number): Float64Array {
  return curve.map((_, c) => {
    const part = curve.slice(Math.max(0, c + 1 - columns), c + 1).filter(Number.isFinite);
    return part.reduce((sum, value) => sum + value / part.length, part.length === 0 ? Number.NaN : 0);
  });
}

function moments(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / Math.max(values.length - 1, 1), 0);
  return { mean, error: variance / values.length };
}

/** The first update of the last stretch in which `holds` is true; null if it is not true at the end. */
function sinceWhen(curve: Float64Array, updates: Float64Array, holds: (loss: number) => boolean): number | null {
  let since: number | null = null;
  for (let c = curve.length - 1; c >= 0 && (Number.isNaN(curve[c]) || holds(curve[c])); c--) since = updates[c];
  return since;
}
