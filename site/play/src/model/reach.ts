import type { Experiment, TaskChoice } from "./experiment.ts";
import type { Whole } from "./controls/control.ts";
import { merged } from "./merge-patch.ts";

/** The largest sizes on offer. */
export const MOST = { steps: 1000, depth: 200, width: 64, batch: 32 } as const;

/** Batches on offer. */
export const BATCHES: readonly number[] = [1, 2, 4, 8, 16, MOST.batch];
/** Widths on offer. */
export const WIDTHS: readonly number[] = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, MOST.width];

/**
 * The largest steps · samples · units of a recurrent network: the slowest cell, an LSTM with layer norm, then takes
 * about 90 ms for a pass, which is short enough while a slider is dragged.
 */
const MOST_RECURRENT = MOST.steps * 8 * MOST.width;
/** Layers · units of a network with dense connections, where every layer reads all before it. */
const MOST_DENSE = 60 * 32;

/**
 * The experiment with a smaller batch, or for dense connections a smaller width, if a pass would take too long. This
 * applies to every change by a control, but not to files and addresses.
 */
export function inReach(experiment: Whole): Experiment {
  const { network, task, batch } = experiment;
  if (network.kind === "recurrent") {
    const room = MOST_RECURRENT / (stepsOf(task) * network.hidden);
    return batch <= room ? experiment : { ...experiment, batch: largest(BATCHES, room) };
  }
  const room = MOST_DENSE / network.depth;
  if (network.residual !== "dense" || typeof network.width !== "number" || network.width <= room) return experiment;
  return { ...experiment, network: merged(network, { width: largest(WIDTHS, room) }) as Experiment["network"] };
}

/** The option `steps` of a task; for copy it counts the blank steps. */
export const stepsOf = (task: TaskChoice): number => Number(task.steps ?? 200);

const largest = (places: readonly number[], most: number): number =>
  Math.max(places[0], ...places.filter((place) => place <= most));
