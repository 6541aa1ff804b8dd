import { createNetwork, type Network } from "../src/network.ts";
import { CELL_LAYOUTS } from "../src/wasm/cells.ts";
import { type Batch, resolveTask } from "../src/tasks/index.ts";
import { runRecurrent } from "../test/oracle/recurrent.ts";
import type { RecurrentSpec } from "../src/spec/recurrent.ts";
import { relativeError, shortest } from "./measure.ts";
import type { Row } from "./table.ts";

/** [B, X, H] at T = 1000. */
const SHAPES: readonly (readonly [number, number, number])[] = [
  [1, 8, 32],
  [32, 8, 32],
  [32, 16, 64],
  [32, 16, 128],
  [64, 16, 256],
];
const STEPS = 1000;
/** Steps of the run that is compared with the float64 oracle first. */
const CHECKED_STEPS = 20;

/** Forward, backward, every weight gradient and ‖δ_t‖ of every step; no probe, ledger, quantiles or contributions. */
export const BARE = { ledger: false, probe: false, contributions: false, quantiles: false } as const;

/** Whole passes through the public interface, the batch's copy included, of one cell. */
export async function benchRecurrent(limit: number, cell: RecurrentSpec["cell"], shapes = SHAPES): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [B, X, H] of shapes) {
    const batch = noise(B, X, STEPS);
    const network = createNetwork({ kind: "recurrent", cell, hidden: H, inputs: X, outputs: 1 }, { seed: 1 });
    const error = check(network, noise(B, X, CHECKED_STEPS));
    const milliseconds = await shortest(() => network.propagate(batch, BARE));
    const gates = CELL_LAYOUTS[cell].inputGates.length;
    // three products with W_hh and two with W_ih: the gradient of the input is not asked for
    const gflops = (2 * gates * STEPS * B * (3 * H * H + 2 * H * X)) / milliseconds / 1e6;
    rows.push({
      group: cell,
      shape: `B ${B} · X ${X} · H ${H} · T ${STEPS}`,
      milliseconds,
      gflops,
      share: gflops / limit,
      error,
    });
    network.dispose();
  }
  return rows;
}

const noise = (batch: number, inputs: number, steps: number): Batch =>
  resolveTask({ name: "noise", steps, inputs }, { batch, seed: 1, kind: "recurrent" });

/** The largest relative error of any gradient against float64. @throws Error where it is above 1e-4 */
function check(network: Network, batch: Batch): number {
  network.propagate(batch, BARE);
  const parameters = Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      { shape: [...network.parameters.shape(name)], data: Float64Array.from(network.parameters.get(name)) },
    ]),
  );
  const expected = runRecurrent(network.spec as RecurrentSpec, parameters, { ...batch, steps: batch.steps as number });
  let worst = 0;
  for (const name of network.parameters.names) {
    worst = Math.max(worst, relativeError(network.gradients.get(name), expected.gradients[name].data));
  }
  if (!(worst < 1e-4)) throw new Error(`${network.spec.kind} gradients are wrong: relative error ${worst}`);
  return worst;
}
