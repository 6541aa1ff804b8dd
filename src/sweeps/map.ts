import { type Json, jsonSchema, withDialect } from "../base/json-schema.ts";
import {
  anything,
  boolean,
  choice,
  defaulted,
  described,
  listOf,
  nothing,
  object,
  openObject,
  optional,
  real,
  recordOf,
  text,
  union,
  whole,
} from "../base/schema.ts";
import { check, Issue, keysAt } from "../base/schema-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { once } from "../spec/fields.ts";
import { specError } from "../spec/messages.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { TrainingPlan } from "../training/short-training.ts";
import type { AxisInput, Match } from "./axes.ts";
import { THEORY, type TheoryName } from "./theory-line.ts";

/** `MAP.json`: the networks of a map as plain data. */
export interface SweepMap {
  readonly base: {
    /** A spec. In a file, it may be the path of a spec or of a model file beside the map. */
    readonly network: Readonly<Record<string, unknown>>;
    readonly task?: TaskInput | undefined;
    /** Files of the task, beside the map: `{ csv: "table.csv" }`, `{ text: "book.txt" }`, `{ images, labels }`. */
    readonly data?: Readonly<Record<string, string>> | undefined;
    /** B of the pass; default 32. */
    readonly batch?: number | undefined;
    /** A training after the pass. `plans` holds several. */
    readonly plan?: TrainingPlan | undefined;
    readonly lyapunov?: boolean | undefined;
    /** Also measure the size of activations, and of their change by training. */
    readonly coordinates?: boolean | undefined;
    /** Number of stations of the profile that are kept for each cell; default 64. */
    readonly profile?: number | undefined;
  };
  readonly axes: readonly AxisInput[];
  /** Only cells that match one of these are run. */
  readonly only?: readonly Match[] | undefined;
  readonly replicates: number;
  readonly seed: number;
  /** `derived`: each cell has its own seed, from (seed, id). `paired`: a replicate has the same draws in every cell. */
  readonly seeds: "derived" | "paired";
  readonly plans?: Readonly<Record<string, TrainingPlan>> | undefined;
  /** How the map is drawn: the keys of the axes, and the number. */
  readonly plot?: PlotInput | undefined;
  /** The publication that the map reproduces: author and year. */
  readonly source?: string | undefined;
}

/** The number and the axes of a drawing. Keys that change together are joined by +: `residual+norm`. */
export interface PlotInput {
  readonly x: string;
  readonly y?: string | undefined;
  readonly value: string;
  /** A third axis: one panel for each of its values. */
  readonly panels?: string | undefined;
  /** The line of theory over the map, or none. */
  readonly theory?: TheoryName | undefined;
}

const setting = union(real(), text(), boolean(), nothing, listOf(anything));
const match = () => recordOf(union(setting, object({ least: optional(real()), most: optional(real()) })));
const values = {
  key: described(
    text({ least: 1 }),
    "a key of the spec (depth, init.gain), of the task (task.steps), of the plan (plan.optimizer.learningRate), or batch",
  ),
  values: optional(listOf(setting), "the values, one after the other"),
  from: optional(real(), "first value of a range"),
  to: optional(real(), "last value of a range"),
  count: optional(whole({ least: 1 }), "number of points of the range, with its ends"),
  step: optional(real(), "distance of two points, instead of count"),
  scale: optional(choice(["linear", "log"]), "linear: equal distances; log: equal ratios"),
  whole: optional(boolean(), "rounds to whole numbers"),
};
const when = { when: optional(match(), "the axis changes only in cells that match") };
const several = (text: string) => described(listOf(object(values), { least: 1 }), text);
const samples = { samples: described(whole({ least: 1 }), "points") };

/** One schema for each form of an axis. Each form has a key that the others do not have. */
const AXIS_FORMS = once(() => ({
  zip: object({ zip: several("keys that change together"), ...when }),
  random: object({ random: several("points drawn uniformly"), ...samples, ...when }),
  sobol: object({ sobol: several("points of a Sobol sequence"), ...samples, ...when }),
  key: object({ ...values, ...when }),
}));

