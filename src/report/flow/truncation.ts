import type { GradientFlow, TruncatedFlow } from "../../flow/index.ts";
import type { Finding } from "../kit/finding.ts";
import { count, counted, degrees, significant } from "../../words/numbers.ts";
import { decaySentence } from "./decay-sentence.ts";

/** The effect of truncation on the weights' gradient: how far it turns and how long it still is. */
export function truncated({ truncated: cut }: GradientFlow): Finding | undefined {
  if (cut === undefined) return undefined;
  const { k1, k2, angle, ratio } = cut;
  const how = k1 === k2 ? `to ${counted(k1, "step")}` : `to ${counted(k2, "step")}, ${count(k1)} at a time`;
  const label = "Truncated";
  if (ratio === null) return { label, text: `${how}: the full gradient is zero or not finite` };
  if (ratio === 0) return { label, text: `${how}: nothing is left of the weights' gradient` };
  if (angle === 0 && ratio === 1) return { label, text: `${how}: nothing is cut` };
  const turned = angle === null ? "" : `turns by ${degrees(angle)} and `;
  return {
    label,
    text: `${how}: the weights' gradient ${turned}is ${significant(ratio)} times as long${farthest(cut)}`,
  };
}

/** The parameter whose gradient turns most. */
function farthest({ parameters }: TruncatedFlow): string {
  let most: { name: string; angle: number } | undefined;
  for (const { name, angle } of parameters) if (angle !== null && angle > (most?.angle ?? 0)) most = { name, angle };
  return most === undefined ? "" : `; ${most.name} turns most, by ${degrees(most.angle)}`;
}

/** How fast the gradient of one step's loss shrinks with the distance. */
export function credit({ credit: measured, lnGradientNorm, bottleneck = 0 }: GradientFlow): Finding | undefined {
  if (measured === undefined) return undefined;
  const of = `the gradient of a single step's loss (measured for ${count(measured.losses.length)} of ${count(lnGradientNorm.length - bottleneck)} steps)`;
  const text =
    measured.decay === null
      ? `${of} is not zero at fewer than two steps`
      : `${of} ${decaySentence(measured.decay, lnGradientNorm.length, "step")}`;
  return { label: "Credit", text };
}
