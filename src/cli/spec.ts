import { decodeText } from "../formats/index.ts";
import { parseJson } from "../formats/json.ts";
import type { Model } from "../models/index.ts";
import { type NetworkSpec, parseSpec } from "../spec/index.ts";
import { readBytes } from "./files.ts";
import { type ModelValues, modelOptions, requireNoModelOptions } from "./options/model.ts";

/** The network in a file: a spec, or a model with its parameters. */
export interface NetworkFile {
  readonly spec: NetworkSpec;
  readonly model: Model | undefined;
}

/**
 * A file that is read once: its bytes, and its path for readers of models, which look for further files in the same
 * folder.
 */
export interface OpenedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly source: Uint8Array | string;
  /** Its name in messages and reports. */
  readonly name: string;
}

/** @throws EvanesceError naming the file and why it cannot be read */
export function openFile(path: string): OpenedFile {
  const bytes = readBytes(path);
  return path === "-"
    ? { path, bytes, source: bytes, name: "standard input" }
    : { path, bytes, source: path, name: path };
}

/**
 * The network in SPEC.json or in a model file.
 *
 * @param weighted whether the command line also has weights for a spec; the options then apply to these
 * @throws EvanesceError naming the file and the field, or the part
 */
export async function readNetworkFile(
  file: string | OpenedFile,
  values: Partial<ModelValues>,
  weighted = false,
): Promise<NetworkFile> {
  const { path, bytes, source, name } = typeof file === "string" ? openFile(file) : file;
  if (!isSpec(bytes)) {
    const { readModel } = await import("../models/index.ts");
    const model = await readModel(source, { ...modelOptions(values), name });
    return { spec: model.spec, model };
  }
  if (!weighted) requireNoModelOptions(values, path);
  const text = decodeText(name, bytes);
  return { spec: parseSpec(parseJson(name, text, 'write a spec, e.g. {"kind": "recurrent"}'), name), model: undefined };
}

/** Keys of JSON files that hold a model with weights, or point to one. */
const MODEL_KEYS = /"(modelTopology|weightsManifest|weight_map|class_name|architectures)"\s*:/;
/** First bytes of binary files: a zip archive, a pickle, HDF5, safetensors' length, ONNX. */
const isText = (bytes: Uint8Array): boolean =>
  !bytes.subarray(0, 16).some((byte) => byte < 9 || (byte > 13 && byte < 32));

/** Whether a file is text and not a model of TensorFlow.js: a spec, or text that the reader of specs refuses. */
export function isSpec(bytes: Uint8Array): boolean {
  if (!isText(bytes) || (bytes[0] === 0x50 && bytes[1] === 0x4b) || bytes[0] === 0x89) return false;
  return !MODEL_KEYS.test(new TextDecoder().decode(bytes.subarray(0, 1 << 20)));
}
