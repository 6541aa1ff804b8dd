import { diagnose, type Verdict } from "../diagnosis/index.ts";
import { EvanesceError } from "../base/errors.ts";
import type { Decay } from "../flow/index.ts";
import { propagate } from "../measure/propagate.ts";
import { type Run, type RunOptions, startRun } from "../base/cooperative-work.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import { cellSeed } from "./seeds.ts";
import { type Trained, type TrainingPlan, trainFresh } from "../training/short-training.ts";

/** Which networks, varied how, measured on what. */
export interface SweepOptions extends RunOptions {
  /** Networks by name; with `vary` each is a base that is varied. */
  readonly networks: Readonly<Record<string, NetworkInput>>;
  /** A grid over keys of the spec, `{ depth: [10, 20], "init.gain": [1, 2] }`: every combination of every network. */
  readonly vary?: Readonly<Record<string, readonly unknown[]>> | undefined;
  /** Tasks by name; by default `adding` for recurrent networks, `gaussian` for deep ones. */
  readonly tasks?: Readonly<Record<string, TaskInput>> | undefined;
  /** Training plans by name; without them every cell is one pass. */
  readonly plans?: Readonly<Record<string, TrainingPlan>> | undefined;
  /** Replicates of every cell; default 5. */
  readonly seeds?: number | undefined;
  /** Root of every seed; default 0. */
  readonly seed?: number | undefined;
  /** B of the passes; default 32. */
  readonly batch?: number | undefined;
}

/** One cell of a sweep, one replicate. Plain data. */
export interface SweepCell {
  /** `network, depth 20 | task | plan | replicate`: with the root seed it gives the cell's seed. */
  readonly id: string;
  readonly seed: number;
  readonly network: NetworkSpec;
  readonly task: string;
  readonly replicate: number;
  /** What the pass at the start measured: the path's decay (the probe's), the loss, the diagnosis. */
  readonly start: {
    readonly outcome: "finite" | "nonfinite";
    readonly loss: number | null;
    readonly decay: Decay | null;
    readonly verdict: Verdict;
  };
  readonly plan: string | null;
  readonly trained: Trained | null;
}

/** `evanesce.sweep/1`. */
export interface Sweep {
  readonly schema: "evanesce.sweep/1";
  readonly seed: number;
  readonly outcome: "complete" | "stopped";
  readonly cells: readonly SweepCell[];
}

/** A cell is finished. */
export interface SweepEvent {
  readonly cell: SweepCell;
  readonly index: number;
  readonly count: number;
}

/**
 * Measures, and trains where plans are given, every network on every task for every seed. The seed of a cell derives
 * from (root seed, cell id), so that more cells, or fewer, change no other's numbers.
 *
 * @throws EvanesceError for a network or count that breaks a rule, before the first cell runs
 */
export function sweep(options: SweepOptions): Run<SweepEvent, Sweep> {
  const { seeds = 5, seed = 0, batch, signal } = options;
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    throw new EvanesceError("sweep.seeds", "a whole number ≥ 1", seeds, "use 5 for intervals worth having");
  }
  const cells = expand(options, seeds);
  function* work(): Generator<SweepEvent | undefined, Sweep> {
    const finished: SweepCell[] = [];
    const report = (outcome: Sweep["outcome"]): Sweep => ({
      schema: "evanesce.sweep/1",
      seed,
      outcome,
      cells: finished,
    });
    for (const [index, { id, network, taskName, task, planName, plan, replicate }] of cells.entries()) {
      const own = cellSeed(seed, id);
      const flow = propagate({ network, task, batch, seed: own });
      const { outcome, loss, probe } = flow;
      const start = { outcome, loss, decay: probe?.decay ?? null, verdict: diagnose(flow).verdict };
      let trained: Trained | null = null;
      if (plan !== null) {
        const training = trainFresh(network, task, plan, own);
        for (;;) {
          if (signal?.aborted) {
            training.return(undefined as never);
            return report("stopped");
          }
          const { done, value } = training.next();
          if (done) {
            trained = value;
            break;
          }
          yield undefined;
        }
      }
      const cell = { id, seed: own, network, task: taskName, replicate, start, plan: planName, trained };
      finished.push(cell);
      yield { cell, index, count: cells.length };
      if (signal?.aborted) return report(index === cells.length - 1 ? "complete" : "stopped");
    }
    return report("complete");
  }
  return startRun(work());
}

interface Planned {
  readonly id: string;
  readonly network: NetworkSpec;
  readonly taskName: string;
  readonly task: TaskInput;
  readonly planName: string | null;
  readonly plan: TrainingPlan | null;
  readonly replicate: number;
}

function expand({ networks, vary = {}, tasks, plans }: SweepOptions, seeds: number): Planned[] {
  const cells: Planned[] = [];
  const planned = plans === undefined ? [[null, null] as const] : Object.entries(plans);
  for (const [name, base] of Object.entries(networks)) {
    for (const { label, network: input } of combinations(name, base, vary)) {
      const network = parseSpec(input, `sweep.networks.${label}`);
      const usual = network.kind === "recurrent" ? "adding" : "gaussian";
      for (const [taskName, task] of Object.entries(tasks ?? { [usual]: usual })) {
        for (const [planName, plan] of planned) {
          for (let replicate = 0; replicate < seeds; replicate++) {
            const id = [label, taskName, planName ?? "no training", replicate].join(" | ");
            cells.push({ id, network, taskName, task, planName, plan, replicate });
          }
        }
      }
    }
  }
  return cells;
}

/** Every combination of the grid's values, set in the base. */
function combinations(name: string, base: NetworkInput, vary: Readonly<Record<string, readonly unknown[]>>) {
  let all: { readonly label: string; readonly network: unknown }[] = [{ label: name, network: base }];
  for (const [key, values] of Object.entries(vary)) {
    all = all.flatMap(({ label, network }) =>
      values.map((value) => ({
        label: `${label}, ${key} ${String(value)}`,
        network: withKey(network, key.split("."), value),
      })),
    );
  }
  return all;
}

const withKey = (object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown => ({
  ...(object as object),
  [key]: rest.length === 0 ? value : withKey((object as Record<string, unknown>)[key] ?? {}, rest, value),
});
