import { RUN_REMEDY, THRESHOLDS, TIME_REMEDY, type Verdict } from "../../diagnosis/index.ts";
import { fitDecay } from "../../flow/index.ts";
import { reach as reachOf, worstGain } from "../../metrics/index.ts";
import type { Run } from "../../records/index.ts";
import { counted, nats, natsEach, ratio, significant } from "../../words/numbers.ts";
import type { TimeProfile } from "./types.ts";

/** Names that count steps, not layers: `h_12`, `step.3`, `hidden_t7`. */
const STEP_NAME =
  /^(?:.*[./])?(?:h|h_?t|t|step|steps|time|timestep|time_step|state|hidden_state|states)[._\-[]?(\d+)\]?$/i;

/** Whether a run's tensors are one hidden state at successive steps, by the record or by the names. */
export function isAlongTime(run: Run): boolean {
  const said = run.options.axis ?? (run.header?.axis === "step" ? "step" : undefined);
  if (said !== undefined) return said === "step";
  const tensors = run.header?.tensors ?? [];
  return tensors.every(({ shape }) => shape === undefined) && countSteps(tensors.map(({ name }) => name));
}

/** Whether names count the steps of one hidden state, upwards. */
export function countSteps(names: readonly string[]): boolean {
  const numbers = names.map((name) => Number(STEP_NAME.exec(name)?.[1] ?? Number.NaN));
  return names.length >= 3 && numbers.every((n, i) => !Number.isNaN(n) && (i === 0 || n > numbers[i - 1]));
}

/** All profiles along time of a run, judged like the steps of a flow. */
export function timeProfiles(run: Run): TimeProfile[] {
  if (isAlongTime(run)) {
    const ln = Float64Array.from(run.medians(), ({ lnNorm }) => lnNorm);
    return ln.length < 2 ? [] : [hiddenProfile(ln, run.lastUpdate ?? 0)];
  }
  const { stations } = run;
  return (stations?.series ?? [])
    .filter(({ norm }) => norm.length > 1)
    .map(({ name, of, norm, replayed }) =>
      profile(name, of, stations?.update ?? 0, norm.map(Math.log), replayed ?? null),
    );
}

/** The profile of one hidden state. @param lnNorm ln ‖∂L/∂h_t‖ `[T]`, the first step first */
export const hiddenProfile = (lnNorm: Float64Array, update: number): TimeProfile =>
  profile("the hidden state", "h", update, lnNorm, null);

function profile(name: string, of: string, update: number, lnNorm: Float64Array, replayed: number | null): TimeProfile {
  const reversed = name.endsWith("_reverse");
  // in a reversed direction, the gradient goes from the first step to the last
  const towardsLoss = reversed ? lnNorm.slice().reverse() : lnNorm;
  const T = lnNorm.length;
  const end = towardsLoss[T - 1];
  const gains = towardsLoss.map((value) => value - end);
  const silent = end === Number.NEGATIVE_INFINITY;
  const broken = lnNorm.some((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  const { gain, station } = silent || broken ? { gain: Number.NaN, station: 0 } : worstGain(gains);
  const verdict: Verdict = broken
    ? "nonfinite"
    : silent
      ? "dead"
      : gain < -THRESHOLDS.gain
        ? "vanishing"
        : gain > THRESHOLDS.gain
          ? "exploding"
          : "healthy";
  const perStep = broken ? null : (fitDecay(towardsLoss)?.perStation ?? null);
  const reach = reachOf(gains, THRESHOLDS.reach).stations + 1; // including the last step
  const halfLife = perStep !== null && perStep > 0 ? Math.LN2 / perStep : null;
  return {
    name,
    of,
    update,
    verdict,
    lnGradientNorm: lnNorm,
    totalGain: silent || broken ? Number.NaN : gains[0],
    perStep,
    halfLife,
    reach: silent || broken ? 0 : reach,
    replayed,
    sentence: sentenceOf(name, of, verdict, T, { gain, station, perStep, halfLife, reach, reversed }),
  };
}

interface Measured {
  readonly gain: number;
  readonly station: number;
  readonly perStep: number | null;
  readonly halfLife: number | null;
  readonly reach: number;
  readonly reversed: boolean;
}

function sentenceOf(name: string, of: string, verdict: Verdict, T: number, m: Measured): string {
  const where = `∂L/∂${of}_t of ${name}`;
  const [from, to] = m.reversed ? ["the first step", "the last"] : ["the last step", "the first"];
  const back = `from ${from} back to ${m.station === 0 ? to : `step ${m.reversed ? T - m.station : m.station + 1}`}`;
  switch (verdict) {
    case "nonfinite":
      return `${where} is NaN or infinite at some of its ${counted(T, "step")}.`;
    case "dead":
      return `${where} is exactly zero at its last step, so no gradient is sent back.`;
    case "vanishing":
      return m.gain === Number.NEGATIVE_INFINITY
        ? `${where} shrinks to exactly zero, ${back}; only the last ${counted(m.reach, "step")} of ${T} get a thousandth of the gradient.`
        : `${where} shrinks ${ratio(m.gain)} times (${nats(m.gain)} nats), ${back}${m.halfLife === null ? "" : `; it halves in ${significant(m.halfLife, 2)} steps`}; only the last ${counted(m.reach, "step")} of ${T} get a thousandth of it.`;
    case "exploding":
      return `${where} grows ${ratio(m.gain)} times (${nats(m.gain)} nats), ${back}${m.perStep === null ? "" : `, ${natsEach(-m.perStep)} nats a step`}.`;
    default:
      return `${where} keeps its size over ${counted(T, "step")}: ${nats(m.gain)} nats at most.`;
  }
}

/** The remedy for a path along time, in one line. */
export function timeAdvice(verdict: Verdict): string {
  switch (verdict) {
    case "exploding":
      return "Clip the gradient's norm now; then initialize W_hh orthogonally, or lower its gain.";
    case "nonfinite":
      return RUN_REMEDY;
    case "dead":
      return "Look for the place where the loss is cut from the last step: a detached state, a mask, or a loss of constants.";
    default:
      return TIME_REMEDY;
  }
}
