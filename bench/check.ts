import type { Network } from "../src/network/create.ts";
import type { FeedforwardSpec } from "../src/spec/feedforward.ts";
import type { RecurrentSpec } from "../src/spec/recurrent.ts";
import type { Batch } from "../src/tasks/index.ts";
import { runFeedforward } from "../test/oracle/feedforward.ts";
import { runRecurrent } from "../test/oracle/recurrent.ts";
import { BARE } from "./cases.ts";
import { relativeError } from "./measure.ts";

/** A network's parameters as the float64 oracle takes them. */
const exactParameters = (network: Network) =>
  Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      { shape: [...network.parameters.shape(name)], data: Float64Array.from(network.parameters.get(name)) },
    ]),
  );

/**
 * Runs a pass and returns the largest relative error of any gradient against float64.
 *
 * @throws Error where it is above 1e-4
 */
export function worstError(network: Network, batch: Batch): number {
  network.propagate(batch, BARE);
  const { spec, parameters } = network;
  const exact = exactParameters(network);
  const { gradients } =
    spec.kind === "feedforward"
      ? runFeedforward(spec as FeedforwardSpec, exact, batch)
      : runRecurrent(spec as RecurrentSpec, exact, { ...batch, steps: batch.steps as number });
  const worst = Math.max(
    ...parameters.names.map((name) => relativeError(network.gradients.get(name), gradients[name].data)),
  );
  if (!(worst < 1e-4)) throw new Error(`${spec.kind} gradients are wrong: relative error ${worst}`);
  return worst;
}
