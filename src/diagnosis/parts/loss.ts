import { percent, significant } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { LossState } from "../types.ts";
import { type Finding, fine, type PartCause, severityBeyond } from "./part.ts";

/** The state of the loss, and the numbers by which it is judged. */
export interface LossReading {
  readonly state: LossState;
  readonly value: number | null;
  readonly baseline: number | null;
  /** The loss of the best linear answer, for a linear network; null if it is not known or the network is not linear. */
  readonly linear: number | null;
  /** The loss of an untrained network with a careful initialization. */
  readonly usual: number;
  /** For squared error: root mean square, mean and standard deviation of the targets. */
  readonly targets: { readonly rootMeanSquare: number; readonly mean: number; readonly deviation: number } | null;
  /** For classes: the most frequent class and its share. */
  readonly commonest: { readonly share: number; readonly index: number } | null;
  /** Whether the loss is a squared error. */
  readonly squared: boolean;
  /** Smallest and largest possible output, if the loss reads a bounded activation; else null. */
  readonly range: Bounds | null;
  /** The fault of inputs that are not scaled and whose scale reaches the outputs; it explains large outputs. */
  readonly unscaledInput: PartCause | null;
}

/** The bounds of an activation's values. */
export interface Bounds {
  readonly activation: string;
  readonly from: number;
  readonly to: number;
}

/** Judges the loss: whether it sends a gradient, and whether it is not far above that of an untrained network. */
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
      return found("constant-labels", "The best constant answer has loss 0: the labels carry no information.", 1, {
        ...{ factor: "labels", nats: Number.NaN, sentence: "all labels are equal" },
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
    const evidence = `The loss is ${significant(value)}, that of the best trivial answer ${significant(baseline)}: ${unscaled.sentence}.`;
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
    const evidence = `The loss is ${significant(value)}, ${times} times that of the best trivial answer, ${significant(baseline)}: ${cause.sentence}.`;
    return found(
      "above-trivial",
      evidence,
      severityBeyond(Math.log(value / baseline), Math.log(THRESHOLDS.aboveTrivial)),
      cause,
    );
  }
  const linear = linearLimit(reading);
  if (linear !== null) {
    const evidence = `${linear.sentence.charAt(0).toUpperCase()}${linear.sentence.slice(1)}.`;
    return found("out-of-reach", evidence, 1, linear);
  }
  return fine("loss", "healthy", healthySentence(reading), numbers);
}

/** The fault of targets whose mean is outside the range of the outputs. */
function outOfReach({ range, targets, value }: LossReading): PartCause | null {
  if (range === null || targets === null || value === null) return null;
  const { mean, deviation } = targets;
  if (mean >= range.from && mean <= range.to) return null;
  const sentence = `the outputs lie between ${range.from} and ${range.to}, because the loss reads ${range.activation}, but the targets have mean ${significant(mean)} and deviation ${significant(deviation)}`;
  return { factor: "target-scale", nats: Number.NaN, sentence };
}

/** The limit of a network that can only give linear answers. */
function linearLimit({ linear, baseline, value }: LossReading): PartCause | null {
  if (linear === null || baseline === null || value === null) return null;
  if (linear <= THRESHOLDS.learned * baseline) return null;
  const sentence = `the network has no nonlinearity, and the best linear answer has a loss of ${significant(linear, 2)}; that of the best trivial answer is ${significant(baseline, 2)}`;
  return { factor: "linear", nats: Number.NaN, sentence };
}

/** Targets so large that the outputs, which start near 1, need very long to reach them. */
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

/** If the loss is far larger than the size of the targets explains, the outputs are too large. */
function whyAbove({ unscaledInput }: LossReading): PartCause {
  const nats = Number.NaN;
  if (unscaledInput !== null) {
    return { ...unscaledInput, nats, sentence: `the outputs are far too large, because ${unscaledInput.sentence}` };
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
        ? `The loss is ${significant(value)}; that of the best trivial answer is not known.`
        : `The loss is ${significant(value)}, that of the best trivial answer ${significant(baseline)}.`;
  if (commonest === null || commonest.share < 0.9) return size;
  return `${size} ${percent(commonest.share)} of the samples belong to class ${commonest.index}: a constant answer is right as often.`;
}
