import { createNetwork } from "../src/network/create.ts";
import { BARE, feedforwardCase } from "./cases.ts";
import { worstError } from "./check.ts";
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
    const error = worstError(network, batch);
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
