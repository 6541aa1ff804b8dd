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
 * Steps · samples · units of a recurrent network that a pass has time for while a slider is dragged: the slowest cell, an
 * LSTM with layer norm, takes about 90 ms for so many.
 */
const MOST_RECURRENT = MOST.steps * 8 * MOST.width;
/** Layers · units of a network with dense connections, where every layer reads all before it. */
const MOST_DENSE = 60 * 32;

/**
 * The experiment with the batch, or of dense connections the width, that a pass has time for. Every control's wish is
 * brought in reach; a file's and an address's is left as it is.
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

/** The steps of a sequence: copy's are its blank ones. */
export const stepsOf = (task: TaskChoice): number => Number(task.steps ?? 200);

const largest = (places: readonly number[], most: number): number =>
  Math.max(places[0], ...places.filter((place) => place <= most));
