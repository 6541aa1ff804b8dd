/*
 * Turns parts into a spec and its parameters, with these names: `rnn.*`, `layers.k.*`, `norms.k.*`,
 * `readout.*`.
 */
import { EvanesceError } from "../../base/errors.ts";
import { parseSpec } from "../../spec/index.ts";
import type { ParameterPlace } from "../../spec/parameter-place.ts";
import { elements, type ParameterShape, parameterTable } from "../../spec/parameters.ts";
import { type Part, partWord } from "../parts.ts";
import type { Model, ModelFormat, ModelOptions, ModelPart } from "../types.ts";
import { encoderDecoder } from "./encoder-decoder.ts";
import { feedforward } from "./feedforward.ts";
import { recurrent } from "./recurrent.ts";
import { selected } from "./select.ts";

/** All parts of a file. */
export interface Contents {
  readonly format: ModelFormat;
  readonly file: string;
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
}

/**
 * The network of a file that is measured. @throws EvanesceError if no part of it is known, or if the caller must choose
 */
export function assembled(contents: Contents, options: Pick<ModelOptions, "part" | "pooling" | "decoder">): Model {
  const { format, file, parts } = contents;
  // a file with a graph tells how its layers are joined
  const isGraph = format !== "PyTorch" && format !== "safetensors";
  const pair = isGraph || options.part !== undefined ? undefined : encoderDecoder(parts, file, options);
  const selection = pair === undefined ? selected(parts, options.part, file) : { parts, notes: [] };
  const make = selection.parts.some(({ kind }) => kind === "recurrent") ? recurrent : feedforward;
  const made = () => make(selection.parts, file, options);
  const whole = options.part === undefined ? () => namingAttention(made, contents) : made;
  const { spec: input, parameters, taken, notes, mask } = pair ?? whole();
  if (pair === undefined && options.decoder !== undefined) throw noDecoder(file);
  const spec = parseSpec(input, file);
  const sizes = { inputs: spec.inputs as number, outputs: spec.outputs ?? null };
  const zeros: ParameterShape[] = [];
  const complete: Record<string, Float32Array> = {};
  for (const row of parameterTable(spec, sizes)) {
    const { name, shape, role } = row;
    const count = elements(shape);
    if (parameters[name] === undefined) zeros.push(row);
    complete[name] = parameters[name] ?? new Float32Array(count).fill(role === "norm_scale" ? 1 : 0);
    if (complete[name].length !== count) {
      throw new EvanesceError(`${file}: ${name}`, `${count} values`, complete[name].length, "check the file");
    }
  }
  const of = selection.parts.flatMap((part) => (taken.has(part) ? (part.notes ?? []) : []));
  const noInputBias = new Set(zeros.flatMap(({ place }) => (isBias(place, "inputBias") ? [layerOf(place)] : [])));
  const missing = zeros
    .filter(({ place }) => !isBias(place, "recurrentBias") || noInputBias.has(layerOf(place)))
    .map(({ name }) => name);
  const single =
    zeros.length > missing.length ? ["The file has one bias for each gate: it is b_ih, and b_hh is zero."] : [];
  const biases =
    missing.length === 0
      ? single
      : [...single, `The file has no ${summary(missing)}: zeros, which change no other gradient.`];
  return {
    format,
    file,
    spec,
    parameters: complete,
    ...(mask === undefined ? {} : { mask }),
    notes: [...new Set([...contents.notes, ...selection.notes, ...notes, ...of, ...biases])],
    parts: listed(parts, taken),
  };
}

/**
 * Returns the result of `made`. If it throws and the file has attention, the error names the attention, because the
 * other parts are then no chain.
 */
function namingAttention<T>(made: () => T, { file, parts }: Contents): T {
  try {
    return made();
  } catch (error) {
    const attention = parts.filter((part) => part.kind === "foreign" && part.what === "attention");
    if (!(error instanceof EvanesceError) || attention.length === 0) throw error;
    const ours = parts.filter(({ kind }) => kind === "recurrent" || kind === "dense").map(({ name }) => name);
    throw new EvanesceError(
      file,
      "recurrent or dense layers, one after the other",
      `attention (${summary(attention.map(({ name }) => name))}) between them`,
      `evanesce does not measure attention; name a layer to measure alone: --part ${ours[0]}`,
    );
  }
}

const noDecoder = (file: string): EvanesceError =>
  new EvanesceError(
    "decoder",
    "a state_dict with an encoder and a decoder of the same cell and sizes",
    file,
    "leave it out",
  );

type RecurrentPlace = ParameterPlace & { readonly module: "rnn" };

const isBias = (place: ParameterPlace, part: "inputBias" | "recurrentBias"): place is RecurrentPlace =>
  place.module === "rnn" && place.part === part;

const layerOf = ({ level, reverse }: RecurrentPlace): string => `${level}${reverse ? " in reverse" : ""}`;

/** Every part of a file by name and shape. */
export const listed = (parts: readonly Part[], taken: ReadonlyMap<Part, string> = new Map()): ModelPart[] =>
  parts
    .filter(({ name, shapes }) => name !== "" || Object.keys(shapes).length > 0)
    .map((part) => ({ name: part.name, what: partWord(part), shapes: part.shapes, as: taken.get(part) ?? null }));

const summary = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")}, …` : names.join(", ");