const planSchema = once(() =>
  object({
    steps: described(whole({ least: 1 }), "updates"),
    batch: optional(whole({ least: 1 }), "batch size of an update; default 32"),
    optimizer: defaulted(union(text(), openObject({ name: text() })), "adam", "a name, or { name, learningRate, … }"),
    clip: optional(openObject({}), "{ norm }, { value } or { unit }"),
    frozen: optional(listOf(text()), "parameters whose names begin with one of these are not trained"),
  }),
);

/** The schema of a map, as `evanesce schema map` prints it. */
export const mapSchema = once(() =>
  object({
    base: object({
      network: described(
        union(openObject({}), text()),
        "a spec (evanesce schema prints its keys), or the path of a spec or a model file",
      ),
      task: optional(union(text(), openObject({ name: text() })), "a task's name, or { name, … }"),
      data: optional(
        recordOf(text()),
        "files of the task: { csv: FILE }, { text: FILE }, { images: FILE, labels: FILE }",
      ),
      batch: optional(whole({ least: 1 }), "batch size of the pass; default 32"),
      plan: optional(planSchema(), "a training after the pass"),
      lyapunov: optional(boolean(), "also measure the largest Lyapunov exponent"),
      coordinates: optional(
        boolean(),
        "also measure the size of activations and of their change by training; for deep networks",
      ),
      profile: optional(
        whole({ least: 0 }),
        "number of stations of the profile that are kept for each cell; default 64",
      ),
    }),
    axes: defaulted(
      listOf(union(AXIS_FORMS().key, AXIS_FORMS().zip, AXIS_FORMS().random, AXIS_FORMS().sobol)),
      [],
      "the axes; every combination of their points is a cell",
    ),
    only: optional(listOf(match()), "run only cells that match one of these"),
    replicates: defaulted(whole({ least: 1 }), 1, "number of seeds for each combination"),
    seed: defaulted(whole({ least: 0 }), 0, "whole number from which every seed follows"),
    seeds: defaulted(
      choice(["derived", "paired"]),
      "derived",
      "derived: each cell has its own random draws; paired: a replicate has the same draws in every cell",
    ),
    plans: optional(recordOf(planSchema()), "trainings by name; every cell runs each of them"),
    plot: optional(
      object({
        x: text(),
        y: optional(text()),
        value: text(),
        panels: optional(text()),
        theory: optional(choice(Object.keys(THEORY) as TheoryName[])),
      }),
      "how the map is drawn: keys of axes and a measured number",
    ),
    source: optional(text(), "publication that the map reproduces"),
  }),
);

/** JSON Schema of a map. */
export const mapJsonSchema = (): Json => withDialect(jsonSchema(mapSchema()));

/**
 * Checks a map and adds all defaults.
 *
 * @param where the name of the map in messages: a file's name, or `map`
 * @throws EvanesceError that names the first key that breaks a rule
 */
export function parseMap(input: unknown, where = "map"): SweepMap {
  const axes = (input as { axes?: unknown } | null)?.axes;
  if (Array.isArray(axes)) for (const [i, axis] of axes.entries()) requireAxis(axis, `${where}.axes.${i}`);
  const schema = mapSchema();
  const result = check<typeof schema>(schema, input);
  if (result instanceof Issue) throw specError(result, input, where, (path) => keysAt(schema, path));
  return result as unknown as SweepMap;
}

/** Checks an axis by the rules of its own form. The message of a union would name all four forms. */
function requireAxis(axis: unknown, where: string): void {
  const forms = AXIS_FORMS();
  const names = Object.keys(forms) as (keyof typeof forms)[];
  if (typeof axis !== "object" || axis === null) {
    throw new EvanesceError(
      where,
      "an object with one of key, zip, random, sobol",
      axis,
      'write { "key": "depth", "values": [10, 20] }',
    );
  }
  const form = names.find((name) => Object.hasOwn(axis, name));
  if (form === undefined) {
    const near = Object.keys(axis)
      .map((key) => nearest(key, names))
      .find((name) => name !== undefined);
    const remedy = near === undefined ? 'write { "key": "depth", "values": [10, 20] }' : `did you mean ${near}?`;
    throw new EvanesceError(where, "one of key, zip, random, sobol", axis, remedy);
  }
  const result = check(forms[form], axis);
  if (result instanceof Issue) throw specError(result, axis, where, (path) => keysAt(forms[form], path));
}
