import type { NetworkSpec } from "./index.ts";
import { hiddenLayerSpec, layerSpec } from "./layers.ts";
import { withPatch } from "./patch.ts";

/*
 * Changes of networks whose layers differ: a change sets keys for every layer, and layers lose their own values of
 * these keys.
 */

type Fields = Readonly<Record<string, unknown>>;

/** The paths of the keys that an object holds: `norm`, `init.weight`. */
export const pathsOf = (fields: Fields, at = ""): string[] =>
  Object.entries(fields).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? pathsOf(value as Fields, `${at}${key}.`)
      : [`${at}${key}`],
  );

/** The paths for which layers have values of their own. */
export const ownPaths = (spec: NetworkSpec): ReadonlySet<string> =>
  new Set((spec.layerwise ?? []).flatMap((own) => pathsOf(own)));

/**
 * For each kind of layer the network all of whose layers are like it, first layers first; the network itself if its
 * layers do not differ.
 */
export function uniformSpecs(spec: NetworkSpec): NetworkSpec[] {
  if (spec.layerwise === undefined) return [spec];
  const specs = new Map<string, NetworkSpec>();
  spec.layerwise.forEach((_, l) => {
    const { layerwise, ...uniform } = spec.kind === "recurrent" ? layerSpec(spec, l) : hiddenLayerSpec(spec, l);
    const key = JSON.stringify(uniform);
    if (!specs.has(key)) specs.set(key, uniform as NetworkSpec);
  });
  return [...specs.values()];
}

/** A spec with a merge patch that applies to every layer. Layers beyond a smaller depth are removed. */
export function patchedInEveryLayer(spec: NetworkSpec, patch: Fields): NetworkSpec {
  return withPatch(spec, { ...patch, ...layersUnder(spec, patch) }) as unknown as NetworkSpec;
}

/** The part of a merge patch that removes the layers' own values of the keys that a patch sets. */
export function layersUnder(spec: NetworkSpec, patch: Fields): { readonly layerwise?: readonly object[] | null } {
  if (spec.layerwise === undefined) return {};
  const set = new Set(pathsOf(patch));
  const without = (fields: Fields, at = ""): Fields =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([key, value]) => {
        const path = `${at}${key}`;
        if (set.has(path)) return [];
        if (typeof value !== "object" || value === null) return [[key, value]];
        const left = without(value as Fields, `${path}.`);
        return Object.keys(left).length === 0 ? [] : [[key, left]];
      }),
    );
  const depth = Number(patch[spec.kind === "recurrent" ? "layers" : "depth"] ?? spec.layerwise.length);
  const layers = spec.layerwise.slice(0, depth).map((own) => without(own));
  if (JSON.stringify(layers) === JSON.stringify(spec.layerwise)) return {};
  return { layerwise: layers.some((own) => Object.keys(own).length > 0) ? layers : null };
}
