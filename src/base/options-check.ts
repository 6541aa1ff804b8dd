/*
 * Checks for mistakes of callers without a type checker: a missing argument, a misspelled key.
 */
import { EvanesceError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/**
 * Refuses a value that is not a plain object of named values.
 * @throws EvanesceError showing the value and the remedy
 */
export function requireObject(where: string, value: unknown, remedy: string): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)) return;
  throw new EvanesceError(where, "an object", value, remedy);
}

/**
 * Refuses keys that are no options: a misspelled one would otherwise be ignored silently.
 * @throws EvanesceError naming the key, and the one that was probably meant
 */
export function requireKnown(where: string, value: object, keys: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    const remedy = near === undefined ? `the options are ${keys.join(", ")}` : `did you mean ${near}?`;
    throw new EvanesceError(where === "" ? key : `${where}.${key}`, "an option there is", key, remedy);
  }
}

/** Copies only `keys` of an object. */
export const pick = <Options extends object>(options: Options, keys: readonly string[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key))) as Options;

/**
 * Refuses a value that is not a seed. Undefined is allowed: the default.
 * @throws EvanesceError
 */
export function requireSeed(where: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)) return;
  throw new EvanesceError(where, "a whole number from 0 to 2^53 − 1", value, "use any such number, e.g. 1");
}

/**
 * Refuses a value that is not an AbortSignal. Undefined is allowed: nothing stops the work.
 * @throws EvanesceError
 */
export function requireSignal(value: unknown): void {
  const signal = value as AbortSignal | undefined | null;
  if (value === undefined || (typeof signal?.aborted === "boolean" && typeof signal.throwIfAborted === "function")) {
    return;
  }
  throw new EvanesceError("signal", "an AbortSignal", value, "give the signal of an AbortController, or leave it out");
}

/**
 * Refuses a value that is not a function. Undefined is allowed.
 * @throws EvanesceError
 */
export function requireCallback(where: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new EvanesceError(where, "a function", value, "give a function, or leave it out");
}

/**
 * Refuses values under these keys that are neither true nor false, nor left out.
 * @throws EvanesceError
 */
export function requireFlags(where: string, values: object, keys: readonly string[]): void {
  for (const key of keys) {
    const value = (values as Record<string, unknown>)[key];
    if (value === undefined || typeof value === "boolean") continue;
    throw new EvanesceError(`${where}${key}`, "true or false", value, "leave it out for the default");
  }
}
