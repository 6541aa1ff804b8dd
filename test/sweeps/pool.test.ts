/** Worker threads: a cell that hangs or kills its worker fails alone; order and number change no bit. */
import { afterEach, describe, expect, it } from "vitest";
import { threadPool } from "../../src/parallel/node/pool.ts";
import { cellPool } from "../../src/sweeps/node/pool.ts";
import { measureCellAtOnce } from "../../src/sweeps/run-cell.ts";
import { type CellRunner, runCells } from "../../src/sweeps/run-cells.ts";
import type { CellEnd, CellPlan } from "../../src/sweeps/types.ts";
import { parseSpec } from "../../src/spec/index.ts";

const cell = (depth: number): CellPlan => ({
  ...{ id: `depth ${depth}`, seed: depth, batch: 4, task: "gaussian" },
  network: parseSpec({ kind: "feedforward", width: 4, depth }),
});
/** Hours of training. */
const endless: CellPlan = { ...cell(3), plan: { steps: 100_000_000, optimizer: "sgd" } };
/** No task has this name: the worker throws. */
const wrong: CellPlan = { ...cell(3), task: "nothing" };

let pool: CellRunner;
afterEach(() => pool.close());

async function ends(cells: readonly CellPlan[]): Promise<CellEnd[]> {
  const all = new Array<CellEnd>(cells.length);
  for await (const { index, end } of runCells(cells, pool)) all[index] = end;
  return all;
}

it("gives each cell what this thread gives it", async () => {
  pool = cellPool(2, 60);
  const cells = [2, 3, 4, 5, 6].map(cell);
  expect(await ends(cells)).toEqual(cells.map((one) => ({ result: measureCellAtOnce(one) })));
});

describe("a cell that", () => {
  it("takes too long fails with its limit, and the others are measured", async () => {
    pool = cellPool(2, 5);
    const [slow, ...others] = await ends([endless, cell(2), cell(3), cell(4)]);
    expect(slow).toEqual({ failed: "took longer than its limit of 5 s" });
    expect(others.every(({ result }) => result?.start.outcome === "finite")).toBe(true);
  });

  it("breaks a rule fails with the rule", async () => {
    pool = cellPool(1, 60);
    const [first, second] = await ends([wrong, cell(2)]);
    expect(first.failed).toMatch(/nothing/);
    expect(second.result).toBeDefined();
  });

  it("kills its worker fails, and another worker goes on", async () => {
    pool = threadPool({ threads: 1, timeLimit: 60, worker: new URL("./deadly-worker.ts", import.meta.url) });
    const [first, second, third] = await ends([cell(666), cell(2), cell(3)]);
    expect(first.failed).toMatch(/\w/);
    expect([second.result, third.result]).toEqual([measureCellAtOnce(cell(2)), measureCellAtOnce(cell(3))]);
  });
});
