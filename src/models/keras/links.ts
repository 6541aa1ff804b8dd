/*
 * Finds which layer follows which: by the order of the list, unless a functional model says that a layer takes its
 * input from another one, or from several.
 */
import type { Part } from "../parts.ts";
import type { LayerConfig } from "./config.ts";

/**
 * The parts of all layers in one list. Between two layers that do not simply follow each other, an unknown part is
 * inserted.
 */
export function linked(layers: readonly LayerConfig[], parts: readonly (readonly Part[])[]): Part[] {
  const result: Part[] = [];
  let before: string | undefined;
  layers.forEach((layer, i) => {
    const { from, name, className } = layer;
    const merged = from !== undefined && from.length > 1;
    const elsewhere = from !== undefined && from.length === 1 && before !== undefined && from[0] !== before;
    if (merged)
      result.push({ kind: "foreign", name, shapes: {}, what: `${className} of ${[...new Set(from)].join(", ")}` });
    else if (elsewhere)
      result.push({ kind: "foreign", name: "", shapes: {}, what: `a branch: ${name} takes ${from[0]}` });
    if (!merged || parts[i].some((part) => part.kind !== "foreign")) result.push(...parts[i]);
    before = name;
  });
  return result;
}
