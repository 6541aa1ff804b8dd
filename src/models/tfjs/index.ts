/*
 * TensorFlow.js's layers model: model.json, a Keras configuration with a manifest of weights, and the shards that hold
 * them, in the manifest's order (tfjs-core/src/io/types.ts).
 */
import { concatenated } from "../../base/concatenated.ts";
import { EvanesceError } from "../../base/errors.ts";
import { type Dtype, elementCount, type NdArray } from "../../formats/array.ts";
import { decodeElements, ELEMENT_BYTES } from "../../formats/elements.ts";
import { decodeText } from "../../formats/text.ts";
import { isRecord, type Json, layersOf } from "../keras/config.ts";
import { contents } from "../keras/index.ts";
import type { Weights } from "../keras/layers.ts";
import { leafOf } from "../keras/weights.ts";
import type { Contents } from "../network/index.ts";
import type { SiblingReader } from "../sibling-reader.ts";

const DTYPES: Readonly<Record<string, Dtype>> = {
  float32: "float32",
  float16: "float16",
  int32: "int32",
  uint8: "uint8",
  uint16: "uint16",
  bool: "bool",
};

/**
 * @throws EvanesceError for another kind of JSON, which the message names, for a graph model, or for a missing
 * shard
 */
export async function readTensorflowJs(bytes: Uint8Array, file: string, readSibling: SiblingReader): Promise<Contents> {
  const json = parsed(bytes, file);
  const { modelTopology, weightsManifest } = json;
  if (!isRecord(modelTopology)) throw notOurs(json, file);
  if (json.format === "graph-model" || Array.isArray(modelTopology.node)) {
    const remedy = "convert the Keras model with --output_format tfjs_layers_model, or give the Keras file";
    throw new EvanesceError(file, "a layers model", "a graph model, whose layers are gone", remedy);
  }
  const config = isRecord(modelTopology.model_config) ? modelTopology.model_config : modelTopology;
  const layers = layersOf(config, file);
  const tensors = new Map<string, NdArray>();
  const notes: string[] = [];
  for (const group of Array.isArray(weightsManifest) ? weightsManifest : []) {
    await readGroup(group, file, readSibling, tensors, notes);
  }
  if (tensors.size === 0)
    throw new EvanesceError(file, "a manifest of weights", "none", "save the model with its weights");
  const byLayer = new Map<string, Record<string, NdArray>>();
  for (const [name, tensor] of tensors) {
    const layer = name.split("/")[0];
    byLayer.set(layer, { ...byLayer.get(layer), [leafOf(name)]: tensor });
  }
  const weights = layers.map(({ name }): Weights => byLayer.get(name) ?? {});
  const read = contents("TensorFlow.js", file, layers, weights, 2);
  return { ...read, notes: [...notes, ...read.notes] };
}

async function readGroup(
  group: unknown,
  file: string,
  readSibling: SiblingReader,
  tensors: Map<string, NdArray>,
  notes: string[],
): Promise<void> {
  const { paths, weights } = isRecord(group) ? group : {};
  if (!Array.isArray(paths) || !Array.isArray(weights)) throw malformed(file, "a manifest of paths and weights", group);
  const shards: Uint8Array[] = [];
  for (const path of paths) shards.push(await shard(path, file, readSibling));
  const data = concatenated(shards);
  let at = 0;
  for (const weight of weights) {
    if (!isRecord(weight) || typeof weight.name !== "string" || !Array.isArray(weight.shape)) {
      throw malformed(file, "weights with a name and a shape", weight);
    }
    const where = `${file}: ${weight.name}`;
    const quantization = isRecord(weight.quantization) ? weight.quantization : undefined;
    const stored = String(quantization?.dtype ?? weight.dtype);
    const dtype = Object.hasOwn(DTYPES, stored) ? DTYPES[stored] : undefined;
    if (dtype === undefined) throw malformed(where, `a dtype of ${Object.keys(DTYPES).join(", ")}`, stored);
    const count = elementCount(where, weight.shape);
    const length = count * ELEMENT_BYTES[dtype];
    if (at + length > data.length) {
      const remedy = "give every shard the manifest names";
      throw new EvanesceError(
        where,
        `${length} bytes at byte ${at} of its shards`,
        `${data.length} bytes in all`,
        remedy,
      );
    }
    const values = decodeElements(where, dtype, data, at, count);
    at += length;
    if (quantization === undefined || dtype === "float16") {
      tensors.set(weight.name, { shape: weight.shape as number[], dtype, data: values });
      continue;
    }
    const [scale, least] = [Number(quantization.scale), Number(quantization.min)];
    const decoded = Float32Array.from(values, (value) => value * scale + least);
    tensors.set(weight.name, { shape: weight.shape as number[], dtype: "float32", data: decoded });
    const note = `The weights are quantized to ${8 * ELEMENT_BYTES[dtype]} bits: their decoded values are measured.`;
    if (!notes.includes(note)) notes.push(note);
  }
  if (at !== data.length) throw malformed(file, `${at} bytes of shards, which its weights fill`, data.length);
}

/** A file beside model.json. Only a plain name is accepted, so that a model cannot read other files of the machine. */
async function shard(path: unknown, file: string, readSibling: SiblingReader): Promise<Uint8Array> {
  if (typeof path !== "string") throw malformed(file, "paths that are text", path);
  const name = path.replace(/^\.\//, "");
  if (/^([a-z]+:|[/\\])|(^|[/\\])\.\.([/\\]|$)/i.test(name)) {
    throw new EvanesceError(file, "shards beside the file", path, "put them into its folder");
  }
  const bytes = await readSibling(name);
  if (bytes !== undefined) return bytes;
  throw new EvanesceError(file, `the shard ${name}`, "none", `pass it: { files: { ${JSON.stringify(name)}: bytes } }`);
}

function parsed(bytes: Uint8Array, file: string): Json {
  try {
    const value: unknown = JSON.parse(decodeText(file, bytes));
    if (isRecord(value)) return value;
    throw new Error("no object");
  } catch (error) {
    if (error instanceof EvanesceError) throw error;
    throw new EvanesceError(
      file,
      `valid JSON (${(error as Error).message})`,
      `${bytes.length} bytes`,
      "check the file",
    );
  }
}

/** Names other JSON files that are often beside a model. */
function notOurs(json: Json, file: string): EvanesceError {
  const rule = "TensorFlow.js's model.json";
  if (isRecord(json.weight_map)) {
    const shards = [...new Set(Object.values(json.weight_map).map(String))];
    return new EvanesceError(
      file,
      "a model in one file",
      `the index of ${shards.length} shards`,
      `give one of them: ${shards[0]}`,
    );
  }
  if (json.kind === "recurrent" || json.kind === "feedforward") {
    return new EvanesceError(file, "a model with weights", "a spec", "give it to a command as SPEC.json");
  }
  if (json.architectures !== undefined || json.model_type !== undefined || json.class_name !== undefined) {
    return new EvanesceError(file, "a model with weights", "a configuration alone", "give the file of its weights");
  }
  return new EvanesceError(
    file,
    rule,
    `an object of ${Object.keys(json).slice(0, 8).join(", ") || "nothing"}`,
    "check the path",
  );
}

const malformed = (where: string, rule: string, got: unknown) =>
  new EvanesceError(where, rule, got, "save the model again with model.save");
