import { percent, significant } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { LossState } from "../types.ts";
import { type Finding, fine, type PartCause, severityBeyond } from "./part.ts";

/** What a reader knows of the loss beside its state. */
export interface LossReading {
  readonly state: LossState;
  readonly value: number | null;
  readonly baseline: number | null;
  /** The loss that an untrained network of careful initialization may have. */
  readonly usual: number;
  /** Of squared error: the targets' root mean square, mean and deviation. */
  readonly targets: { readonly rootMeanSquare: number; readonly mean: number; readonly deviation: number } | null;
  /** Of classes: the share of the commonest. */
  readonly commonest: { readonly share: number; readonly index: number } | null;
  /** Whether the loss counts squares. */
  readonly squared: boolean;
  /** Smallest and largest output that there can be, of a network whose bounded activation the loss reads; else null. */
  readonly range: Bounds | null;
  /** Inputs that are not scaled, where their scale reaches the outputs. */
  readonly unscaledInput: PartCause | null;
}

/** What an activation's values lie between. */
export interface Bounds {
  readonly activation: string;
  readonly from: number;
  readonly to: number;
}

/** Judges the loss: whether it says something, and stands where an untrained network's may. */
export function judgeLoss(reading: LossReading): Finding {
  const { state, value, baseline } = reading;
  const numbers = {
    value,
    baseline,
    ratio: value === null || baseline === null || baseline === 0 ? null : value / baseline,
  };
  const found = (word: Finding["state"], evidence: string, severity: number, cause: PartCause): Finding => ({
    ...{ part: "loss" as const, state: word, evidence, numbers, severity, cause },
  });
  switch (state) {
    case "unlabelled":
      return fine("loss", "unmeasured", "The pass had no targets.", numbers);
    case "nonfinite":
      return found("nonfinite", "The loss is NaN or infinite.", 1, {
        ...{ factor: "nonfinite-value", nats: Number.NaN, sentence: "the loss is NaN or infinite" },
      });
    case "constant-labels":
      return found("constant-labels", "The best constant answer has loss 0: the labels carry nothing.", 1, {
        ...{ factor: "labels", nats: Number.NaN, sentence: "all labels are alike" },
      });
    case "no-gradient":
      return found("no-gradient", "The loss sends a gradient of exactly zero.", 1, {
        ...{ factor: "labels", nats: Number.NEGATIVE_INFINITY, sentence: "the loss sends a gradient of exactly zero" },
      });
    default:
  }
  const far = outOfReach(reading);
  if (far !== null) {
    const evidence = `${far.sentence.charAt(0).toUpperCase()}${far.sentence.slice(1)}.`;
    return found("above-trivial", evidence, 1, far);
  }
  const unscaled = unscaledTargets(reading);
  if (unscaled !== null && value !== null && baseline !== null) {
    const above = value > 2 * baseline;
    const evidence = `The loss is ${significant(value)}, the best trivial answer's ${significant(baseline)}: ${unscaled.sentence}.`;
    const nats = Math.log(Math.max((reading.targets as NonNullable<LossReading["targets"]>).rootMeanSquare, 1));
    return found(
      above ? "above-trivial" : "unscaled",
      evidence,
      severityBeyond(nats, Math.log(THRESHOLDS.targetScale / 10)),
      unscaled,
    );
  }
  if (
    value !== null &&
    baseline !== null &&
    baseline > 0 &&
    value > THRESHOLDS.aboveTrivial * Math.max(baseline, reading.usual)
  ) {
    const times = significant(value / baseline, 2);
    const cause = whyAbove(reading);
    const evidence = `The loss ${significant(value)} is ${times} times the best trivial answer's ${significant(baseline)}: ${cause.sentence}.`;
    return found(
      "above-trivial",
      evidence,
      severityBeyond(Math.log(value / baseline), Math.log(THRESHOLDS.aboveTrivial)),
      cause,
    );
  }
  return fine("loss", "healthy", healthySentence(reading), numbers);
}

/** Targets whose mean no output can have. */
function outOfReach({ range, targets, value }: LossReading): PartCause | null {
  if (range === null || targets === null || value === null) return null;
  const { mean, deviation } = targets;
  if (mean >= range.from && mean <= range.to) return null;
  const sentence = `the outputs lie between ${range.from} and ${range.to}, for the loss reads ${range.activation}, and the targets have mean ${significant(mean)} and deviation ${significant(deviation)}`;
  return { factor: "target-scale", nats: Number.NaN, sentence };
}

/** Targets so large that outputs which start near 1 are far away, and stay there for long. */
function unscaledTargets({ targets, squared, value, baseline }: LossReading): PartCause | null {
  if (!squared || targets === null || value === null || baseline === null) return null;
  const { rootMeanSquare, mean, deviation } = targets;
  // outputs larger than the targets have another cause
  if (value > 4 * rootMeanSquare ** 2 || value <= THRESHOLDS.converged * baseline) return null;
  const far = value > THRESHOLDS.aboveTrivial * baseline;
  const limit = far ? THRESHOLDS.targetScale / 10 : THRESHOLDS.targetScale;
  if (rootMeanSquare < limit || value < baseline / 2) return null;
  const sentence = `the targets are not scaled (mean ${significant(mean)}, deviation ${significant(deviation)})`;
  return { factor: "target-scale", nats: Number.NaN, sentence };
}

/** A loss far above what the targets' own size makes it is the outputs' size. */
function whyAbove({ unscaledInput }: LossReading): PartCause {
  const nats = Number.NaN;
  if (unscaledInput !== null) {
    return { ...unscaledInput, nats, sentence: `the outputs are far too large, for ${unscaledInput.sentence}` };
  }
  return {
    factor: "readout-scale",
    tensor: "readout.weight",
    nats,
    sentence: "the outputs are far too large for the targets",
  };
}

function healthySentence({ value, baseline, commonest }: LossReading): string {
  const size =
    value === null
      ? "The loss sends a gradient."
      : baseline === null
        ? `The loss is ${significant(value)}; the best trivial answer's is not known.`
        : `The loss is ${significant(value)}, the best trivial answer's ${significant(baseline)}.`;
  if (commonest === null || commonest.share < 0.9) return size;
  return `${size} ${percent(commonest.share)} of the samples are of class ${commonest.index}: always answering it is right as often.`;
}
