/*
 * Checks a run that was read from a file: its parts must have their types and fit each other.
 */
import { EvanesceError } from "../base/errors.ts";
import { type NetworkSpec, parseSpec } from "../spec/index.ts";
import { elements, parameterTable } from "../spec/parameters.ts";
import { unitsOf } from "../tasks/state.ts";
import type { Recorded, TrainingState } from "./state.ts";

const REMEDY = "resume from a checkpoint as it was written, or start anew";

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const LISTS = ["accuracies", "evaluations", "gsnr", "saturation", "diagnoses"] as const satisfies (keyof Recorded)[];

/**
 * Refuses a run whose parts do not have their types.
 *
 * @param where the file of the run
 * @throws EvanesceError that names the part
 */
export function requireRun(head: object, trainer: unknown, recorded: unknown, where: string): void {
  const require = (holds: boolean, part: string, rule: string, got: unknown): void => {
    if (!holds) throw new EvanesceError(`${where}: ${part}`, rule, got, REMEDY);
  };
  const { updates, seed, sizes } = head as Partial<Record<keyof TrainingState, unknown>>;
  require(isCount(updates), "updates", "a whole number ≥ 0", updates);
  require(isCount(seed), "seed", "a whole number ≥ 0", seed);
  require(isObject(sizes), "sizes", "an object", sizes);
  require(isObject(trainer), "trainer", "an object", trainer);
  require(isObject(recorded), "recorded", "an object", recorded);
  const { updates: trained, carried, schedule } = trainer as Partial<Record<string, unknown>>;
  require(trained === updates, "trainer.updates", `${updates}, as updates says`, trained);
  require(isObject(carried), "trainer.carried", "an object", carried);
  require(isObject(schedule), "trainer.schedule", "an object", schedule);
  const lists = recorded as Partial<Record<string, unknown>>;
  for (const key of LISTS) require(Array.isArray(lists[key]), `recorded.${key}`, "a list", lists[key]);
  require(isObject(lists.stop), "recorded.stop", "an object", lists.stop);
}

/**
 * Refuses a run whose network, parameters and losses do not fit each other.
 * @throws EvanesceError naming the part
 */
export function requireWholeState(state: TrainingState, where: string): void {
  const { spec, sizes, parameters, updates, recorded } = state;
  const parsed = parseSpec(spec, `${where}: spec`);
  for (const { name, shape } of parameterTable(parsed, sizes)) {
    const count = elements(shape);
    if (parameters[name]?.length === count) continue;
    throw new EvanesceError(`${where}: ${name}`, `${count} values`, parameters[name]?.length, REMEDY);
  }
  requireCarried(state, parsed, where);
  // the update that left the range of float32 has a loss but is not counted
  const { length } = recorded.losses;
  if (length === updates || length === updates + 1) return;
  throw new EvanesceError(`${where}: losses`, `${updates}, one for each update`, length, REMEDY);
}

/** The carried state must have one number for every layer, sample and unit. */
function requireCarried({ carried }: TrainingState, spec: NetworkSpec, where: string): void {
  for (const [part, values] of Object.entries(carried ?? {})) {
    const rows = spec.kind === "recurrent" ? unitsOf(spec, part as "h" | "c") : 0;
    if (rows > 0 && values.length > 0 && values.length % rows === 0) continue;
    throw new EvanesceError(`${where}: carried.${part}`, "a state of this network, [N, B, H]", values.length, REMEDY);
  }
}
