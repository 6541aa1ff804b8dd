import { parseSpec } from "../../../../src/spec/index.ts";
import type { Experiment, TaskChoice } from "./experiment.ts";
import { firstOf } from "./first.ts";
import { LEVELS } from "./levels.ts";
import { FIRST_TRAINING, type TrainingChoice } from "./training-choice.ts";

/** Everything that an address holds. */
export interface PageState {
  readonly current: Experiment;
  /** The experiment with which the current one is compared. */
  readonly pinned: Experiment | null;
  /** The id of the level being played. */
  readonly level: string | null;
  readonly training: TrainingChoice;
}

export const FIRST_STATE: PageState = {
  current: firstOf("recurrent"),
  pinned: null,
  level: null,
  training: FIRST_TRAINING,
};

/** The part of an address after its #: one JSON value for each key. */
export function toAddress({ current, pinned, level, training }: PageState): string {
  const { network, task, batch, seed, edits } = current;
  const fields = new URLSearchParams();
  const put = (key: string, value: unknown) =>
    fields.set(key, typeof value === "string" ? value : JSON.stringify(value));
  put("network", network);
  put("task", task);
  put("batch", batch);
  put("seed", seed);
  if (Object.keys(edits).length > 0) put("edits", edits);
  if (pinned !== null) put("pinned", pinned);
  if (level !== null) put("level", level);
  if (JSON.stringify(training) !== JSON.stringify(FIRST_TRAINING)) put("training", training);
  return `#${fields}`;
}

/**
 * The state that an address holds, and in `fault` a sentence for what could not be read. A missing key has the value of
 * a first visit. `#level=…` alone begins that level; a network without a task gets the first task of its kind.
 */
export function fromAddress(address: string): { readonly state: PageState; readonly fault: string | null } {
  const fields = new URLSearchParams(address.replace(/^#/, ""));
  if ([...fields.keys()].length === 0) return { state: FIRST_STATE, fault: null };
  try {
    const level = LEVELS.find(({ id }) => id === fields.get("level")) ?? null;
    return {
      state: {
        current: experimentIn(fields, level?.start ?? null),
        pinned: fields.has("pinned") ? experimentOf(json(fields, "pinned")) : null,
        level: level?.id ?? null,
        training: { ...FIRST_TRAINING, ...(fields.has("training") ? object(json(fields, "training")) : {}) },
      },
      fault: null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { state: FIRST_STATE, fault: `The address could not be read: ${reason}` };
  }
}

function experimentIn(fields: URLSearchParams, start: Experiment | null): Experiment {
  const network = fields.has("network") ? json(fields, "network") : undefined;
  const kind = object(network ?? {}).kind === "feedforward" ? "feedforward" : "recurrent";
  const first = start ?? firstOf(kind);
  return experimentOf({
    network: network ?? first.network,
    task: fields.has("task") ? json(fields, "task") : first.task,
    batch: fields.has("batch") ? json(fields, "batch") : first.batch,
    seed: fields.has("seed") ? json(fields, "seed") : first.seed,
    edits: fields.has("edits") ? json(fields, "edits") : network === undefined ? first.edits : {},
  });
}

/** @throws EvanesceError for a network that breaks a rule, Error for a value that is not an experiment */
function experimentOf(value: unknown): Experiment {
  const { network, task, batch, seed, edits } = object(value);
  parseSpec(network as Experiment["network"]);
  if (typeof object(task).name !== "string") throw new Error("task: an object with a name");
  return {
    network: network as Experiment["network"],
    task: task as TaskChoice,
    batch: whole("batch", batch, 1, 4096),
    seed: whole("seed", seed, 0, Number.MAX_SAFE_INTEGER),
    edits: object(edits ?? {}),
  };
}

function json(fields: URLSearchParams, key: string): unknown {
  try {
    return JSON.parse(fields.get(key) ?? "");
  } catch {
    throw new Error(`${key}: JSON, got ${String(fields.get(key)).slice(0, 60)}`);
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`an object, got ${JSON.stringify(value)?.slice(0, 60)}`);
}

function whole(key: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw new Error(`${key}: a whole number from ${least} to ${most}, got ${JSON.stringify(value)}`);
}
