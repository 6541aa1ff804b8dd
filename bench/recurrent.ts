import { createNetwork } from "../src/network/create.ts";
import type { Engine } from "../src/wasm/engine.ts";
import { BARE, recurrentCase } from "./cases.ts";
import { worstError } from "./check.ts";
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
    const error = worstError(checked.network, checked.batch);
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
