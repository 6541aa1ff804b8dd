/*
 * Two recurrent layers of a state_dict that are named encoder and decoder, as one network with a decoder. No state_dict
 * says how the two are joined: we assume that the decoder begins with the encoder's last state (Sutskever et al. 2014).
 */
import type { RecurrentInput } from "../../spec/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import { type EmbeddingPart, hasWeights, type Part, partWord, type RecurrentPart } from "../parts.ts";
import type { ModelOptions } from "../types.ts";
import type { Assembled } from "./assembled.ts";
import { exit } from "./exit.ts";
import { masksOf } from "./masks.ts";
import { cellOptionsOf, stackParameters } from "./recurrent.ts";

const ENCODER = /encoder|(^|[._])enc([._]|$)/i;
const DECODER = /decoder|(^|[._])dec([._]|$)/i;

/**
 * The network of an encoder and a decoder; undefined for other parts, and for a pair that a spec cannot express: with
 * different cells, widths or inputs, with both directions, or with other layers between them.
 *
 * @throws EvanesceError for a pair of these names that differs, and whose decoder does not read the encoder's output
 */
export function encoderDecoder(
  parts: readonly Part[],
  file: string,
  { decoder: steps }: Pick<ModelOptions, "decoder">,
): Assembled | undefined {
  const own = parts.filter((part) => part.name !== "" || part.kind !== "foreign");
  const cores = own.filter((part): part is RecurrentPart => part.kind === "recurrent");
  const encoder = cores.find(({ name }) => ENCODER.test(name) && !DECODER.test(name));
  const decoder = cores.find(({ name }) => DECODER.test(name) && !ENCODER.test(name));
  if (cores.length !== 2 || encoder === undefined || decoder === undefined) return undefined;
  if (!isPair(encoder, decoder)) {
    if (decoder.inputs === (encoder.projection ?? encoder.hidden)) return undefined; // this decoder may read every step of the encoder
    throw unlike(encoder, decoder, file);
  }
  const tables = own.filter((part): part is EmbeddingPart => part.kind === "embedding");
  const others = own.filter((part) => !cores.includes(part as RecurrentPart) && part.kind !== "embedding");
  if (others.some((part) => part.kind === "foreign" || (ENCODER.test(part.name) && hasWeights(part)))) return undefined;
  const table = tokensOf(tables, encoder);
  if (table === undefined) return undefined;
  const behind = exit(others, decoder, decoder.projection ?? decoder.hidden, "last", file);
  if (others.some((part) => hasWeights(part) && !behind.taken.has(part))) return undefined;
  const masks = masksOf(own, [decoder], false, new Set(behind.taken.keys()));
  const layers = decoder.layers.map(() => decoder);
  const spec: RecurrentInput = {
    kind: "recurrent",
    cell: decoder.cell,
    ...cellOptionsOf(layers),
    inputs: encoder.inputs,
    ...table.spec,
    hidden: decoder.hidden,
    ...(decoder.projection === undefined ? {} : { projection: decoder.projection }),
    layers: layers.length,
    decoder: steps ?? true,
    ...masks.spec,
    ...behind.spec,
  };
  return {
    spec,
    parameters: {
      ...table.parameters,
      ...stackParameters([encoder], "encoder"),
      ...stackParameters([decoder], "decoder"),
      ...behind.parameters,
    },
    taken: new Map<Part, string>([
      ...tables.map((part) => [part, "embedding"] as const),
      [encoder, "encoder"],
      [decoder, "decoder"],
      ...behind.taken,
    ]),
    notes: [
      `${encoder.name} is assumed to be an encoder and ${decoder.name} its decoder, which begins with the encoder's last state and ${
        steps === undefined
          ? "runs the last half of a drawn sequence (--decoder D for the last D steps)"
          : `runs the last ${steps} steps`
      }. --part ${encoder.name} or --part ${decoder.name} measures one of them alone.`,
      ...table.notes,
      ...behind.notes,
      ...masks.notes,
    ],
  };
}

const unlike = (encoder: RecurrentPart, decoder: RecurrentPart, file: string): EvanesceError => {
  const described = (part: RecurrentPart) =>
    `${part.name} (${partWord(part)}, ${part.inputs} inputs, H ${part.hidden})`;
  return new EvanesceError(
    file,
    "an encoder and a decoder in one direction, of one cell, one width and the same inputs",
    `${described(encoder)} and ${described(decoder)}`,
    `name the part to measure: --part ${encoder.name} or --part ${decoder.name}`,
  );
};

/** Whether a decoder can continue from an encoder's state and reads inputs of the same width. */
const isPair = (encoder: RecurrentPart, decoder: RecurrentPart): boolean =>
  (["cell", "inputs", "hidden", "projection", "dropout"] as const).every((key) => encoder[key] === decoder[key]) &&
  encoder.layers.length === decoder.layers.length &&
  [encoder, decoder].every(({ layers }) => layers[0].reverse === undefined);

/**
 * One table of tokens for both: the file's only one, or the encoder's followed by the decoder's. Empty without tokens.
 * Undefined if the vectors do not have the width of the inputs.
 */
function tokensOf(
  tables: readonly EmbeddingPart[],
  { inputs }: RecurrentPart,
): (Pick<Assembled, "parameters" | "notes"> & { readonly spec: Partial<RecurrentInput> }) | undefined {
  if (tables.length === 0) return { spec: {}, parameters: {}, notes: [] };
  if (tables.length > 2 || tables.some(({ size }) => size !== inputs)) return undefined;
  const [first, second] = tables.length === 2 && DECODER.test(tables[0].name) ? [tables[1], tables[0]] : tables;
  const shared = second === undefined || isSame(first.weight, second.weight);
  const V = first.tokens + (shared ? 0 : second.tokens);
  const weight = new Float32Array(V * inputs);
  weight.set(first.weight);
  if (!shared) weight.set(second.weight, first.weight.length);
  const padding = shared ? first.padding : undefined;
  const notes = shared
    ? [`${first.name} takes tokens: inputs are whole numbers from 0 to ${V - 1}.`]
    : [
        `Inputs are tokens in one table: ${first.name}'s from 0 to ${first.tokens - 1}, then ${second.name}'s, whose token 0 is ${first.tokens} here.`,
        ...(first.padding === undefined && second.padding === undefined
          ? []
          : ["A padding token is a token like the others here: its vector gets a gradient."]),
      ];
  return {
    spec: { inputs: V, embedding: { size: inputs, ...(padding === undefined ? {} : { padding }) } },
    parameters: { "embedding.weight": weight },
    notes,
  };
}

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
