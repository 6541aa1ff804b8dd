/** The path of a cell whose state is (h, c) is that of both. */
import { expect, test } from "vitest";
import { choosePath } from "../../src/diagnosis/path.ts";
import { lnTogether } from "../../src/flow/index.ts";
import { propagate } from "../../src/propagate.ts";
import { CELL_TABLE } from "../../src/spec/cells.ts";
import { CELLS } from "../../src/spec/names.ts";
import { CELL_LAYOUTS } from "../../src/wasm/cells.ts";

test.each(CELLS)("%s: whether it has a cell state is known alike to what measures and to what judges", (cell) => {
  expect(CELL_TABLE[cell].cellState).toBe(CELL_LAYOUTS[cell].direct === "cell");
});

test.each(CELLS.filter((cell) => CELL_TABLE[cell].cellState))(
  "%s: gains are those of ∂L/∂h and ∂L/∂c together",
  (cell) => {
    const flow = propagate({
      network: { kind: "recurrent", cell, hidden: 9 },
      task: { name: "adding", steps: 60 },
      batch: 4,
      probe: false,
    });
    const [{ lnGradientNorm, lnCellGradientNorm }] = flow.layers;
    const together = lnGradientNorm.map((ln, s) => lnTogether([ln, (lnCellGradientNorm as Float64Array)[s]]));
    const { gains, notes } = choosePath(flow);
    // sixty steps' ledger entries are added up, each right to 1e-6
    for (const [s, gain] of gains.entries()) expect(gain).toBeCloseTo(together[s] - together[59], 4);
    expect(notes.at(-1)).toContain("(∂L/∂h, ∂L/∂c) together");
  },
);
