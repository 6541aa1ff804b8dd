import type { Prescription, Verification } from "../../prescription/index.ts";
import type { Figure } from "../kit/figure/figure.ts";
import { VERDICT_TONES } from "../kit/verdict-tones.ts";
import { counted } from "../../words/numbers.ts";

/** Figures of a prescription: the gain under each remedy, and the loss where networks were trained. */
export function prescriptionFigures(prescription: Prescription): Figure[] {
  const { treatments, controls, verification } = prescription;
  return [
    ...(treatments.length + controls.length === 0 ? [] : [gainFigure(prescription)]),
    ...(verification === null ? [] : [lossFigure(verification)]),
  ];
}

/** The path's gain under each remedy, the best at the top. */
export function gainFigure({ patient, treatments, controls }: Prescription): Figure {
  const rows = [
    ...(patient === null ? [] : [{ ...patient, name: "as it is" }]),
    ...treatments,
    ...controls,
  ].toReversed();
  return {
    id: "remedies",
    title: "Gain along the path under each remedy",
    caption:
      "ln of the gradient at the far end over the gradient at the loss, mean and 95 % interval over seeds; 0 is a path that keeps its gradient. Best remedies at the top, controls at the foot. The verdict has a color and a shape: a green circle is healthy, an amber triangle mixed, a red cross neither.",
    x: { label: "gain, nats", scale: "linear" },
    y: { label: "remedy", scale: "names", names: rows.map(({ name }) => name) },
    marks: [
      { kind: "rule", name: "kept", at: { x: 0 } },
      {
        kind: "interval",
        name: "gain",
        rows: rows.map(({ gain, verdict }) => ({
          value: gain.mean,
          low: gain.low,
          high: gain.high,
          tone: VERDICT_TONES[verdict],
        })),
        slot: 0,
      },
    ],
  };
}

/** Every network that was trained, in the order of the figure and of the table. */
export const trainedNetworks = ({ patient, remedies, controls }: Verification) => [
  { ...patient, name: "as it is" },
  ...remedies,
  ...controls,
];

/** The loss of each trained network over the trivial answer's. */
export function lossFigure(verification: Verification): Figure {
  const rows = trainedNetworks(verification).toReversed();
  return {
    id: "trained",
    title: "Loss after training",
    caption: `Mean loss of the last tenth of ${counted(verification.steps, "update")} over the trivial answer's, each network at the best of its learning rates, with 95 % intervals over seeds: below 1 something was learned.`,
    x: { label: "loss / trivial answer's", scale: "linear" },
    y: { label: "network", scale: "names", names: rows.map(({ name }) => name) },
    marks: [
      { kind: "rule", name: "nothing learned", at: { x: 1 } },
      {
        kind: "interval",
        name: "loss",
        rows: rows.map(({ loss }) =>
          loss === null ? { value: Number.NaN } : { value: loss.mean, low: loss.low, high: loss.high },
        ),
        slot: 0,
      },
    ],
  };
}
