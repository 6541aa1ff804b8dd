import type { NetworkSpec } from "../spec/index.ts";
import { hiddenLayerSpecs, layerSpecs } from "../spec/layers.ts";
import { ownPaths } from "../spec/uniform.ts";
import type { Change } from "./types.ts";

/**
 * The keys in which two specs differ, as paths: the keys that a user has to edit. Where layers have values of their
 * own, the value is a list of them.
 */
export function changesBetween(from: NetworkSpec, to: NetworkSpec): Change[] {
  return compare("", withLists(from), withLists(to));
}

/** The changes as a merge patch. */
export const patchOf = (changes: readonly Change[]): Fields =>
  changes.reduce((patch, { path, to }) => merged(patch, nested(path.split("."), to)), {});

type Fields = Readonly<Record<string, unknown>>;

const merged = (a: Fields, b: Fields): Fields => ({
  ...a,
  ...Object.fromEntries(
    Object.entries(b).map(([key, to]) => [key, isRecord(a[key]) && isRecord(to) ? merged(a[key], to) : to]),
  ),
});

/** One change as a merge patch. */
export const nested = ([key, ...rest]: readonly string[], to: unknown): Fields => ({
  [key]: rest.length === 0 ? to : nested(rest, to),
});

/** The spec as a caller writes it: lists in place of `layerwise`. */
export function withLists(spec: NetworkSpec): object {
  const { layerwise, ...rest } = spec;
  if (layerwise === undefined) return rest;
  const layers = spec.kind === "recurrent" ? layerSpecs(spec) : hiddenLayerSpecs(spec);
  const lists = [...ownPaths(spec)].map((path) => {
    const keys = path.split(".");
    return nested(
      keys,
      layers.map((layer) => keys.reduce((at: unknown, key) => (at as Fields)[key], layer)),
    );
  });
  return lists.reduce(merged, rest as Fields);
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

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
