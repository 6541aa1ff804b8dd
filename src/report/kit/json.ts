/**
 * Results as JSON. Typed arrays become arrays. NaN and +∞ become the strings "NaN" and "Infinity", because JSON has no
 * such numbers. −∞ becomes `null`: it is the logarithm of an exact zero and no fault.
 */
export type JsonData = null | boolean | number | string | readonly JsonData[] | { readonly [key: string]: JsonData };

/** A number by these rules. */
export function jsonNumber(value: number): number | string | null {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : null;
}

/** Any result as plain JSON data; keys that are undefined are left out. */
export function toJsonData(value: unknown): JsonData {
  if (typeof value === "number") return jsonNumber(value);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, jsonNumber);
  if (Array.isArray(value)) return value.map(toJsonData);
  const entries = Object.entries(value as object).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, toJsonData(entry)]));
}

/**
 * JSON text of a value. Characters that control a terminal (C1 controls, marks of text direction) are written as escape
 * sequences: a reader of JSON gets the characters back, a terminal does not.
 */
const written = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Most elements in one piece of text, so that a profile of a million steps is never one string in memory. */
const PIECE = 8192;

/**
 * JSON text of a result by `toJsonData`'s rules, in pieces: one line for each of its keys; deeper levels are written
 * without spaces.
 */
export function* jsonText(object: Readonly<Record<string, unknown>>): Generator<string> {
  const entries = entriesOf(object);
  if (entries.length === 0) return yield "{}\n";
  let opening = "{\n";
  for (const [key, value] of entries) {
    yield `${opening}  ${written(key)}: `;
    yield* compact(value);
    opening = ",\n";
  }
  yield "\n}\n";
}

/** The entries that are written: those with a value. */
const entriesOf = (object: object) => Object.entries(object).filter(([, value]) => value !== undefined);

type Numbers = Float64Array | Float32Array | Int32Array;

function* compact(value: unknown): Generator<string> {
  if (ArrayBuffer.isView(value)) {
    const numbers = value as Numbers;
    let opening = "[";
    for (let start = 0; start < numbers.length; start += PIECE) {
      const text = written(Array.from(numbers.subarray(start, start + PIECE), jsonNumber));
      yield opening + text.slice(1, -1);
      opening = ",";
    }
    yield numbers.length === 0 ? "[]" : "]";
  } else if (Array.isArray(value) && value.length > 0) {
    if (value.some((entry) => typeof entry === "object" && entry !== null)) {
      let opening = "[";
      for (const entry of value) {
        yield opening;
        yield* compact(entry);
        opening = ", ";
      }
    } else {
      for (let start = 0; start < value.length; start += PIECE) {
        const text = written(value.slice(start, start + PIECE).map(toJsonData));
        yield (start === 0 ? "[" : ",") + text.slice(1, -1);
      }
    }
    yield "]";
  } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    let opening = "{";
    for (const [key, entry] of entriesOf(value)) {
      yield `${opening}${written(key)}: `;
      yield* compact(entry);
      opening = ", ";
    }
    yield opening === "{" ? "{}" : "}";
  } else yield written(toJsonData(value));
}

/** Any result as one line of JSON, by the same rules. */
export const jsonLine = (value: unknown): string => `${written(toJsonData(value))}\n`;
