import { EvanesceError } from "../../../base/errors.ts";
import { type NetworkSpec, parseSpec } from "../../../spec/index.ts";
import { fieldsOf, numberOf, REMEDY, revived, seriesOf } from "./fields.ts";

/*
 * Descriptions of results as JSON. Each reads one value and throws an error with its place if the value does not fit.
 * The description of a file is built from them.
 */
export type Shape<Value> = (value: unknown, where: string) => Value;

type Read<S> = S extends Shape<infer Value> ? Value : never;

const refuse = (where: string, rule: string, got: unknown): never => {
  throw new EvanesceError(where, rule, got, REMEDY);
};

export const text: Shape<string> = (value, where) => (typeof value === "string" ? value : refuse(where, "text", value));

export const flag: Shape<boolean> = (value, where) =>
  typeof value === "boolean" ? value : refuse(where, "true or false", value);

/** "NaN" and "Infinity" as such, null as −∞. */
export const number: Shape<number> = (value, where) =>
  numberOf(value) ?? refuse(where, 'a number, "NaN", "Infinity" or null', value);

export const whole: Shape<number> = (value, where) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(where, "a whole number ≥ 0", value);

export const series: Shape<Float64Array> = (value, where) => seriesOf(value, where, undefined);

/** A list of numbers as a plain array. */
export const numbers: Shape<number[]> = (value, where) => Array.from(seriesOf(value, where, undefined));

export const spec: Shape<NetworkSpec> = (value, where) => parseSpec(value, where);

/** Any value, with its numbers converted back from JSON. */
export const anything: Shape<unknown> = (value) => revived(value);

export const oneOf =
  <Name extends string>(...names: readonly Name[]): Shape<Name> =>
  (value, where) =>
    names.find((name) => name === value) ?? refuse(where, `one of ${names.join(", ")}`, value);

/** Text of a fixed form, such as an id. @param form a description for messages */
export const matching =
  (pattern: RegExp, form: string): Shape<string> =>
  (value, where) =>
    typeof value === "string" && pattern.test(value) ? value : refuse(where, form, value);

/** A value that may be null. Null stays null; it does not mean −∞ here. */
export const nullable =
  <Value>(shape: Shape<Value>): Shape<Value | null> =>
  (value, where) =>
    value === null ? null : shape(value, where);

/** A key that may be missing. */
export const optional =
  <Value>(shape: Shape<Value>): Shape<Value | undefined> =>
  (value, where) =>
    value === undefined ? undefined : shape(value, where);

export const list =
  <Value>(shape: Shape<Value>): Shape<Value[]> =>
  (value, where) =>
    Array.isArray(value) ? value.map((each, i) => shape(each, `${where}.${i}`)) : refuse(where, "a list", value);

/** An object with any names, each with a value of this shape. */
export const named =
  <Value>(shape: Shape<Value>): Shape<Readonly<Record<string, Value>>> =>
  (value, where) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(where, "an object", value);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shape(each, `${where}.${name}`)]));
  };

/** @throws EvanesceError if a list does not have the required length */
export function requireLength(values: ArrayLike<unknown>, length: number, where: string, whose: string): void {
  if (values.length !== length) refuse(where, `${length} entries, as many as ${whose}`, values.length);
}

/** @throws EvanesceError if two of the names are equal */
export function requireDistinct(names: readonly string[], where: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(where, "names that differ", twice);
}

/** An object with these keys, in the order of the file; other keys are kept unchanged. */
export const record =
  <Shapes extends Readonly<Record<string, Shape<unknown>>>>(
    shapes: Shapes,
  ): Shape<{ [K in keyof Shapes]: Read<Shapes[K]> }> =>
  (value, where) => {
    const { all } = fieldsOf(value, where);
    const keys = [...new Set([...Object.keys(all), ...Object.keys(shapes)])];
    const entries = keys.map((key): [string, unknown] => [
      key,
      Object.hasOwn(shapes, key) ? shapes[key](all[key], `${where}.${key}`) : revived(all[key]),
    ]);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined)) as {
      [K in keyof Shapes]: Read<Shapes[K]>;
    };
  };
