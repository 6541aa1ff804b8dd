import type { GradientFlow, TruncatedFlow } from "../../flow/index.ts";
import type { Finding } from "../kit/finding.ts";
import { count, counted, degrees, significant } from "../../words/numbers.ts";
import { decaySentence } from "./decay-sentence.ts";

/** What truncation makes of the weights' gradient: how far it turns, how much of it is left. */
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

/** How fast one step's loss fades with the lag. */
export function credit({ credit: measured, lnGradientNorm }: GradientFlow): Finding | undefined {
  if (measured === undefined) return undefined;
  const of = `one step's loss (${count(measured.losses.length)} of ${count(lnGradientNorm.length)} taken)`;
  const text =
    measured.decay === null
      ? `${of} has a gradient at fewer than two steps`
      : `what ${of} contributes ${decaySentence(measured.decay, lnGradientNorm.length, "step")}`;
  return { label: "Credit", text };
}
