import * as z from "zod/mini";
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

const setting = z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.unknown())]);
const match = () =>
  z.record(
    z.string(),
    z.union([setting, z.strictObject({ least: z.optional(z.number()), most: z.optional(z.number()) })]),
  );
const values = {
  key: z
    .string()
    .check(
      z.minLength(1),
      z.describe(
        "a key of the spec (depth, init.gain), of the task (task.steps), of the plan (plan.optimizer.learningRate), or batch",
      ),
    ),
  values: z.optional(z.array(setting).check(z.describe("the values, one after the other"))),
  from: z.optional(z.number().check(z.describe("first value of a range"))),
  to: z.optional(z.number().check(z.describe("last value of a range"))),
  count: z.optional(z.int().check(z.minimum(1), z.describe("number of points of the range, with its ends"))),
  step: z.optional(z.number().check(z.describe("distance of two points, instead of count"))),
  scale: z.optional(z.enum(["linear", "log"]).check(z.describe("linear: equal distances; log: equal ratios"))),
  whole: z.optional(z.boolean().check(z.describe("rounds to whole numbers"))),
};
const when = { when: z.optional(match().check(z.describe("the axis changes only in cells that match"))) };
const several = () => z.array(z.strictObject(values)).check(z.minLength(1));
const samples = { samples: z.int().check(z.minimum(1), z.describe("points")) };

/** One schema for each form of an axis. Each form has a key that the others do not have. */
const AXIS_FORMS = once(() => ({
  zip: z.strictObject({ zip: several().check(z.describe("keys that change together")), ...when }),
  random: z.strictObject({ random: several().check(z.describe("points drawn uniformly")), ...samples, ...when }),
  sobol: z.strictObject({ sobol: several().check(z.describe("points of a Sobol sequence")), ...samples, ...when }),
  key: z.strictObject({ ...values, ...when }),
}));

const planSchema = once(() =>
  z.strictObject({
    steps: z.int().check(z.minimum(1), z.describe("updates")),
    batch: z.optional(z.int().check(z.minimum(1), z.describe("batch size of an update; default 32"))),
    optimizer: z
      ._default(z.union([z.string(), z.looseObject({ name: z.string() })]), "adam")
      .check(z.describe("a name, or { name, learningRate, … }")),
    clip: z.optional(z.looseObject({}).check(z.describe("{ norm }, { value } or { unit }"))),
    frozen: z.optional(
      z.array(z.string()).check(z.describe("parameters whose names begin with one of these are not trained")),
    ),
  }),
);

/** The schema of a map, as `evanesce schema map` prints it. */
export const mapSchema = once(() =>
  z.strictObject({
    base: z.strictObject({
      network: z
        .union([z.looseObject({}), z.string()])
        .check(z.describe("a spec (evanesce schema prints its keys), or the path of a spec or a model file")),
      task: z
        .optional(z.union([z.string(), z.looseObject({ name: z.string() })]))
        .check(z.describe("a task's name, or { name, … }")),
      data: z
        .optional(z.record(z.string(), z.string()))
        .check(z.describe("files of the task: { csv: FILE }, { text: FILE }, { images: FILE, labels: FILE }")),
      batch: z.optional(z.int().check(z.minimum(1), z.describe("batch size of the pass; default 32"))),
      plan: z.optional(planSchema()).check(z.describe("a training after the pass")),
      lyapunov: z.optional(z.boolean().check(z.describe("also measure the largest Lyapunov exponent"))),
      coordinates: z.optional(
        z
          .boolean()
          .check(z.describe("also measure the size of activations and of their change by training; for deep networks")),
      ),
      profile: z.optional(
        z
          .int()
          .check(z.minimum(0), z.describe("number of stations of the profile that are kept for each cell; default 64")),
      ),
    }),
    axes: z
      ._default(z.array(z.union([AXIS_FORMS().key, AXIS_FORMS().zip, AXIS_FORMS().random, AXIS_FORMS().sobol])), [])
      .check(z.describe("the axes; every combination of their points is a cell")),
    only: z.optional(z.array(match())).check(z.describe("run only cells that match one of these")),
    replicates: z._default(z.int().check(z.minimum(1)), 1).check(z.describe("number of seeds for each combination")),
    seed: z._default(z.int().check(z.minimum(0)), 0).check(z.describe("whole number from which every seed follows")),
    seeds: z
      ._default(z.enum(["derived", "paired"]), "derived")
      .check(
        z.describe("derived: each cell has its own random draws; paired: a replicate has the same draws in every cell"),
      ),
    plans: z
      .optional(z.record(z.string(), planSchema()))
      .check(z.describe("trainings by name; every cell runs each of them")),
    plot: z
      .optional(
        z.strictObject({
          x: z.string(),
          y: z.optional(z.string()),
          value: z.string(),
          panels: z.optional(z.string()),
          theory: z.optional(z.enum(Object.keys(THEORY) as [TheoryName, ...TheoryName[]])),
        }),
      )
      .check(z.describe("how the map is drawn: keys of axes and a measured number")),
    source: z.optional(z.string()).check(z.describe("publication that the map reproduces")),
  }),
);

/** JSON Schema of a map. */
export const mapJsonSchema = (): unknown =>
  z.toJSONSchema(mapSchema(), {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === "default") jsonSchema.default = def.defaultValue;
    },
  });

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
  const result = schema.safeParse(input);
  if (result.success) return result.data as unknown as SweepMap;
  const issue = result.error.issues[0];
  throw specError(issue, input, where, (path) => keysAt(schema, path));
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
  const result = forms[form].safeParse(axis);
  if (!result.success) throw specError(result.error.issues[0], axis, where, (path) => keysAt(forms[form], path));
}

/** The keys of a schema at a path. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  let inner = schema;
  const unwrap = () => {
    for (;;) {
      const def = (inner as { def?: { type: string; innerType?: unknown; element?: unknown; valueType?: unknown } })
        .def;
      if (def?.innerType !== undefined) inner = def.innerType;
      else return def;
    }
  };
  for (const key of path) {
    const def = unwrap();
    if (def?.type === "array") inner = def.element;
    else if (def?.type === "record") inner = def.valueType;
    else inner = (inner as { shape?: Record<string, unknown> }).shape?.[String(key)];
    if (inner === undefined) return [];
  }
  unwrap();
  return Object.keys((inner as { shape?: object }).shape ?? {});
}
