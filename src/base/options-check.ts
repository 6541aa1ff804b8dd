/*
 * What callers without a type checker may get wrong: an argument left out, a key misspelled.
 */
import { EvanesceError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/**
 * Refuses what is not a plain object of named values.
 * @throws EvanesceError showing the value and the remedy
 */
export function requireObject(where: string, value: unknown, remedy: string): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)) return;
  throw new EvanesceError(where, "an object", value, remedy);
}

/**
 * Refuses keys no option has: a misspelled one would otherwise be silently without effect.
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

/** Of an object, what stands under `keys`: what it holds beside them is for others. */
export const pick = <Options extends object>(options: Options, keys: readonly string[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key))) as Options;
