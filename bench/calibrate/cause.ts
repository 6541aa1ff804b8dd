import type { KnobName, Trial, TrueCause } from "./knobs.ts";

export interface CauseTruth {
  /** Null: ambiguous. */
  readonly cause: TrueCause | null;
  readonly why: "restored" | "two restore alike" | "none restores";
  /** The knob that restored most. */
  readonly knob: KnobName | null;
  /** For each knob, the recovered part of the nats that can be recovered. */
  readonly recoveries: Readonly<Partial<Record<KnobName, number>>>;
}

/** Fixed before the study. */
export const CAUSE = {
  /** A knob restores if it gives back at least this part of the nats. */
  restores: 0.5,
  /** Two knobs restore alike if their parts differ by at most this. */
  tie: 0.1,
  /** −∞ and NaN count as the whole range of a float32, 2⁻¹⁵⁰ to 1, in nats. */
  lost: 150 * Math.LN2,
} as const;

const sizeOf = (gain: number): number => (Number.isFinite(gain) ? Math.abs(gain) : CAUSE.lost);

/**
 * The part of the nats between `before` and `attainable` that `after` gives back: 1 all, 0 none, negative where it is worse than before, −∞
 * where it is not even finite.
 */
export function recovery(before: number, after: number, attainable = 0): number {
  if (Number.isNaN(after)) return Number.NEGATIVE_INFINITY;
  const size = sizeOf(before);
  const end = Number.isFinite(after) ? Math.abs(after) : Math.max(CAUSE.lost, size);
  return Math.min(1, (size - end) / (size - sizeOf(attainable)));
}

/**
 * The true cause of a fault: the knob whose reversal restores most of the gain.
 *
 * First, is it what the parameters are? It is where all parameter knobs together give back half the nats; then each is judged by its part of
 * what they all give back. Else it is what the network is: activation or path, judged by their part of all nats, of which a quarter of a path
 * takes three quarters of any steady loss. Two knobs that tie under one name (inputs and biases, both saturation) are that one; any other tie
 * is ambiguous, as is what no knob restores.
 *
 * @param careful the gain with every parameter knob turned back at once
 */
export function causeOf(before: number, careful: number, trials: readonly Trial[]): CauseTruth {
  const ofParameters = recovery(before, careful) >= CAUSE.restores;
  const level = ofParameters ? "parameters" : "structure";
  const parts = trials
    .filter((trial) => trial.level === level)
    .map((trial) => ({ ...trial, part: recovery(before, trial.gain, ofParameters ? careful : 0) }));
  const recoveries = Object.fromEntries(parts.map(({ knob, part }) => [knob, part]));
  const best = Math.max(...parts.map(({ part }) => part), Number.NEGATIVE_INFINITY);
  if (!(best >= CAUSE.restores)) return { cause: null, why: "none restores", knob: null, recoveries };
  const alike = parts.filter(({ part }) => part >= best - CAUSE.tie);
  const { cause, knob } = alike.reduce((most, one) => (one.part > most.part ? one : most));
  if (alike.some((one) => one.cause !== cause)) return { cause: null, why: "two restore alike", knob, recoveries };
  return { cause, why: "restored", knob, recoveries };
}
