import { severityOf, type Verdict } from "../../diagnosis/index.ts";
import type { MonitorDiagnosis } from "../types.ts";
import { timeAdvice } from "./time.ts";
import type { TimeProfile } from "./types.ts";

/**
 * The verdicts from best to worst. A run gets the worse one of the verdicts on the path through layers and on the path
 * along time.
 */
const WORSE: readonly Verdict[] = ["healthy", "blocked", "mixed", "vanishing", "exploding", "dead", "nonfinite"];

/**
 * Adds the gradients along time to a diagnosis: the worse of both verdicts counts, and its sentences speak of steps.
 */
export function withTime(layers: MonitorDiagnosis, time: readonly TimeProfile[], along: boolean): MonitorDiagnosis {
  // an LSTM carries its gradient in c; the gradient of h_t is only the part that leaves the cell at that step
  const carried = time.filter(({ name, of }) => of === "c" || !time.some((one) => one.name === name && one.of === "c"));
  const worst = carried.reduce<TimeProfile | undefined>(
    (most, one) => (most === undefined || WORSE.indexOf(one.verdict) > WORSE.indexOf(most.verdict) ? one : most),
    undefined,
  );
  if (worst === undefined) return layers;
  const judged = along || WORSE.indexOf(worst.verdict) > WORSE.indexOf(layers.verdict);
  if (!judged) return { ...layers, summary: `${layers.summary} ${worst.sentence}` };
  const direction = worst.verdict === "vanishing" || worst.verdict === "exploding";
  const nats = worst.totalGain;
  return {
    ...layers,
    verdict: worst.verdict,
    severity: Number.isNaN(nats) ? 1 : severityOf(nats),
    summary: along ? worst.sentence : `${worst.sentence} Between the layers: ${layers.summary}`,
    advice: worst.verdict === "healthy" ? layers.advice : timeAdvice(worst.verdict),
    causes: direction
      ? [
          {
            factor: "length",
            share: 1,
            nats,
            layers: [worst.name],
            sentence: `the way along the steps of ${worst.name}`,
          },
        ]
      : [],
    perLayer: along ? worst.perStep : layers.perLayer,
  };
}
