import { createNetwork, GRADIENTS_ONLY, type Network } from "../network/create.ts";
import type { FeedforwardSpec } from "../spec/index.ts";
import { type Batch, prepareTask, type TaskInput } from "../tasks/index.ts";
import { type Trained, trainNetwork } from "../training/short-training.ts";
import type { CellPlan, Coordinates } from "./types.ts";

/** Default B of the batch on which activations are measured. */
const BATCH = 32;

/**
 * The coordinate check of Yang et al. 2022, appendix D.1: the size of a typical activation before a training, and its
 * change by the training, over one batch; as √(mean of squares), so that widths can be compared.
 *
 * @param network that of the cell, before its training; this function disposes of it
 */
export function* checkCoordinates(
  network: Network,
  { seed, batch: B = BATCH, plan }: Pick<CellPlan, "seed" | "batch" | "plan">,
  task: TaskInput,
): Generator<void, { coordinates: Coordinates; trained: Trained | null }> {
  const source = prepareTask(task, network.spec.kind);
  const batch = source({ batch: B, seed });
  try {
    const before = activationsOf(network, batch);
    const trained = plan === undefined ? null : yield* trainNetwork(network, source, plan, seed);
    const after = trained?.outcome === "finite" ? activationsOf(network, batch) : null;
    const changeOf = (which: keyof Activations) =>
      after === null ? Number.NaN : lnRootMeanSquare(before[which].map((value, i) => after[which][i] - value));
    const coordinates = {
      lnHidden: lnRootMeanSquare(before.hidden),
      lnOutput: lnRootMeanSquare(before.outputs),
      lnHiddenChange: changeOf("hidden"),
      lnOutputChange: changeOf("outputs"),
    };
    return { coordinates, trained };
  } finally {
    network.dispose();
  }
}

interface Activations {
  /** `[B, H]` activations of the last hidden layer. */
  readonly hidden: Float32Array;
  /** `[B, Y]` */
  readonly outputs: Float32Array;
}

/**
 * The activations of a network, every mask at its expected value. Those of the last hidden layer are the outputs of the
 * same network without its readout.
 */
function activationsOf(network: Network, batch: Batch): Activations {
  const outputs = answersOf(network, batch);
  const { outputs: _, ...spec } = network.spec as FeedforwardSpec;
  const hidden = createNetwork(spec, { inputs: network.sizes.inputs, outputs: null });
  try {
    for (const name of hidden.parameters.names) hidden.parameters.set(name, network.parameters.get(name));
    const { targets: __, ...inputs } = batch;
    return { hidden: answersOf(hidden, inputs), outputs };
  } finally {
    hidden.dispose();
  }
}

function answersOf(network: Network, batch: Batch): Float32Array {
  network.propagate(batch, { ...GRADIENTS_ONLY, masks: false });
  return (network.outputs as () => Float32Array)();
}

const lnRootMeanSquare = (values: Float32Array): number =>
  0.5 * Math.log(values.reduce((sum, value) => sum + value * value, 0) / values.length);
