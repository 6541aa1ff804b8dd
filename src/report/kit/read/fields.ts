import { EvanesceError } from "../../../base/errors.ts";

/** Reads results from JSON. Every field is checked where it is read, so a message names the file and the field. */
export interface Fields {
  /** `flow.json.decay`. */
  readonly where: string;
  /** The object itself. */
  readonly all: Readonly<Record<string, unknown>>;
  /** Whether the key exists and is not null. */
  has(key: string): boolean;
  value(key: string): unknown;
  text(key: string): string;
  oneOf<Name extends string>(key: string, names: readonly Name[]): Name;
  /** A number; "NaN" and "Infinity" are read as these numbers, null as −∞. */
  number(key: string): number;
  numberOrNull(key: string): number | null;
  whole(key: string): number;
  /** Numbers, read as `number` reads them. */
  series(key: string, length?: number): Float64Array;
  /** A list of such series. */
  rows(key: string, length?: number): Float64Array[];
  object(key: string): Fields;
  /** A list of objects. */
  list(key: string): Fields[];
}

/** The remedy for a file that was changed. */
export const REMEDY = "give what `--json` printed or `toJson` made, unchanged";

/** @throws EvanesceError if `value` is not an object */
export function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new EvanesceError(where, "an object", value, REMEDY);
  }
  const record = value as Readonly<Record<string, unknown>>;
  const at = (key: string) => `${where}.${key}`;
  const refuse = (key: string, rule: string): never => {
    throw new EvanesceError(at(key), rule, key in record ? record[key] : undefined, REMEDY);
  };
  const list = (key: string): readonly unknown[] =>
    Array.isArray(record[key]) ? (record[key] as unknown[]) : refuse(key, "a list");
  const fields: Fields = {
    where,
    all: record,
    has: (key) => record[key] !== undefined && record[key] !== null,
    value: (key) => record[key],
    text: (key) => (typeof record[key] === "string" ? record[key] : refuse(key, "text")),
    oneOf: (key, names) => names.find((name) => name === record[key]) ?? refuse(key, `one of ${names.join(", ")}`),
    number: (key) => numberOf(record[key]) ?? refuse(key, 'a number, "NaN", "Infinity" or null'),
    numberOrNull: (key) => (record[key] === null ? null : fields.number(key)),
    whole: (key) =>
      Number.isSafeInteger(record[key]) && (record[key] as number) >= 0
        ? (record[key] as number)
        : refuse(key, "a whole number ≥ 0"),
    series: (key, length) => seriesOf(record[key], at(key), length),
    rows: (key, length) => list(key).map((row, i) => seriesOf(row, `${at(key)}.${i}`, length)),
    object: (key) => fieldsOf(record[key], at(key)),
    list: (key) => list(key).map((each, i) => fieldsOf(each, `${at(key)}.${i}`)),
  };
  return fields;
}

/**
 * All fields except those in `known`, converted back from JSON. This keeps fields that this version does not know.
 */
export function others({ all }: Fields, known: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => !known.includes(key))
      .map(([key, value]) => [key, revived(value)]),
  );
}

/**
 * Converts a value back from JSON without a description of it. Lists of numbers become arrays of numbers; a single null
 * stays null.
 */
export function revived(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return value;
  if (value === "NaN" || value === "Infinity") return numberOf(value);
  if (Array.isArray(value)) {
    const numbers = value.map(numberOf);
    const all = value.length > 0 && numbers.every((number) => number !== undefined);
    return all ? Float64Array.from(numbers as number[]) : value.map(revived);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revived(each)]));
}

/**
 * A list of numbers as `--json` writes them, with null for −∞. @throws EvanesceError that names the place
 */
export function seriesOf(values: unknown, where: string, length: number | undefined): Float64Array {
  const ready = values instanceof Float64Array;
  if (!ready && !Array.isArray(values)) throw new EvanesceError(where, "a list", values, REMEDY);
  if (length !== undefined && values.length !== length) {
    throw new EvanesceError(where, `${length} numbers, as many as the profile has`, values.length, REMEDY);
  }
  if (ready) return values;
  return Float64Array.from(values, (each, i) => {
    const number = numberOf(each);
    if (number !== undefined) return number;
    throw new EvanesceError(`${where}.${i}`, 'a number, "NaN", "Infinity" or null', each, REMEDY);
  });
}

/** A number as `plainNumber` writes it; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === null) return Number.NEGATIVE_INFINITY;
  if (value === "NaN") return Number.NaN;
  return value === "Infinity" ? Number.POSITIVE_INFINITY : undefined;
}
