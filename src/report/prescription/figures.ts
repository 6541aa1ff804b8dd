import type { Prescription, Race, Verification } from "../../prescription/index.ts";
import { type Figure, lineMark } from "../kit/figure/figure.ts";
import { VERDICT_TONES } from "../kit/verdict-tones.ts";
import { counted } from "../../words/numbers.ts";

/** Figures of a prescription: the gain under each remedy, and the loss if networks were trained. */
export function prescriptionFigures(prescription: Prescription): Figure[] {
  const { treatments, controls, race, verification } = prescription;
  return [
    ...(race === null ? [] : raceFigures(race)),
    ...(treatments.length + controls.length === 0 ? [] : [gainFigure(prescription)]),
    ...(verification === null ? [] : [lossFigure(verification)]),
  ];
}

/** The gain of the path under each remedy, the best at the top. */
export function gainFigure({ patient: unchanged, treatments, controls }: Prescription): Figure {
  const rows = [
    ...(unchanged === null ? [] : [{ ...unchanged, name: "as it is" }]),
    ...treatments,
    ...controls,
  ].toReversed();
  return {
    id: "remedies",
    title: "Gain along the path under each remedy",
    caption:
      "ln of the ratio of the gradient at the far end to that at the loss, mean and 95 % interval over seeds; 0 is a path that keeps its gradient. The best remedies are at the top, the controls at the bottom. The verdict has a color and a shape: a green circle is healthy, an amber triangle mixed, a red cross neither.",
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

/** Most curves in one figure; more could not be told apart. */
const MOST_CURVES = 6;

/** The loss that each network reached, and the loss curves of the finalists. */
export function raceFigures(race: Race): Figure[] {
  const { entries, trivial, optimizer } = race;
  const rows = entries.filter(({ rung }) => rung > 0).toReversed();
  const last = entries.at(0)?.rung; // a file may hold a race without entries
  const finalists = entries.filter(({ rung, curve }) => rung === last && curve !== null).slice(0, MOST_CURVES);
  const log = rows.every(({ loss }) => loss === null || loss.mean > 0);
  const scale = log ? ("decades" as const) : ("linear" as const);
  const y = (value: number) => (log ? Math.log(Math.max(value, 0)) : value);
  const curves: Figure[] =
    finalists.length === 0
      ? []
      : [
          {
            id: "race-curves",
            title: "Training loss of the finalists",
            caption: `Mean over seeds, each network at its best learning rate of ${optimizer}${trivial === null ? "" : "; the dashed line is the trivial answer's loss"}.`,
            x: { label: "update", scale: "linear", whole: true },
            y: { label: "training loss", scale },
            marks: [
              ...(trivial === null ? [] : [{ kind: "rule" as const, name: "trivial answer", at: { y: y(trivial) } }]),
              ...finalists.map(({ name, curve }, slot) => lineMark(name, curve!.losses.map(y), slot, curve!.updates)),
            ],
          },
        ];
  return [
    {
      id: "race",
      title: "Loss that each network reached",
      caption: `Loss on held-out samples, mean and 95 % interval over seeds, each network at its best learning rate; best at the top. Networks at the bottom left the race early and trained less${trivial === null ? "" : "; the dashed line is the trivial answer's loss"}.`,
      x: { label: "validation loss", scale },
      y: { label: "network", scale: "names", names: rows.map(({ name }) => name) },
      marks: [
        ...(trivial === null ? [] : [{ kind: "rule" as const, name: "trivial answer", at: { x: y(trivial) } }]),
        {
          kind: "interval",
          name: "loss",
          rows: rows.map(({ loss }) => {
            if (loss === null) return { value: Number.NaN };
            const value = y(loss.mean);
            // on a logarithmic axis an interval that reaches 0 has no end; with one seed there is no interval
            return Number.isFinite(loss.low) && (!log || loss.low > 0)
              ? { value, low: y(loss.low), high: y(loss.high) }
              : { value };
          }),
          slot: 0,
        },
      ],
    },
    ...curves,
  ];
}

/** Every network that was trained, in the order of the figure and of the table. */
export const trainedNetworks = ({ patient: unchanged, remedies, controls }: Verification) => [
  { ...unchanged, name: "as it is" },
  ...remedies,
  ...controls,
];

/** The loss of each trained network divided by that of the trivial answer. */
export function lossFigure(verification: Verification): Figure {
  const rows = trainedNetworks(verification).toReversed();
  return {
    id: "trained",
    title: "Loss after training",
    caption: `Mean loss of the last tenth of ${counted(verification.steps, "update")}, divided by that of the trivial answer, each network at the best of its learning rates, with 95 % intervals over seeds: below 1, the network has learned something.`,
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
