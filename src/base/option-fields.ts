import { EvanesceError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/**
 * Options of a task as data: one table gives validation, types and help. The caller must set a field without `default`
 * unless it is `optional`.
 */
export interface Field<Value> {
  /** The rule in words, as errors and help show it: `a whole number ≥ 2`. */
  readonly type: string;
  /** The largest number that is accepted, where `type` does not say it. */
  readonly most?: number;
  readonly describe: string;
  readonly default?: Value;
  readonly optional?: true;
  /** Other spellings that are accepted as well, e.g. the British one. */
  readonly alias?: readonly string[];
  /** Returns the value as it is used, or undefined if it breaks the rule. */
  readonly accept: (value: unknown) => Value | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of fields of any types
export type Fields = Readonly<Record<string, Field<any>>>;

/** The options that a task's code gets: every default filled in. */
export type Values<F extends Fields> = {
  readonly [Key in keyof F]: F[Key] extends Field<infer Value>
    ? F[Key] extends { optional: true }
      ? Value | undefined
      : Value
    : never;
};

interface Range {
  readonly least?: number;
  readonly most?: number;
}

/** The largest int32: counts are passed to the core as int32. */
const MOST = 2 ** 31 - 1;

/** A whole number, at least 1 unless `least` says otherwise. */
export function whole(describe: string, value: number, { least = 1, most = MOST }: Range = {}) {
  const type = most === MOST ? `a whole number ≥ ${least}` : `a whole number from ${least} to ${most}`;
  const accept = (input: unknown) =>
    Number.isInteger(input) && (input as number) >= least && (input as number) <= most ? (input as number) : undefined;
  return { type, most, describe, default: value, accept } satisfies Field<number>;
}

/** A finite real number. */
export function real(describe: string, value: number, { least = -Infinity, most = Infinity }: Range = {}) {
  const bounds = [least > -Infinity ? `≥ ${least}` : "", most < Infinity ? `≤ ${most}` : ""].filter(Boolean);
  const accept = (input: unknown) =>
    Number.isFinite(input) && (input as number) >= least && (input as number) <= most ? (input as number) : undefined;
  return {
    type: `a finite number ${bounds.join(" and ")}`.trim(),
    describe,
    default: value,
    accept,
  } satisfies Field<number>;
}

export function flag(describe: string, value: boolean) {
  const accept = (input: unknown) => (typeof input === "boolean" ? input : undefined);
  return { type: "true or false", describe, default: value, accept } satisfies Field<boolean>;
}

/** A field that may be left out; its value is then undefined. */
export function maybe<Value>(type: string, describe: string, accept: (input: unknown) => Value | undefined) {
  return { type, describe, optional: true, accept } as const satisfies Field<Value>;
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[], describe: string) {
  return maybe(`one of ${words.join(", ")}`, describe, (input): Word | undefined =>
    words.find((word) => word === input),
  );
}

/** The name of the data in messages; the option's path if left out. */
export const fileName = () =>
  maybe("text", "the data's name in messages, e.g. the file's", (input) =>
    typeof input === "string" && input !== "" ? input : undefined,
  );

export const isBytes = (input: unknown) => (input instanceof Uint8Array ? input : undefined);
export const isBytesOrText = (input: unknown) =>
  input instanceof Uint8Array || typeof input === "string" ? input : undefined;

/**
 * Every field's value, defaults filled in.
 *
 * @param where how messages call the options: `task`
 * @throws EvanesceError naming the first option that breaks its rule, is missing, or is not known
 */
export function parseOptions<F extends Fields>(
  where: string,
  fields: F,
  input: Readonly<Record<string, unknown>>,
): Values<F> {
  const options = renameAliases(fields, input);
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(fields, key)) continue;
    const known = Object.keys(fields);
    const near = nearest(key, known);
    const remedy = near === undefined ? `its options are ${known.join(", ") || "none"}` : `did you mean ${near}?`;
    throw new EvanesceError(`${where}.${key}`, "an option of this task", key, remedy);
  }
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const value = options[key];
    if (value === undefined) {
      if (field.default === undefined && !field.optional) {
        throw new EvanesceError(`${where}.${key}`, field.type, undefined, `give ${field.describe}`);
      }
      values[key] = field.default;
      continue;
    }
    values[key] = field.accept(value);
    if (values[key] !== undefined) continue;
    const above = field.most !== undefined && Number.isFinite(value) && (value as number) > field.most;
    const rule = above ? `at most ${field.most}` : field.type;
    throw new EvanesceError(`${where}.${key}`, rule, value, `meaning: ${field.describe}`);
  }
  return values as Values<F>;
}

/** Renames every key to its field's name, whichever spelling was used. */
function renameAliases(fields: Fields, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = new Map(
    Object.entries(fields).flatMap(([name, { alias = [] }]) => alias.map((other) => [other, name])),
  );
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [names.get(key) ?? key, value]));
}

const squeeze = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The one of `names` that equals `name` but for case and separators. */
export function sameName(names: readonly string[], name: string): string | undefined {
  return names.find((known) => squeeze(known) === squeeze(name));
}
