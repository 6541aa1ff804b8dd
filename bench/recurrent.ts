import { createNetwork, type Network } from "../src/network/create.ts";
import type { RecurrentSpec } from "../src/spec/recurrent.ts";
import type { Batch } from "../src/tasks/index.ts";
import type { Engine } from "../src/wasm/engine.ts";
import { runRecurrent } from "../test/oracle/recurrent.ts";
import { BARE, recurrentCase } from "./cases.ts";
import { exactParameters, worstError } from "./check.ts";
import { shortest } from "./measure.ts";
import { type RecurrentShape, recurrentBytes, recurrentFlop, recurrentName, STEPS } from "./shapes.ts";
import type { Row } from "./table.ts";

/** Steps of the run that is compared with the float64 oracle first. */
const CHECKED_STEPS = 20;

/** The engine on which a shape is run. */
export interface Variant {
  readonly label?: string;
  readonly engine?: Engine;
}

/** Whole passes through the public interface, including the copy of the batch. */
export async function benchRecurrent(
  shapes: readonly RecurrentShape[],
  { label = "", engine }: Variant = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    const checked = recurrentCase(createNetwork, shape, CHECKED_STEPS, engine);
    const error = check(checked.network, checked.batch);
    checked.network.dispose();
    const { network, batch } = recurrentCase(createNetwork, shape, undefined, engine);
    const milliseconds = await shortest(() => network.propagate(batch, BARE));
    const bytes = recurrentBytes(shape);
    rows.push({
      group: `${shape.cell}${label}`,
      shape: recurrentName(shape),
      work: { flop: recurrentFlop(shape), bytes: STEPS * bytes, set: bytes },
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
  const steps = batch.steps as number;
  return worstError(
    network,
    runRecurrent(network.spec as RecurrentSpec, exactParameters(network), { ...batch, steps }),
  );
}
