import { withEdits, isDeep, steps } from "./changes.ts";
import type { Control } from "./control.ts";

const FACTORS = [1e-3, 1e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000];

export const FAULTS: readonly Control[] = [
  {
    type: "range",
    id: "inputScale",
    label: "Scale of the first input",
    help: "Multiplies the first input column: 1 leaves the data as they are.",
    group: "Faults to plant",
    fits: () => true,
    places: FACTORS,
    read: ({ edits }) => edits.inputScale ?? 1,
    write: (experiment, inputScale) => withEdits(experiment, { inputScale }),
    text: (value) => `× ${value}`,
  },
  {
    type: "range",
    id: "firstBias",
    label: "Bias of the first layer",
    help: "Sets every bias of the first layer. Far below zero, no unit of a rectifier is ever on.",
    group: "Faults to plant",
    fits: (experiment) => isDeep(experiment),
    places: steps(-10, 10, 0.5),
    read: ({ edits }) => edits.firstBias ?? 0,
    write: (experiment, firstBias) => {
      const { firstBias: _, ...rest } = experiment.edits;
      return { ...experiment, edits: firstBias === 0 ? rest : { ...rest, firstBias } };
    },
    text: (value) => value.toFixed(1),
  },
  {
    type: "switch",
    id: "labels",
    label: "Every sample has the same label",
    help: "Then one constant answer is always right, and there is nothing to learn.",
    group: "Faults to plant",
    fits: () => true,
    read: ({ edits }) => edits.labels === "same",
    write: (experiment, on) => withEdits(experiment, { labels: on ? "same" : "given" }),
  },
];
