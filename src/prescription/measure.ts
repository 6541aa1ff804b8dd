import { CELL_TABLE } from "../catalogue/index.ts";
import { type Diagnosis, diagnose, type Verdict } from "../diagnosis/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { Network } from "../network/create.ts";
import type { Batch } from "../tasks/index.ts";
import { interval } from "./interval.ts";
import type { Outcome } from "./types.ts";

/** The judgement of one pass of one network. */
export interface Measured {
  readonly flow: GradientFlow;
  readonly diagnosis: Diagnosis;
  readonly gain: number;
}

/** The batch of one seed. */
export interface Sample {
  readonly seed: number;
  readonly batch: Batch;
}

/**
 * Measures one pass, with pauses.
 *
 * @param ledger whether causes are needed, with the statistics that name the tensor at fault; the gain of an LSTM
 *   always needs the ledger
 */
export function* measured(network: Network, batch: Batch, ledger: boolean): Generator<undefined, Measured> {
  const { spec } = network;
  const cellState = spec.kind === "recurrent" && CELL_TABLE[spec.cell].cellState;
  const work = network.propagateInParts(batch, {
    ledger: ledger || cellState,
    contributions: false,
    statistics: ledger,
  });
  for (;;) {
    const { done, value } = work.next();
    if (done) {
      const diagnosis = diagnose(value);
      return { flow: value, diagnosis, gain: gainOf(diagnosis) };
    }
    yield undefined;
  }
}

/**
 * The gain that decided a verdict: that of the worst station, or that of the extreme samples if samples disagree; NaN
 * if it is not finite.
 */
export function gainOf({ verdict, evidence }: Diagnosis): number {
  if (verdict === "nonfinite") return Number.NaN;
  if (verdict === "dead") return Number.NEGATIVE_INFINITY;
  if (verdict !== "mixed" || evidence.samples === null) return evidence.worst.gain;
  const { q05, q95 } = evidence.samples;
  return Math.abs(q05) > Math.abs(q95) ? q05 : q95;
}

/** |gain| in nats; +∞ if the gain is NaN. */
export const distance = (gain: number): number => (Number.isNaN(gain) ? Number.POSITIVE_INFINITY : Math.abs(gain));

/** before − after; 0 if both are infinite. */
export const difference = (before: number, after: number): number => (before === after ? 0 : before - after);

const WORST_LAST: readonly Verdict[] = ["healthy", "mixed", "exploding", "vanishing", "dead", "nonfinite"];

/** The outcome of several seeds from their gains in nats and their verdicts. A gain that is NaN counts as +∞. */
export function outcomeOf(gains: readonly number[], verdicts: readonly Verdict[]): Outcome {
  return {
    gains,
    gain: interval(gains.map((gain) => (Number.isNaN(gain) ? Number.POSITIVE_INFINITY : gain))),
    verdicts,
    verdict: majority(verdicts, WORST_LAST),
  };
}

/** The most frequent name. If several are equally frequent, the last of them in `order`. */
export function majority<Name>(names: readonly Name[], order: readonly Name[]): Name {
  const counted = (name: Name) => names.filter((other) => other === name).length;
  return [...names].sort((a, b) => counted(b) - counted(a) || order.indexOf(b) - order.indexOf(a))[0];
}
