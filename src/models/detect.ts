/*
 * Recognizes the kind of a file by its first bytes: the ending of its name may be wrong, and bytes have no name.
 */
import { EvanesceError } from "../base/errors.ts";
import { isOldArchive } from "./pytorch/magic.ts";
import { isZip } from "./zip.ts";

export type FileKind = "zip" | "pytorch-old" | "hdf5" | "json" | "safetensors" | "onnx";

const starts = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  magic.every((byte, i) => bytes[at + i] === byte);

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Kinds of files without a readable model: their first bytes, their name, and a remedy. */
const OTHERS: readonly (readonly [readonly number[], string, string])[] = [
  [[0x1f, 0x8b], "a gzip file", "decompress it first"],
  [[0x47, 0x47, 0x55, 0x46], "a GGUF file, whose tensors are quantized", "give the model it was made of"],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a .npy array", "give it with --input or --target"],
  [[0x50, 0x41, 0x52, 0x31], "a Parquet table", "give it with --csv"],
  [[0x75, 0x73, 0x74, 0x61, 0x72], "a tar archive", "unpack it first"],
];

/** @throws EvanesceError that names the kind of file, if it holds no model that we can read */
export function detect(bytes: Uint8Array, name: string): FileKind {
  if (bytes.length === 0 && !/\.safetensors$/i.test(name))
    throw new EvanesceError(name, "a model file", "an empty file", "check the path");
  if (isZip(bytes)) return "zip";
  if (isOldArchive(bytes)) return "pytorch-old";
  for (let at = 0; at < bytes.length && at <= 1 << 20; at = at === 0 ? 512 : 2 * at)
    if (starts(bytes, HDF5, at)) return "hdf5";
  for (const [magic, what, remedy] of OTHERS) {
    if (starts(bytes, magic, what === "a tar archive" ? 257 : 0))
      throw new EvanesceError(name, "a model file", what, remedy);
  }
  if (starts(bytes, [0x54, 0x46, 0x4c, 0x33], 4)) {
    throw new EvanesceError(name, "a model file", "a TensorFlow Lite file", "give the Keras model it was made of");
  }
  // the reader of its format refuses a damaged one
  if (/\.safetensors$/i.test(name)) return "safetensors";
  const text = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (text.startsWith("{")) return "json";
  // eight bytes of length, then a JSON object
  if (bytes.length >= 9 && bytes[8] === 0x7b && starts(bytes, [0, 0], 6)) return "safetensors";
  if (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
    throw new EvanesceError(
      name,
      "a model file",
      "a pickle that torch.save did not write",
      "save it with torch.save(model.state_dict(), FILE)",
    );
  }
  // ONNX's ModelProto begins with ir_version, field 1, a small number
  if (bytes[0] === 0x08 && bytes[1] > 0 && bytes[1] < 32) return "onnx";
  const kinds = "safetensors, .pt, .pth, .h5, .keras, model.json or .onnx";
  throw new EvanesceError(name, `a model: ${kinds}`, "a file of another kind", "check the path");
}
