import { createNetwork, type Network } from "../src/network/create.ts";
import type { FeedforwardSpec } from "../src/spec/feedforward.ts";
import type { Batch } from "../src/tasks/index.ts";
import { runFeedforward } from "../test/oracle/feedforward.ts";
import { BARE, feedforwardCase } from "./cases.ts";
import { exactParameters, worstError } from "./check.ts";
import { shortest } from "./measure.ts";
import { FEEDFORWARD, feedforwardFlop, feedforwardName } from "./shapes.ts";
import type { Row } from "./table.ts";

/** Whole passes through the public interface: forward, backward, every gradient and ‖δ_l‖ of every layer. */
export async function benchFeedforward(limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of FEEDFORWARD) {
    const { network, batch } = feedforwardCase(createNetwork, shape);
    const error = check(network, batch);
    const milliseconds = await shortest(() => network.propagate(batch, BARE));
    const gflops = feedforwardFlop(shape) / milliseconds / 1e6;
    rows.push({ group: "mlp tanh", shape: feedforwardName(shape), milliseconds, gflops, share: gflops / limit, error });
    network.dispose();
  }
  return rows;
}

/** The largest relative error of any gradient against float64. @throws Error where it is above 1e-4 */
function check(network: Network, batch: Batch): number {
  network.propagate(batch, BARE);
  return worstError(network, runFeedforward(network.spec as FeedforwardSpec, exactParameters(network), batch));
}
