import { TASKS_OF } from "../first.ts";
import { BATCHES, stepsOf } from "../reach.ts";
import { isRecurrent, steps } from "./changes.ts";
import type { Control } from "./control.ts";

export const DATA: readonly Control[] = [
  {
    type: "choice",
    id: "task",
    label: "Task",
    help: "The task that the network must solve. It determines the loss, and so the gradient of the loss.",
    group: "Data",
    fits: ({ task, network }) => TASKS_OF[network.kind].some(([name]) => name === task.name),
    choices: ({ network }) => TASKS_OF[network.kind],
    read: ({ task }) => task.name,
    write: (experiment, name) => ({
      ...experiment,
      task: isRecurrent(experiment) ? { name, steps: stepsOf(experiment.task) } : { name },
    }),
  },
  {
    type: "range",
    id: "batch",
    label: "Batch",
    help: "Samples in one pass. Long sequences of a wide network take smaller batches, so that the page answers at once.",
    group: "Data",
    fits: () => true,
    places: BATCHES,
    read: ({ batch }) => batch,
    write: (experiment, batch) => ({ ...experiment, batch }),
  },
  {
    type: "range",
    id: "seed",
    label: "Seed",
    help: "It determines every random number: the same seed gives the same numbers, bit for bit.",
    group: "Data",
    fits: () => true,
    places: steps(0, 99, 1),
    read: ({ seed }) => seed,
    write: (experiment, seed) => ({ ...experiment, seed }),
  },
];
