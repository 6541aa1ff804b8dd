import { EvanesceError } from "../base/errors.ts";
import { CELL_TABLE } from "../catalogue/index.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { Batch, BatchState } from "./batch.ts";

/** Rows of a state: layers and directions. */
export const stateRows = ({ layers, bidirectional }: RecurrentSpec): number => layers * (bidirectional ? 2 : 1);

/** The state of B samples at zero. */
export function zeroState(spec: RecurrentSpec, B: number): BatchState {
  const zeros = () => new Float32Array(stateRows(spec) * B * spec.hidden);
  return { h: zeros(), ...(CELL_TABLE[spec.cell].cellState ? { c: zeros() } : {}) };
}

/**
 * Refuses a first state that does not fit a network.
 *
 * @throws EvanesceError for dilated layers or skips over time, which begin with more than one state, and for arrays
 *   that are not [N, B, H]
 */
export function requireState(state: BatchState, spec: RecurrentSpec, { batch: B }: Batch): void {
  const dilated = typeof spec.dilation === "number" ? spec.dilation > 1 : spec.dilation.some((steps) => steps > 1);
  if (dilated || spec.timeSkip !== undefined) {
    const got = dilated ? "dilated layers" : "a skip over time";
    throw new EvanesceError("state", "layers whose step follows on the last step alone", got, "leave state out");
  }
  const { cellState } = CELL_TABLE[spec.cell];
  if (cellState !== (state.c !== undefined)) {
    const rule = cellState ? `h and c, for the cell ${spec.cell}` : `h alone, for the cell ${spec.cell}`;
    throw new EvanesceError("state", rule, cellState ? "h alone" : "h and c", cellState ? "add c" : "leave c out");
  }
  const N = stateRows(spec);
  const count = N * B * spec.hidden;
  for (const [name, values] of Object.entries(state)) {
    if (values instanceof Float32Array && values.length === count) continue;
    const shape = `a Float32Array [N, B, H] = [${N}, ${B}, ${spec.hidden}]`;
    throw new EvanesceError(`state.${name}`, shape, values?.length ?? values, "give every layer's and sample's");
  }
}
