import type { NetworkSpec } from "../spec/index.ts";
import type { Change } from "./types.ts";

/** The keys in which two specs differ, as paths: the keys that a user has to edit. */
export function changesBetween(from: NetworkSpec, to: NetworkSpec): Change[] {
  return compare("", from, to);
}

function compare(path: string, from: object, to: object): Change[] {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key): Change[] => {
    const [a, b] = [(from as Record<string, unknown>)[key], (to as Record<string, unknown>)[key]];
    const at = path === "" ? key : `${path}.${key}`;
    if (isRecord(a) && isRecord(b)) return compare(at, a, b);
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ path: at, from: a ?? null, to: b ?? null }];
  });
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
