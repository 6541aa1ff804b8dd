import { EvanesceError } from "../base/errors.ts";
import { type NetworkSpec, parseSpec } from "../spec/index.ts";
import { prepareTask, type TaskInput } from "../tasks/index.ts";
import { parseOptimizer } from "../catalogue/optimizers/index.ts";
import type { TrainingPlan } from "../training/short-training.ts";
import { type AxisInput, keysOf, matches, pointsOf, type Settings } from "./axes.ts";
import type { SweepMap } from "./map.ts";
import { cellSeed } from "./seeds.ts";
import type { DataFile, PlacedCell } from "./types.ts";
import { withKey } from "./with-key.ts";

/** Default number of stations of the profile that are kept for each cell. */
const PROFILE = 64;

/** The base of a cell with some of its keys set. */
interface Described {
  readonly network: Readonly<Record<string, unknown>>;
  readonly task: Readonly<Record<string, unknown>>;
  readonly plan: Readonly<Record<string, unknown>> | null;
  readonly batch: number | undefined;
}

/**
 * Every cell of a map in order: the first axis changes slowest, then the other axes, then plans, then replicates. An id
 * contains only the keys that it sets, so added cells do not change the seeds of others.
 *
 * @param data files of the task that were already read
 * @throws EvanesceError that names the axis, or the cell whose network or task breaks a rule
 */
export function cellsOf(map: SweepMap, where = "map", data: readonly DataFile[] = []): PlacedCell[] {
  const { base, plans } = map;
  requireDistinctKeys(map.axes, where);
  const named: readonly (readonly [string | null, TrainingPlan | null])[] =
    plans !== undefined ? Object.entries(plans) : [[null, base.plan ?? null]];
  const cells: PlacedCell[] = [];
  const parsed = new Map<string, NetworkSpec>();
  const checked = new Set<string>();
  const checkOnce = (what: unknown, check: () => void, place: string) => {
    const key = JSON.stringify(what);
    if (checked.has(key)) return;
    checked.add(key);
    inPlace(place, check);
  };
  const seen = new Set<string>();
  for (const settings of combined(map, where)) {
    for (const [planName, plan] of named) {
      const described = describe(map, settings, plan, where);
      if (map.only !== undefined && !map.only.some((match) => matches(match, (key) => valueAt(described, key))))
        continue;
      const text = JSON.stringify(described.network);
      const label = labelOf(settings);
      let network = parsed.get(text);
      if (network === undefined) {
        network = parseSpec(described.network, label === "" ? `${where}.base.network` : `${where} (${label})`);
        parsed.set(text, network);
      }
      const place = label === "" ? where : `${where} (${label})`;
      const { task, taskName } = taskOf(described.task, network);
      if (data.length === 0) checkOnce(["task", network.kind, task], () => prepareTask(task, network.kind), place);
      const { optimizer } = (described.plan ?? {}) as Partial<TrainingPlan>;
      if (described.plan !== null) checkOnce(["optimizer", optimizer], () => parseOptimizer(optimizer), place);
      for (let replicate = 0; replicate < map.replicates; replicate++) {
        const id = [label, ...(planName === null ? [] : [planName]), replicate].join(" | ");
        if (seen.has(id)) continue; // a zip or a sample may contain a point twice
        seen.add(id);
        cells.push({
          id,
          seed: cellSeed(map.seed, map.seeds === "paired" ? `replicate ${replicate}` : id),
          network,
          task,
          ...(data.length === 0 ? {} : { data }),
          ...(described.batch === undefined ? {} : { batch: described.batch }),
          ...(described.plan === null ? {} : { plan: described.plan as unknown as TrainingPlan }),
          ...(base.lyapunov && network.kind === "recurrent" ? { lyapunov: true } : {}),
          ...(base.coordinates && network.kind === "feedforward" ? { coordinates: true } : {}),
          ...(base.profile === 0 ? {} : { profile: base.profile ?? PROFILE }),
          settings,
          taskName,
          planName,
          replicate,
        });
      }
    }
  }
  return cells;
}

