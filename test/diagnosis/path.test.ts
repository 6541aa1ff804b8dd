/** The path of a cell whose state is (h, c) is that of both. */
import { CELL_TABLE, CELLS } from "../../src/catalogue/index.ts";
import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { choosePath } from "../../src/diagnosis/flow/path.ts";
import { lnTogether } from "../../src/flow/index.ts";
import { passedSteps } from "../../src/metrics/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { made } from "./flows.ts";

test.each(CELLS)("%s: whether it has a cell state is known alike to what measures and to what judges", (cell) => {
  expect(CELL_TABLE[cell].cellState).toBe(CELL_TABLE[cell].layout.direct === "cell");
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

const DEAD = Number.NEGATIVE_INFINITY;

test("a dilated layer's gradient goes by the steps between: they take the gain of the step after", () => {
  const flow = propagate({
    network: { kind: "recurrent", cell: "tanh", hidden: 9, dilation: 4 },
    task: { name: "adding", steps: 39 },
    batch: 4,
  });
  const norms = flow.probe!.lnGradientNorm;
  expect([37, 36, 35, 1, 0].map((t) => norms[t])).toEqual(new Array(5).fill(DEAD));
  const { gains } = choosePath(flow);
  for (let t = 38; t >= 0; t--) expect(gains[t]).toBe(norms[Math.min(38, t + ((38 - t) % 4))] - norms[38]);
  expect(diagnose(flow).verdict).toBe("healthy");
});

test("a dilated layer's gradient that ends is dead, where it ended", () => {
  const probe = [DEAD, DEAD, DEAD, DEAD, -2, DEAD, DEAD, -1, DEAD, DEAD, 0];
  const network = { kind: "recurrent", cell: "relu", hidden: 4, dilation: 3 } as const;
  const { verdict, summary } = diagnose(made({ probe, network }));
  expect(verdict).toBe("dead");
  expect(summary).toContain("exactly zero for the whole batch at step 1 and before it");
  expect(diagnose(made({ probe, network: { ...network, dilation: 1 } })).summary).toContain("at step 9 and before it");
});

test("a stack is reached by every sum of its dilations", () => {
  const { spec } = made({ probe: [], network: { kind: "recurrent", hidden: 4, layers: 2, dilation: [3, 5] } });
  const passed = passedSteps({ spec, lnGradientNorm: new Float64Array(12) });
  const distances = [...passed!].reverse().flatMap((by, distance) => (by === 0 ? [distance] : []));
  expect(distances).toEqual([0, 3, 5, 6, 8, 9, 10, 11]);
});
