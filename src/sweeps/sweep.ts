import { EvanesceError } from "../base/errors.ts";
import { requireCallback, requireObject, requireSeed, requireSignal } from "../base/options-check.ts";
import { type Run, type RunOptions, startRun } from "../base/cooperative-work.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { Trained, TrainingPlan } from "../training/short-training.ts";
import type { Setting } from "./types.ts";
import type { RunnerOptions } from "./run-sweep.ts";
import { cellSeed } from "./seeds.ts";
import type { CellResult, CellStart, PlacedCell } from "./types.ts";
import { withKey } from "./with-key.ts";

/** Options of `sweep`. */
export interface SweepOptions extends RunOptions, Pick<RunnerOptions, "threads" | "timeLimit" | "journal" | "retry"> {
  /** Networks by name. With `vary`, each is a base. */
  readonly networks: Readonly<Record<string, NetworkInput>>;
  /** Values of keys of the spec, `{ depth: [10, 20], "init.gain": [1, 2] }`; every combination is measured. */
  readonly vary?: Readonly<Record<string, readonly unknown[]>> | undefined;
  /** Tasks by name; by default `adding` for recurrent networks, `gaussian` for deep ones. */
  readonly tasks?: Readonly<Record<string, TaskInput>> | undefined;
  /** Training plans by name. Without plans, a cell is one pass. */
  readonly plans?: Readonly<Record<string, TrainingPlan>> | undefined;
  /** Number of seeds for each combination; default 5. */
  readonly seeds?: number | undefined;
  /** The whole number from which every seed follows; default 0. */
  readonly seed?: number | undefined;
  /** Batch size of the passes; default 32. */
  readonly batch?: number | undefined;
  /** Called with each cell when it ends. With several threads the order may differ. */
  readonly onCell?: ((cell: SweepCell) => void) | undefined;
}

/** One replicate of one cell of a sweep. Plain data. */
export interface SweepCell {
  /** `network, depth 20 | task | plan | replicate`: with the root seed it gives the cell's seed. */
  readonly id: string;
  readonly seed: number;
  readonly network: NetworkSpec;
  readonly task: string;
  readonly replicate: number;
  readonly start: CellStart;
  readonly plan: string | null;
  readonly trained: Trained | null;
}

/** `evanesce.sweep/1`. */
export interface Sweep {
  readonly schema: "evanesce.sweep/1";
  readonly seed: number;
  readonly outcome: "complete" | "stopped";
  /** Cells with a result, in the order of the grid. */
  readonly cells: readonly SweepCell[];
  /** Cells without a result, and the reasons. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/** An event for a finished cell. */
export interface SweepEvent {
  readonly cell: SweepCell;
  readonly index: number;
  readonly count: number;
}

/**
 * Measures every network on every task with every seed, and trains it if plans are given. The seed of a cell depends
 * only on the root seed and the id of the cell, so more or fewer cells do not change the numbers of others. The result
 * is the same for any number of threads.
 *
 * @throws EvanesceError for a network or count that breaks a rule, before the first cell runs
 */
export function sweep(options: SweepOptions): Run<SweepEvent, Sweep> {
  requireObject("sweep", options, "give { networks, … }");
  const { seeds = 5, seed = 0, signal, onCell } = options;
  requireSeed("sweep.seed", options.seed);
  requireSignal(signal);
  requireCallback("sweep.onCell", onCell);
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    throw new EvanesceError("sweep.seeds", "a whole number ≥ 1", seeds, "use at least 5 for useful intervals");
  }
  const cells = expand(options, seeds, seed);
  async function* work(): AsyncGenerator<SweepEvent | undefined, Sweep> {
    const finished = new Array<SweepCell | undefined>(cells.length);
    const failed: { id: string; reason: string }[] = [];
    const plan = { networks: options.networks, vary: options.vary, plans: options.plans, seed, seeds };
    const { runSweep } = await import("./run-sweep.ts");
    for await (const { cell, end, index, count } of runSweep(cells, plan, options)) {
      if (end.failed !== undefined) {
        failed.push({ id: cell.id, reason: end.failed });
        continue;
      }
      finished[index] = sweepCell(cell, end.result as CellResult);
      onCell?.(finished[index]);
      yield { cell: finished[index], index, count };
    }
    const done = finished.filter((cell) => cell !== undefined);
    const stopped = signal?.aborted && done.length + failed.length < cells.length;
    return { schema: "evanesce.sweep/1", seed, outcome: stopped ? "stopped" : "complete", cells: done, failed };
  }
  return startRun(work());
}

const sweepCell = (
  { id, seed, network, taskName, planName, replicate }: PlacedCell,
  result: CellResult,
): SweepCell => ({
  ...{ id, seed, network, task: taskName, replicate },
  ...{ start: result.start, plan: planName, trained: result.trained },
});

function expand({ networks, vary = {}, tasks, plans, batch }: SweepOptions, seeds: number, root: number): PlacedCell[] {
  const cells: PlacedCell[] = [];
  const planned = plans === undefined ? [[null, undefined] as const] : Object.entries(plans);
  for (const [name, base] of Object.entries(networks)) {
    for (const { label, network: input, settings } of combinations(name, base, vary)) {
      const network = parseSpec(input, `sweep.networks.${label}`);
      const usual = network.kind === "recurrent" ? "adding" : "gaussian";
      for (const [taskName, task] of Object.entries(tasks ?? { [usual]: usual })) {
        for (const [planName, plan] of planned) {
          for (let replicate = 0; replicate < seeds; replicate++) {
            const id = [label, taskName, planName ?? "no training", replicate].join(" | ");
            cells.push({
              ...{ id, seed: cellSeed(root, id), network, task, taskName, planName, replicate, settings },
              ...(batch === undefined ? {} : { batch }),
              ...(plan === undefined ? {} : { plan }),
            });
          }
        }
      }
    }
  }
  return cells;
}

interface Combination {
  readonly label: string;
  readonly network: unknown;
  readonly settings: Readonly<Record<string, Setting>>;
}

/** The base with every combination of values. */
function combinations(name: string, base: NetworkInput, vary: Readonly<Record<string, readonly unknown[]>>) {
  let all: Combination[] = [{ label: name, network: base, settings: { network: name } }];
  for (const [key, values] of Object.entries(vary)) {
    all = all.flatMap(({ label, network, settings }) =>
      values.map((value) => ({
        label: `${label}, ${key} ${String(value)}`,
        network: withKey(network, key.split("."), value),
        settings: { ...settings, [key]: value as Setting },
      })),
    );
  }
  return all;
}
