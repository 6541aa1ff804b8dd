import { judgeUpdate, type LossState, SAMPLE_REMEDY, THRESHOLDS } from "../diagnosis/index.ts";
import { percent, significant } from "../words/numbers.ts";
import type { MonitorDiagnosis, MonitorLayer } from "./types.ts";

/** A fault that blocks a run whose path is healthy. */
export interface Obstacle {
  readonly factor: string;
  readonly nats: number;
  readonly sentence: string;
  readonly severity: number;
  readonly advice: string;
}

/** The diagnosis of a healthy path that another fault blocks. */
export const blockedBy = (
  path: MonitorDiagnosis,
  { factor, nats, sentence, severity, advice }: Obstacle,
): MonitorDiagnosis => ({
  ...path,
  verdict: "blocked",
  severity,
  causes: [{ factor, share: 1, nats, layers: path.layers.map(({ name }) => name), sentence }],
  advice,
});

export const TOO_LARGE = "The learning rate is too large: divide it by ten, and clip the gradient's norm.";

/** States of the loss in which the size of the updates is not judged, because small steps are right there. */
const DONE: readonly LossState[] = ["converged", "no-gradient", "nonfinite"];

/**
 * The obstacle that the loss, the samples in the first layer, or the updates of the last steps show; null if there is
 * none.
 */
export function obstacleOf(
  layers: readonly MonitorLayer[],
  loud: number,
  state: LossState,
  rise: number,
  rate: number | null,
): Obstacle | null {
  if (state === "constant-labels") {
    const sentence = "all labels are equal";
    return { factor: "labels", nats: Number.NaN, sentence, severity: 1, advice: "Check how the labels are made." };
  }
  if (state === "diverging") {
    return runaway(rise, TOO_LARGE);
  }
  if (loud >= THRESHOLDS.silent) {
    const sentence = `${percent(loud)} of the samples are not scaled: in ${layers[0].name} they are on flat ends, or outweigh all others`;
    return { factor: "sample-scale", nats: Number.NaN, sentence, severity: 0.5, advice: SAMPLE_REMEDY };
  }
  return DONE.includes(state) ? null : ofUpdates(layers, rate);
}

/** A loss that rises although the path is healthy. @param nats by how many it has risen */
export const runaway = (nats: number, advice: string): Obstacle => ({
  factor: "learning-rate",
  nats,
  sentence: "the loss rises although the path is sound, so the learning rate is too large",
  severity: 1,
  advice,
});

/** Updates that hardly move the weights, or replace them; null if they do neither, or were not measured. */
export function ofUpdates(layers: readonly MonitorLayer[], rate: number | null): Obstacle | null {
  const ratios = layers.flatMap(({ name, lnUpdateRatio: ln }) => (ln === null ? [] : [{ name, ln }]));
  const { state, cause, severity } = judgeUpdate({ ratios, rate });
  if (cause === null) return null;
  const advice =
    state === "frozen"
      ? "Look for an optimizer that holds no parameters, a rate of 0, or a scaler that skips every update."
      : `${state === "rate-too-small" ? "Raise" : "Lower"} the learning rate${rate === null ? "" : ` from ${significant(rate)}`}.`;
  const { factor, nats, sentence } = cause;
  return { factor, nats, sentence, severity, advice };
}
