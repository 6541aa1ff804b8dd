import { createNetwork } from "../../network/create.ts";
import { sizesFrom } from "../../network/fitting.ts";
import { costOf } from "../../prescription/flops.ts";
import { taskWithData } from "../../sweeps/node/data.ts";
import { measureCellAtOnce } from "../../sweeps/run-cell.ts";
import type { CellPlan, PlacedCell } from "../../sweeps/types.ts";
import { resolveTask, taskOutline } from "../../tasks/index.ts";

/** The expected time and memory of a sweep. */
export interface Estimate {
  readonly seconds: number;
  /** Bytes of WASM memory of the largest cell. */
  readonly bytes: number;
}

/** Floating-point operations of a cell: of its pass and of all updates of its training. */
export function flopsOf(cell: CellPlan): number {
  const { network, plan } = cell;
  const batch = cell.batch ?? 32;
  const one = taskOutline(taskWithData(cell), network.kind);
  const { inputs = 1, outputs = null } = sizesFrom(one);
  const cost = (B: number) => costOf(network, { inputs, outputs }, B, one.steps ?? 1).flops;
  return cost(batch) * 3 + (plan === undefined ? 0 : plan.steps * cost(plan.batch ?? 32));
}

/**
 * Estimates time and memory of all cells. It runs the cell with the median cost and assumes the same speed for the
 * others.
 *
 * @param now a clock in milliseconds
 */
export function estimate(cells: readonly PlacedCell[], threads: number, now: () => number): Estimate {
  const costs = new Map<string, number>();
  const costOfCell = (cell: PlacedCell) => {
    const key = JSON.stringify([cell.network, cell.task, cell.batch, cell.plan]);
    const known = costs.get(key) ?? flopsOf(cell);
    costs.set(key, known);
    return known;
  };
  const all = cells.map((cell) => ({ cell, cost: costOfCell(cell) })).sort((a, b) => a.cost - b.cost);
  const { cell, cost } = all[all.length >> 1];
  measureCellAtOnce(cells[0], taskWithData(cells[0])); // the core is compiled before the clock starts
  const start = now();
  measureCellAtOnce(cell, taskWithData(cell));
  const rate = cost / Math.max(1e-6, (now() - start) / 1000);
  const total = all.reduce((sum, each) => sum + each.cost, 0);
  return { seconds: total / rate / Math.min(threads, cells.length), bytes: memoryOf(all[all.length - 1].cell) };
}

/** Bytes of WASM memory of the pass of a cell. */
function memoryOf(cell: CellPlan): number {
  const { network: spec, seed } = cell;
  const batch = resolveTask(taskWithData(cell), { batch: cell.batch ?? 32, seed, kind: spec.kind });
  const network = createNetwork(spec, { seed, ...sizesFrom(batch) });
  try {
    network.propagate(batch, { ledger: false, probe: false });
    return network.memoryBytes;
  } finally {
    network.dispose();
  }
}
