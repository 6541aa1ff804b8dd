import { describe, expect, it } from "vitest";
import { CELL_TABLE, CELLS, gateOpening } from "../../src/catalogue/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { copyParameters, openCell } from "../../src/prescription/alterations.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";

const [H, X, T, B] = [5, 3, 40, 3];
/** Inputs so large that a bias alone does not hold the gate: its weights must be zero, too. */
const inputs = Float32Array.from({ length: T * B * X }, (_, i) => 1000 * Math.sin(i * i + 1));

const opened = (spec: RecurrentSpec) => {
  const altered = openCell(spec);
  if (altered === null) return null;
  const own = createNetwork(spec, { seed: 3 });
  const network = createNetwork(altered.spec, { seed: 3 });
  copyParameters(own, network, altered);
  try {
    return network.propagate({ inputs, batch: B }, { probe: true, ledger: true });
  } finally {
    own.dispose();
    network.dispose();
  }
};

describe.each(
  CELLS.flatMap((cell) =>
    CELL_TABLE[cell].normedGates.length > 0
      ? [
          [cell, "none"],
          [cell, "layer"],
        ]
      : [[cell, "none"]],
  ),
)("%s, norm %s: gate → open", (cell, norm) => {
  const spec = parseSpec({ kind: "recurrent", cell, hidden: H, inputs: X, norm }) as RecurrentSpec;
  const { keeps, cellState } = CELL_TABLE[spec.cell];

  it("is there where the cell has a gate that holds the past, or a leak", () => {
    if (keeps !== undefined) expect(gateOpening(spec)).not.toBeNull();
    expect(openCell(spec) === null).toBe(gateOpening(spec) === null);
  });

  it("leaves a gate of 1, and a gradient that every step passes on whole", () => {
    const flow = opened(spec);
    if (flow === null) return;
    const [layer] = flow.layers ?? [];
    for (const open of layer?.gates?.forget ?? []) expect(Math.abs(open - 1)).toBeLessThan(1e-6);
    if (cellState) return; // c is kept whole, but h still writes into it through the other gates
    const series = flow.probe?.lnGradientNorm ?? new Float64Array(1).fill(Number.NaN);
    for (const value of series) expect(Math.abs(value - series[T - 1])).toBeLessThan(1e-5);
  });
});
