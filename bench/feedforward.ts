import { createNetwork, type Network } from "../src/network/create.ts";
import type { FeedforwardSpec } from "../src/spec/feedforward.ts";
import type { Batch } from "../src/tasks/index.ts";
import { runFeedforward } from "../test/oracle/feedforward.ts";
import { BARE, feedforwardCase } from "./cases.ts";
import { exactParameters, worstError } from "./check.ts";
import { shortest } from "./measure.ts";
import type { Variant } from "./recurrent.ts";
import { type FEEDFORWARD, feedforwardBytes, feedforwardFlop, feedforwardName } from "./shapes.ts";
import type { Row } from "./table.ts";

/** Whole passes through the public interface: forward, backward, every gradient and ‖δ_l‖ of every layer. */
export async function benchFeedforward(
  shapes: typeof FEEDFORWARD,
  { label = "", engine }: Variant = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    const { network, batch } = feedforwardCase(createNetwork, shape, engine);
    const error = check(network, batch);
    const milliseconds = await shortest(() => network.propagate(batch, BARE));
    rows.push({
      group: `mlp tanh${label}`,
      shape: feedforwardName(shape),
      work: { flop: feedforwardFlop(shape), bytes: feedforwardBytes(shape), set: feedforwardBytes(shape) },
      milliseconds,
      error,
    });
    network.dispose();
  }
  return rows;
}

/** The largest relative error of any gradient against float64. @throws Error where it is above 1e-4 */
function check(network: Network, batch: Batch): number {
  network.propagate(batch, BARE);
  return worstError(network, runFeedforward(network.spec as FeedforwardSpec, exactParameters(network), batch));
}
