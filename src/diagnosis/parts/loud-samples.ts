import type { LoudFlow } from "../../flow/index.ts";
import { percent, power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import { LARGE } from "./input-columns.ts";
import type { PartCause } from "./part.ts";

/* Samples that are far larger than all the others. */

/** A sample is on flat ends if this share of its derivatives is, because a part of its inputs may be zero. */
const HALF = 0.5;

/**
 * The effect of loud samples:
 * - `mixed`: they, and not the others, are on the flat ends of the first layer's activations;
 * - `unscaled`: no activation bounds what they do, so that they outweigh the others in the gradient;
 * - `few`: one of the two, but they are too few, or not loud enough, to stand in the way.
 */
export function effectOf(loud: LoudFlow | null): "mixed" | "unscaled" | "few" | null {
  if (loud === null) return null;
  const { flat = 0, flatOthers = 1 } = loud;
  if (flat >= HALF && flatOthers <= THRESHOLDS.flatOthers) return loud.share >= THRESHOLDS.silent ? "mixed" : "few";
  if (!isDominant(loud)) return null;
  return loud.lnScale - loud.lnOthers >= THRESHOLDS.gain ? "unscaled" : "few";
}

/** Whether these samples are the exception, and no activation bounds what they do to gradient and outputs. */
export const isDominant = ({ share, flat, lnScale, lnOthers }: LoudFlow): boolean =>
  flat === undefined && share <= HALF && lnScale >= Math.log(LARGE) && lnOthers < Math.log(LARGE);

export const sizesOf = ({ lnScale, lnOthers }: LoudFlow): string =>
  `the root mean square of their inputs is ${power(lnScale)}, and that of the other samples ${power(lnOthers)}`;

export const loudCause = (loud: LoudFlow): PartCause => ({
  factor: "sample-scale",
  nats: Number.NaN,
  sentence: `${percent(loud.share)} of the samples are not scaled: ${sizesOf(loud)}`,
});

/** A sentence about loud samples that do not stand in the way; null if there are none. */
export const fewLoud = (loud: LoudFlow | null): string | null =>
  loud !== null && effectOf(loud) === "few" ? `${loudCause(loud).sentence}.` : null;
