import { nonfiniteLayer } from "../flow/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { NONFINITE_INPUT_REMEDY, type UpdateReading } from "../diagnosis/index.ts";
import { power, ratio } from "../words/numbers.ts";
import type { Baseline } from "./baseline.ts";
import { judgeProgress, type LiveDiagnosis, type Phase } from "./progress.ts";
import type { Death } from "./death.ts";
import { because, repairOf } from "./next-step.ts";
import type { TrainingTrace } from "./trace.ts";

/** How a run ended. */
export type Ending = Pick<TrainingTrace, "outcome" | "reason" | "nonfinite">;

/** The end of a run whose loss or gradient left the range of float32. */
export const brokenOff = (spec: NetworkSpec, nonfinite: NonNullable<TrainingTrace["nonfinite"]>): Ending => ({
  outcome: "nonfinite",
  nonfinite,
  reason: tellNonfinite(spec, nonfinite),
});

/** The phase of a run at its end. */
export function phaseOf(
  { nonfinite, reason }: Ending,
  losses: readonly number[],
  baseline: Baseline | null,
  look: LiveDiagnosis | null,
  updates: UpdateReading | null,
  death: Death | null,
): Phase {
  if (nonfinite === undefined) return judgeProgress(losses, baseline, look, updates, death);
  const cause = whyNonfinite(nonfinite, look, updates);
  return {
    name: "nonfinite",
    since: nonfinite.update,
    sentence: `${reason as string}; ${cause.sentence}`,
    next: cause.next,
  };
}

/** Why a run left the range of float32: the learning rate, the scale of the data, or an exploding path. */
function whyNonfinite(
  { update, tensor, parameter }: NonNullable<TrainingTrace["nonfinite"]>,
  look: LiveDiagnosis | null,
  updates: UpdateReading | null,
): { sentence: string; next: string } {
  if (update === 1 && parameter === undefined && !(tensor in SPOKEN) && tensor !== "loss") {
    return { sentence: "it was so before the first update", next: NONFINITE_INPUT_REMEDY };
  }
  if (update === 1) {
    const scale = look?.obstacle !== undefined && look.obstacle.state !== "nonfinite";
    return scale
      ? {
          sentence: (look?.obstacle?.evidence ?? "").replace(/\.$/, ""),
          next: "Scale the data first, because no update was made yet.",
        }
      : {
          sentence: "no update was made yet, so the cause is the scale of the inputs or the gain of the weights",
          next: "Standardize the inputs, or lower the weights' gain.",
        };
  }
  const most = updates?.ratios.reduce((a, b) => (b.ln > a.ln ? b : a));
  if (look?.verdict === "exploding" && !(most !== undefined && most.ln > Math.log(0.1))) {
    return {
      sentence: `the path makes the gradient ${ratio(look.totalGain)} times larger`,
      next: "Repair the path first (prescribe), or clip the gradient's norm.",
    };
  }
  const size = most === undefined ? "" : ` (an update was ${power(most.ln)} of ${most.name}'s norm)`;
  const rate = "Divide the learning rate by ten, or clip the gradient's norm.";
  const repair = look?.obstacle?.state === "nonfinite" ? null : repairOf(look);
  return repair === null
    ? { sentence: `the learning rate is too large${size}`, next: rate }
    : {
        sentence: `the learning rate is too large${size}${because("nonfinite", look)}`,
        next: `${repair} Then: ${rate.charAt(0).toLowerCase()}${rate.slice(1)}`,
      };
}

/** The run in a sentence. */
export function summarize({ outcome, reason }: Ending, updates: number, steps: number, phase: Phase): string {
  if (outcome === "nonfinite") return phase.sentence;
  const ended = outcome === "completed" ? `${updates} updates` : `${updates} of ${steps} updates, ${reason}`;
  return `${ended}: ${phase.name.replaceAll("-", " ")}, ${phase.sentence}`;
}

/** Readable names of internal tensors. */
const SPOKEN: Readonly<Record<string, string>> = {
  h: "the hidden state h",
  delta: "the gradient ∂L/∂h",
  gradient: "a parameter's gradient",
};

function tellNonfinite(spec: NetworkSpec, nonfinite: NonNullable<TrainingTrace["nonfinite"]>): string {
  const { update, step, tensor, parameter } = nonfinite;
  if (tensor === "loss") return `the loss is not finite in update ${update}, but every hidden state is`;
  const layer = nonfiniteLayer(spec, { ...nonfinite, tensor: parameter ?? tensor });
  const place = step === undefined ? layer : `step ${step} of ${layer}`;
  const what = parameter === undefined ? (SPOKEN[tensor] ?? tensor) : `the ${tensor} of ${parameter}`;
  return `${what} is not finite in update ${update}, at ${place}`;
}

/** Mean loss and accuracy of the last 5 % of the updates, but at least of the last 10. */
export function finalOf(losses: readonly number[], accuracies: readonly (number | null)[]): TrainingTrace["final"] {
  const count = Math.min(losses.length, Math.max(10, Math.ceil(losses.length / 20)));
  if (count === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / count, 0);
  const last = accuracies.slice(-count).filter((value) => value !== null);
  return { loss: mean(losses.slice(-count)), accuracy: last.length === count ? mean(last) : null };
}
