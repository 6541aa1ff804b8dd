import { power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { PartState } from "../types.ts";
import type { PartCause } from "./part.ts";

/* The way of the gradient from the highest recurrent layer down to the lowest. */

/** One place on the way down: a level of a stack. */
export interface Level {
  /** "layer l1". */
  readonly name: string;
  /** ln of what arrives below it − ln of what arrives at it. */
  readonly lnGain: number;
  /** ln of the root mean square of an entry of its biases, and of a row of its input weights; with their names. */
  readonly lnBias: number;
  readonly bias: string;
  readonly lnRow: number;
  readonly weight: string;
}

export interface Faded {
  readonly state: PartState;
  readonly evidence: string;
  readonly nats: number;
  readonly cause: PartCause;
}

/**
 * Whether the gradient shrinks or grows on its way down a stack by more than a path may. The path itself runs along the
 * steps, so it does not show this.
 *
 * @param levels the levels above the lowest one, the highest first
 * @param gated    a gate of these levels that lets nothing through
 * @param silenced what turns all units of a layer off
 */
export function fadedLevel(
  levels: readonly Level[],
  gated: PartCause | null,
  silenced: PartCause | null,
): Faded | null {
  const total = levels.reduce((sum, { lnGain }) => sum + lnGain, 0);
  if (levels.length === 0 || Number.isNaN(total) || Math.abs(total) <= THRESHOLDS.gain) return null;
  const grows = total > 0;
  const worst = levels.reduce((a, b) => ((grows ? b.lnGain > a.lnGain : b.lnGain < a.lnGain) ? b : a));
  const size =
    total === Number.NEGATIVE_INFINITY
      ? "becomes exactly zero"
      : `${grows ? "grows" : "shrinks"} by a factor of ${power(Math.abs(total))}`;
  const off = total === Number.NEGATIVE_INFINITY && worst.lnRow > Number.NEGATIVE_INFINITY ? silenced : null;
  const [state, cause] = grows
    ? growing(worst)
    : gated !== null
      ? (["shut", gated] as const)
      : off !== null
        ? (["dead", off] as const)
        : shrinking(worst);
  const evidence = `From the highest recurrent layer down to the lowest, the gradient ${size}: ${cause.sentence}`;
  return { state, evidence, nats: total, cause: { ...cause, nats: total } };
}

const growing = ({ weight }: Level): readonly [PartState, PartCause] => [
  "exploding",
  { factor: "weights", tensor: weight, nats: 0, sentence: `${weight} is too large` },
];

/** A pre-activation of this size is on a flat end. */
const FLAT_FROM = 3;

function shrinking({ name, lnRow, weight, lnBias, bias, lnGain }: Level): readonly [PartState, PartCause] {
  const of = (factor: string, tensor: string, sentence: string) => ({ factor, tensor, nats: 0, sentence });
  if (lnRow === Number.NEGATIVE_INFINITY) return ["unheard", of("weights", weight, `${weight} is exactly zero`)];
  if (lnRow <= -THRESHOLDS.gain / 2) return ["unheard", of("weights", weight, `${weight} is too small`)];
  if (lnBias > Math.log(FLAT_FROM) && lnBias > lnRow)
    return ["saturated", of("bias", bias, `${bias} is too large (its root mean square is ${power(lnBias)})`)];
  if (lnRow > Math.log(2 * FLAT_FROM))
    return [
      "saturated",
      of("weights", weight, `${weight} is too large (the root mean square of a row is ${power(lnRow)})`),
    ];
  const sentence = `most of it is lost in ${name} (a factor of ${power(Math.abs(lnGain))})`;
  return ["vanishing", { factor: "weights", tensor: weight, nats: 0, sentence }];
}