/** Runs a check and adds the place in the map to its messages. */
function inPlace(place: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof EvanesceError) error.message = `${place}: ${error.message}`;
    throw error;
  }
}

/** `depth 20, init.gain 1.5`: the settings as text, for readers and for the seed. */
export const labelOf = (settings: Settings): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");

function requireDistinctKeys(axes: readonly AxisInput[], where: string): void {
  const seen = new Set<string>();
  for (const [i, axis] of axes.entries()) {
    for (const key of keysOf(axis)) {
      // axes with different conditions may have the same key
      if (seen.has(key) && axis.when === undefined) {
        throw new EvanesceError(`${where}.axes.${i}`, "every key on one axis", key, "merge the two lists of values");
      }
      seen.add(key);
    }
  }
}

/** The settings of every combination of points that the conditions allow. */
function* combined(map: SweepMap, where: string): Generator<Settings> {
  const points = map.axes.map((axis, i) => pointsOf(axis, `${where}.axes.${i}`, map.seed));
  function* from(axis: number, settings: Settings): Generator<Settings> {
    if (axis === points.length) {
      yield settings;
      return;
    }
    const { when } = map.axes[axis];
    if (when !== undefined) {
      const described = describe(map, settings, map.base.plan ?? null, where);
      if (!matches(when, (key) => valueAt(described, key))) {
        yield* from(axis + 1, settings);
        return;
      }
    }
    for (const point of points[axis]) yield* from(axis + 1, { ...settings, ...point });
  }
  yield* from(0, {});
}

/** The base with these settings. */
function describe(map: SweepMap, settings: Settings, plan: TrainingPlan | null, where: string): Described {
  const { base } = map;
  const task = typeof base.task === "string" ? { name: base.task } : (base.task ?? {});
  let described: Described = {
    network: base.network,
    task: task as Record<string, unknown>,
    plan: plan as never,
    batch: base.batch,
  };
  for (const [key, value] of Object.entries(settings)) {
    const [part, ...rest] = key.split(".");
    if (key === "batch") described = { ...described, batch: value as number };
    else if (part === "task" && rest.length > 0)
      described = { ...described, task: withKey(described.task, rest, value) };
    else if (part === "plan" && rest.length > 0) {
      if (described.plan === null) {
        throw new EvanesceError(`${where}.axes`, "a plan for its keys", key, "add base.plan, or plans");
      }
      described = { ...described, plan: withKey(named(described.plan, rest[0]), rest, value) };
    } else {
      const path = part === "network" && rest.length > 0 ? rest : [part, ...rest];
      described = { ...described, network: withKey(described.network, path, value) };
    }
  }
  return described;
}

/** A plan whose optimizer is an object, if a key inside the optimizer is set. */
function named(plan: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  return key === "optimizer" && typeof plan.optimizer === "string"
    ? { ...plan, optimizer: { name: plan.optimizer } }
    : plan;
}

function valueAt({ network, task, plan, batch }: Described, key: string): unknown {
  if (key === "batch") return batch;
  const [part, ...rest] = key.split(".");
  const [object, path] =
    part === "task"
      ? [task, rest]
      : part === "plan"
        ? [plan, rest]
        : [network, part === "network" ? rest : [part, ...rest]];
  return path.reduce<unknown>((value, step) => (value as Record<string, unknown> | null | undefined)?.[step], object);
}

function taskOf(
  options: Readonly<Record<string, unknown>>,
  { kind }: NetworkSpec,
): { task: TaskInput; taskName: string } {
  const name = (options.name as string | undefined) ?? (kind === "recurrent" ? "adding" : "gaussian");
  const task =
    Object.keys(options).length > (options.name === undefined ? 0 : 1) ? ({ ...options, name } as TaskInput) : name;
  return { task, taskName: name };
}
