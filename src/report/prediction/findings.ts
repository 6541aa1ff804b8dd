import type { NetworkSpec } from "../../spec/index.ts";
import type { Phase, Prediction } from "../../theory/index.ts";
import type { Finding } from "../kit/finding.ts";
import type { ColoredTone } from "../kit/verdict-tones.ts";
import { counted, nats, power, ratio, significant, stationsEach } from "../../words/numbers.ts";

/** A prediction in words: the headline, and the numbers behind it. */

/** A gain beyond this many nats is called vanishing or exploding: ln 1000, the threshold of the diagnosis. */
const OUTSIDE = Math.log(1000);

const PHASES: Readonly<Record<Phase, string>> = {
  ordered: "χ₁ < 1: inputs converge, gradients shrink",
  critical: "χ₁ = 1: gradients keep their size, or change as a power of depth",
  chaotic: "χ₁ > 1: inputs diverge, gradients grow",
};

/** The object that `evanesce predict --json` prints: the spec, then every field of the prediction. */
export function predictionFields(spec: NetworkSpec, prediction: Prediction): Readonly<Record<string, unknown>> {
  const { schema, ...rest } = prediction;
  return { schema, spec, ...rest };
}

/** The name of a station: `step` or `layer`. */
export const stationNoun = ({ kind }: NetworkSpec) => (kind === "recurrent" ? "step" : "layer");

/** The gain of the whole path: ln ‖δ_first‖ − ln ‖δ_last‖. */
export const gainOf = ({ lnGradientNorm }: Prediction): number | null =>
  lnGradientNorm === null || lnGradientNorm.length < 2 ? null : lnGradientNorm[0] - lnGradientNorm.at(-1)!;

/** Whether theory expects a gradient that arrives, or expects nothing. */
export function isSound(prediction: Prediction): boolean {
  const gain = gainOf(prediction);
  return !prediction.applies || gain === null || Math.abs(gain) <= OUTSIDE;
}

/** The verdict of theory in a word, how serious it is, and a sentence. */
export function headline(
  spec: NetworkSpec,
  prediction: Prediction,
): [word: string, tone: ColoredTone, sentence: string] {
  const gain = gainOf(prediction);
  if (!prediction.applies) return ["NO THEORY", "warn", prediction.why];
  if (gain === null)
    return ["EXPECTED", "good", "There is a single station, so there is no path on which a gradient could vanish."];
  const noun = stationNoun(spec);
  const back = counted(prediction.lnGradientNorm!.length - 1, noun);
  if (gain === Number.NEGATIVE_INFINITY)
    return ["VANISHING", "bad", `Theory expects a gradient of exactly zero ${back} back from the loss.`];
  const factor = `over ${back} back from the loss by a factor of ${ratio(gain)} (${nats(gain)} nats)`;
  if (gain < -OUTSIDE) return ["VANISHING", "bad", `Theory expects the gradient to shrink ${factor}.`];
  if (gain > OUTSIDE) return ["EXPLODING", "bad", `Theory expects the gradient to grow ${factor}.`];
  const size = Math.abs(gain) < 0.05 ? `to keep its norm over ${back}` : `to ${gain < 0 ? "shrink" : "grow"} ${factor}`;
  return ["HEALTHY", "good", `Theory expects the gradient ${size}.`];
}

/** The numbers of a prediction, each as a sentence with a label. */
export function predictionFindings(spec: NetworkSpec, prediction: Prediction): Finding[] {
  const { phase, chi1, sigmaW2, sigmaB2, criticalSigmaW2, qStar, cStar, band, lnBound, carry } = prediction;
  const noun = stationNoun(spec);
  const found: Finding[] = [];
  const add = (label: string, text: string) => found.push({ label, text });
  const per = prediction.perStation;
  if (per !== null && Number.isFinite(per)) {
    const half =
      Math.abs(per) < 1e-12
        ? ""
        : `; ${per > 0 ? "halves" : "doubles"} every ${stationsEach(Math.LN2 / Math.abs(per), noun)}`;
    add("Gradient", `${significant(-per)} nats a ${noun}${half}`);
  }
  if (phase !== null) {
    add("Phase", `${phase}, ${PHASES[phase]}${chi1 === null ? "" : ` (χ₁ = ${significant(chi1, 4)})`}`);
  } else if (chi1 !== null) add("Gain", `each ${noun} multiplies the squared gradient by χ₁ = ${significant(chi1, 4)}`);
  if (criticalSigmaW2 !== null && sigmaW2 !== null && sigmaB2 !== null) {
    const now = `σ_w² is ${significant(sigmaW2)}`;
    const factor = Math.sqrt(criticalSigmaW2 / sigmaW2);
    const by = Math.abs(factor - 1) < 1e-6 ? "" : `: multiply the gain by ${significant(factor, 4)}`;
    add("Critical", `σ_w² = ${significant(criticalSigmaW2, 4)} at σ_b² = ${significant(sigmaB2)}; ${now}${by}`);
  }
  if (qStar !== null) {
    add(
      "Forward",
      `the variance of the pre-activations tends to q* = ${significant(qStar)}${cStar === null ? "" : `, the correlation of two inputs to c* = ${significant(cStar)}`}`,
    );
  }
  const scales = [
    ["ξ_q", prediction.xiQ],
    ["ξ_c", prediction.xiC],
    ["ξ_grad", prediction.xiGrad],
  ].flatMap(([name, value]) => (value === null ? [] : [`${name} = ${significant(value as number)}`]));
  if (scales.length > 0) add("Scales", `${scales.join(", ")} ${noun}s`);
  if (band !== null && band.low.length > 1) {
    add(
      "Width",
      `at this width the gain of a single network lies between ${nats(band.low[0])} and ${nats(band.high[0])} nats (± 2 standard deviations)`,
    );
  }
  if (lnBound !== null && lnBound.length > 1) {
    add("Bound", `‖∂h_last/∂h_first‖ ≤ ${power(lnBound[0])} (Pascanu et al. 2013)`);
  }
  if (carry !== null) {
    add(
      "Carry",
      `with its initial bias the gate keeps ${significant(carry.factor)} of the state at each step: half is gone after ${significant(-Math.LN2 / carry.lnPerStep)} steps, and the time constant is ${significant(carry.timeConstant)} steps`,
    );
  }
  return found;
}
