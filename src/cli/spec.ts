import { decodeText } from "../formats/index.ts";
import { parseJson } from "../formats/json.ts";
import type { Model } from "../models/index.ts";
import { type NetworkSpec, parseSpec } from "../spec/index.ts";
import { readBytes } from "./files.ts";
import { type ModelValues, modelOptions, requireNoModelOptions } from "./options/model.ts";

/** The network a file holds: a spec, or a model with its parameters. */
export interface NetworkFile {
  readonly spec: NetworkSpec;
  readonly model: Model | undefined;
}

/**
 * The network in SPEC.json or in a model file.
 *
 * @param weighted whether weights are given beside it, which the options are then for
 * @throws EvanesceError naming the file and the field, or the part
 */
export async function readNetworkFile(
  path: string,
  values: Partial<ModelValues>,
  weighted = false,
): Promise<NetworkFile> {
  const bytes = readBytes(path);
  if (!isSpec(bytes)) {
    const { readModel } = await import("../models/index.ts");
    const model = await readModel(path, modelOptions(values));
    return { spec: model.spec, model };
  }
  if (!weighted) requireNoModelOptions(values, path);
  const text = decodeText(path, bytes);
  return { spec: parseSpec(parseJson(path, text, 'write a spec, e.g. {"kind": "recurrent"}'), path), model: undefined };
}

/** Keys of JSON files that hold, or stand for, a model with weights. */
const MODEL_KEYS = /"(modelTopology|weightsManifest|weight_map|class_name|architectures)"\s*:/;
/** First bytes of binary files: a zip archive, a pickle, HDF5, safetensors' length, ONNX. */
const isText = (bytes: Uint8Array): boolean =>
  !bytes.subarray(0, 16).some((byte) => byte < 9 || (byte > 13 && byte < 32));

/** Whether a file is text that is no model of TensorFlow.js: a spec, or what its own reader refuses. */
export function isSpec(bytes: Uint8Array): boolean {
  if (!isText(bytes) || (bytes[0] === 0x50 && bytes[1] === 0x4b) || bytes[0] === 0x89) return false;
  return !MODEL_KEYS.test(new TextDecoder().decode(bytes.subarray(0, 1 << 20)));
}
