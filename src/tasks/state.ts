import { EvanesceError } from "../base/errors.ts";
import { CELL_TABLE } from "../catalogue/index.ts";
import { stateWidth } from "../spec/initial-state.ts";
import { layerSpecs } from "../spec/layers.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { Batch, BatchState } from "./batch.ts";

/** Number of rows of a state: layers × directions. */
export const stateRows = ({ layers, bidirectional }: RecurrentSpec): number => layers * (bidirectional ? 2 : 1);

/** The state of B samples at zero. */
export function zeroState(spec: RecurrentSpec, B: number): BatchState {
  const zeros = (part: "h" | "c") => new Float32Array(B * unitsOf(spec, part));
  return { h: zeros("h"), ...(unitsOf(spec, "c") > 0 ? { c: zeros("c") } : {}) };
}

/** Units of a part of a state, over all layers and directions; for c only layers with a cell state count. */
export const unitsOf = (spec: RecurrentSpec, part: "h" | "c"): number =>
  layerSpecs(spec)
    .filter(({ cell }) => part === "h" || CELL_TABLE[cell].cellState)
    .reduce((sum, layer) => sum + stateWidth(layer, part), 0) * (spec.bidirectional ? 2 : 1);

/**
 * Refuses an initial state that does not fit a network.
 *
 * @throws EvanesceError for dilated layers or skips over time, which need more than one initial state, and for arrays
 *   that are not [N, B, H]
 */
export function requireState(state: BatchState, spec: RecurrentSpec, { batch: B }: Batch): void {
  const dilated = typeof spec.dilation === "number" ? spec.dilation > 1 : spec.dilation.some((steps) => steps > 1);
  if (dilated || spec.timeSkip !== undefined) {
    const got = dilated ? "dilated layers" : "a skip over time";
    throw new EvanesceError("state", "layers whose step reads only the step before", got, "leave state out");
  }
  const cellState = unitsOf(spec, "c") > 0;
  if (cellState !== (state.c !== undefined)) {
    const rule = cellState ? `h and c, for the cell ${spec.cell}` : `h alone, for the cell ${spec.cell}`;
    throw new EvanesceError("state", rule, cellState ? "h alone" : "h and c", cellState ? "add c" : "leave c out");
  }
  for (const [name, values] of Object.entries(state)) {
    const count = B * unitsOf(spec, name as "h" | "c");
    if (values instanceof Float32Array && values.length === count) continue;
    const uniform = spec.layerwise === undefined;
    const shape = uniform
      ? `a Float32Array [N, B, H] = [${stateRows(spec)}, ${B}, ${stateWidth(spec, name as "h" | "c")}]`
      : `a Float32Array of ${count} numbers, [B, H] of each layer in turn`;
    throw new EvanesceError(
      `state.${name}`,
      shape,
      values?.length ?? values,
      "give the state of every layer and sample",
    );
  }
}
