/*
 * Which layer follows which: the order of the list, but where a functional model says that a layer takes its input from
 * another one, or from several.
 */
import type { Part } from "../parts.ts";
import type { LayerConfig } from "./config.ts";

/** The layers' parts in a row. Where they do not simply follow each other, an unknown part stands between them. */
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
