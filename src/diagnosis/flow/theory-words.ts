import type { GradientFlow } from "../../flow/index.ts";
import { inGroup, isHiddenWeight, isRecurrentWeight } from "../../spec/parameter-groups.ts";
import type { Prediction } from "../../theory/index.ts";
import type { TheoryComparison } from "./theory-comparison.ts";
import { nats, natsEach, significant } from "../../words/numbers.ts";
import { span } from "../../words/phrases.ts";

/** Tasks that read their inputs from data instead of drawing them: their distribution is not known. */
const DATA: ReadonlySet<string> = new Set([
  "arrays",
  "csv",
  "csv_classes",
  "sequential_csv",
  "images",
  "sequential_images",
  "text",
]);

/**
 * Assumptions of theory that this flow may violate, added to the prediction's own notes.
 *
 * @param changed the sentence of `changedWeights`
 */
export function remarks(
  flow: GradientFlow,
  prediction: Prediction,
  source: TheoryComparison["source"],
  changed: string | null,
): string[] {
  const { task } = flow;
  const notes = [...prediction.notes];
  if (changed !== null) notes.unshift(changed);
  if (DATA.has(task.name)) {
    const square = task.inputSquare === undefined ? "" : `, with mean square ${significant(task.inputSquare)}`;
    notes.unshift(
      `The inputs are data. Theory assumes that they are independent from sample to sample and from step to step${square}.`,
    );
  }
  if (flow.spec.kind === "recurrent" && prediction.band === null) {
    notes.unshift(
      "The band is the measured spread of networks with tied weights over seeds; theory has no formula for it.",
    );
  }
  if (source === "loss") {
    notes.unshift("The measurement is of the loss's own gradient. Theory assumes a random direction.");
  }
  return notes;
}

/** The hidden matrix whose norm is farthest from that of its initialization, if chance cannot explain it. */
export function changedWeights({ parameters, spec }: GradientFlow, { sigmaW2 }: Prediction): string | null {
  if (sigmaW2 === null || (spec.kind === "feedforward" && spec.residual !== "none")) return null;
  const onPath = inGroup(spec, (row) => isRecurrentWeight(row) || (isHiddenWeight(row) && row.layer > 0));
  const hidden = parameters.filter(({ name, shape }) => onPath(name) && shape.length === 2);
  let found: { name: string; ln: number; size: number; expected: number } | null = null;
  for (const { name, shape, lnNorm } of hidden) {
    if (shape[0] !== hidden[0].shape[0] || shape[1] !== hidden[0].shape[1]) continue;
    const expected = 0.5 * Math.log(sigmaW2 * shape[0]);
    const ln = Math.abs(lnNorm - expected);
    // ‖W‖² of n independent entries is off by √(2/n) of itself; 5 % leave room for laws of heavier tails
    const chance = 0.05 + 4 / Math.sqrt(2 * shape[0] * shape[1]);
    if (ln > chance && (found === null || ln > found.ln))
      found = { name, ln, size: Math.exp(lnNorm), expected: Math.exp(expected) };
  }
  if (found === null) return null;
  return `The weights are not as initialized, but theory assumes it: ‖${found.name}‖ is ${significant(found.size)}, and its initialization gives ${significant(found.expected)}.`;
}

/** Both numbers, and whether they agree. */
export function theorySentence(
  flow: GradientFlow,
  comparison: Omit<TheoryComparison, "sentence">,
  changed: string | null,
): string {
  const { totalGain, z, worst, agreement, phase, perStation } = comparison;
  if (totalGain === null || worst === null) return comparison.why;
  const { expected, measured, deviation } = totalGain;
  const give = deviation === null ? "" : ` ± ${nats(2 * deviation).slice(1)}`;
  const each = (perStationDecay: number | null) =>
    perStationDecay === null ? "" : ` (${natsEach(-perStationDecay)} a ${flow.axis})`;
  const said = `${phase === null ? "" : `${phase} phase; `}theory expects ${nats(expected)}${give} nats${each(perStation.expected)}, the measurement gives ${nats(measured)}${each(perStation.measured)}`;
  const how = z === null || !Number.isFinite(z) ? "" : `, ${significant(Math.abs(z))} standard deviations apart`;
  if (agreement === "within") return `${said}: they agree${how}`;
  const where = span([worst.station, worst.station], flow.axis);
  const size =
    worst.z === null || !Number.isFinite(worst.z)
      ? `${nats(worst.nats)} nats`
      : `${significant(Math.abs(worst.z))} standard deviations`;
  return `${said}: they do not agree, and differ most at ${where} (${size})${changed === null ? "" : `. ${changed.slice(0, -1)}`}`;
}
