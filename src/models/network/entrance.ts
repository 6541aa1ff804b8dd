/*
 * The layers before a recurrent stack: an embedding turns tokens into vectors, and dense layers turn each x_t into the
 * input of the first layer.
 */
import type { RecurrentInput } from "../../spec/index.ts";
import { type EmbeddingPart, hasWeights, type Part, partWord, type RecurrentPart } from "../parts.ts";
import type { Assembled } from "./assembled.ts";
import { layersOf, runOfLayers } from "./layers.ts";

export type Side = Pick<Assembled, "parameters" | "taken" | "notes"> & {
  readonly spec: Partial<RecurrentInput>;
};

/** The embedding and the stem, if all parts before the core can be expressed as these; otherwise they are left out. */
export function entrance(before: readonly Part[], core: RecurrentPart, file: string): Side {
  const weighted = before.filter((part) => hasWeights(part) || part.kind === "activation");
  const withoutThem = (): Side => ({
    spec: { inputs: core.inputs },
    parameters: {},
    taken: new Map(),
    notes: weighted.some(hasWeights) ? [leftOut(weighted.filter(hasWeights), core)] : [],
  });
  const [first] = weighted;
  if (first === undefined) return withoutThem();
  const embedding = first.kind === "embedding" ? first : undefined;
  const rest = embedding === undefined ? before : before.slice(before.indexOf(embedding) + 1);
  const inputs = embedding?.size ?? (first.kind === "dense" ? first.inputs : core.inputs);
  const layers = layersOf(rest, inputs);
  if (!Array.isArray(layers) || (layers.at(-1)?.width ?? inputs) !== core.inputs) return withoutThem();
  const stem = runOfLayers(layers, "stem", file);
  const of = embedding === undefined ? undefined : tokens(embedding);
  return {
    spec: { inputs, ...of?.spec, ...(layers.length === 0 ? {} : { stem: stem.spec }) },
    parameters: { ...of?.parameters, ...stem.parameters },
    taken: new Map([...(of?.taken ?? []), ...stem.taken]),
    notes: [...(of?.notes ?? []), ...stem.notes],
  };
}

function tokens(part: EmbeddingPart): Side {
  const { tokens: V, size, padding, weight, name } = part;
  const pads = padding === undefined ? "" : `; ${padding} is padding`;
  return {
    spec: { inputs: V, embedding: { size, ...(padding === undefined ? {} : { padding }) } },
    parameters: { "embedding.weight": weight },
    taken: new Map([[part, "embedding"]]),
    notes: [`${name} takes tokens: inputs are whole numbers from 0 to ${V - 1}${pads}.`],
  };
}

function leftOut(parts: readonly Part[], core: RecurrentPart): string {
  const names = parts.map((part) => `${part.name} (${partWord(part)})`).join(", ");
  const [verb, is] = parts.length === 1 ? ["stands", "is"] : ["stand", "are"];
  return `${names} ${verb} before ${core.name || "the recurrent layer"} and ${is} left out: inputs are numbers, ${core.inputs} at each step.`;
}
