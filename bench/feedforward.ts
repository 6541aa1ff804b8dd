import { createNetwork, type Network } from "../src/network.ts";
import type { FeedforwardSpec } from "../src/spec/feedforward.ts";
import { type Batch, resolveTask } from "../src/tasks/index.ts";
import { runFeedforward } from "../test/oracle/feedforward.ts";
import { relativeError, shortest } from "./measure.ts";
import type { Row } from "./table.ts";

/** [width, depth] of a tanh network at B = 64. */
const SHAPES: readonly (readonly [number, number])[] = [
  [64, 100],
  [256, 50],
  [256, 100],
];
const BATCH = 64;

const BARE = { ledger: false, probe: false, statistics: false, quantiles: false } as const;

/** Whole passes through the public interface: forward, backward, every gradient and ‖δ_l‖ of every layer. */
export async function benchFeedforward(limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [width, depth] of SHAPES) {
    const batch = resolveTask(
      { name: "gaussian", inputs: width, classes: 10 },
      { batch: BATCH, seed: 1, kind: "feedforward" },
    );
    const network = createNetwork({ kind: "feedforward", width, depth, inputs: width, outputs: 10 }, { seed: 1 });
    const error = check(network, batch);
    const milliseconds = await shortest(() => network.propagate(batch, BARE));
    const gflops = (2 * BATCH * width * width * (3 * depth - 1)) / milliseconds / 1e6;
    rows.push({
      group: "mlp tanh",
      shape: `B ${BATCH} · width ${width} · depth ${depth}`,
      milliseconds,
      gflops,
      share: gflops / limit,
      error,
    });
    network.dispose();
  }
  return rows;
}

/** The largest relative error of any gradient against float64. @throws Error where it is above 1e-4 */
function check(network: Network, batch: Batch): number {
  network.propagate(batch, BARE);
  const parameters = Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      { shape: [...network.parameters.shape(name)], data: Float64Array.from(network.parameters.get(name)) },
    ]),
  );
  const expected = runFeedforward(network.spec as FeedforwardSpec, parameters, batch);
  let worst = 0;
  for (const name of network.parameters.names) {
    worst = Math.max(worst, relativeError(network.gradients.get(name), expected.gradients[name].data));
  }
  if (!(worst < 1e-4)) throw new Error(`${network.spec.kind} gradients are wrong: relative error ${worst}`);
  return worst;
}
