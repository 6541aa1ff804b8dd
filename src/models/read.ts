/*
 * Reads the parts of a file from its bytes. The reader of each format is loaded when such a file is opened.
 */
import type { SiblingReader } from "./sibling-reader.ts";
import { EvanesceError } from "../base/errors.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { detect } from "./detect.ts";
import type { Contents } from "./network/index.ts";
import { partsOfState } from "./state-dict/index.ts";
import { renaming } from "./state-dict/names.ts";
import type { StateDict } from "./state-dict/types.ts";
import type { ModelOptions } from "./types.ts";
import { openZip } from "./zip.ts";

/** Tensors under the names of a state_dict. */
interface ReadState {
  readonly format: "safetensors" | "PyTorch";
  readonly state: StateDict;
  /** Whether the file has lost the order of registration, so that only the names are left. */
  readonly byNames: boolean;
}

/**
 * The tensors of a file that holds a state_dict; undefined for a file of another kind.
 * @throws EvanesceError for a damaged file
 */
export async function readState(bytes: Uint8Array, file: string): Promise<ReadState | undefined> {
  const kind = detect(bytes, file);
  if (kind === "safetensors") {
    const { tensors } = readSafetensors(bytes, file);
    const state = { tensors: new Map(tensors), unreadable: new Map(), modules: new Map(), notes: [] };
    return { format: "safetensors", state, byNames: true };
  }
  if (kind === "pytorch-old") {
    const { readOldPytorch } = await import("./pytorch/index.ts");
    return { format: "PyTorch", state: readOldPytorch(bytes, file), byNames: false };
  }
  if (kind !== "zip") return undefined;
  const { names } = openZip(bytes, file);
  if (isKeras(names)) return undefined;
  if (names.some((name) => name.endsWith(".npy"))) {
    const remedy = "save a state_dict with torch.save or safetensors; give arrays with --input";
    throw new EvanesceError(file, "a model file", "an .npz archive of arrays", remedy);
  }
  const { readPytorch } = await import("./pytorch/index.ts");
  return { format: "PyTorch", state: await readPytorch(bytes, file), byNames: false };
}

const isKeras = (names: readonly string[]): boolean =>
  names.includes("config.json") && names.includes("model.weights.h5");

/**
 * Reads all contents of a model file.
 * @throws EvanesceError for a file of another kind, a damaged file, or one whose order cannot be determined
 */
export async function readContents(
  bytes: Uint8Array,
  file: string,
  options: ModelOptions,
  readSibling: SiblingReader,
): Promise<Contents> {
  const held = await readState(bytes, file);
  if (held !== undefined) {
    return { format: held.format, file, ...partsOfState(held.state, file, options, held.byNames) };
  }
  return filtered(await readLayers(bytes, file, options, readSibling), options);
}

/** Formats that describe their layers. */
async function readLayers(
  bytes: Uint8Array,
  file: string,
  options: ModelOptions,
  readSibling: SiblingReader,
): Promise<Contents> {
  switch (detect(bytes, file)) {
    case "zip": {
      const { readKerasArchive } = await import("./keras/index.ts");
      return await readKerasArchive(bytes, file);
    }
    case "hdf5": {
      const { readKerasHdf5 } = await import("./keras/index.ts");
      return await readKerasHdf5(bytes, file, options);
    }
    case "json": {
      const { readTensorflowJs } = await import("./tfjs/index.ts");
      return await readTensorflowJs(bytes, file, readSibling);
    }
    default: {
      const { readOnnx } = await import("./onnx/index.ts");
      return await readOnnx(bytes, file, readSibling);
    }
  }
}

/** Applies the options for names (prefix, rename, ignore) to parts, as to the tensors of a state_dict. */
function filtered(contents: Contents, options: ModelOptions): Contents {
  const { file, parts } = contents;
  const named = parts.filter(({ name }) => name !== "").map(({ name }) => name);
  const rename = renaming(named, options, file);
  return {
    ...contents,
    parts: parts.flatMap((part) => {
      const name = part.name === "" ? "" : rename(part.name);
      return name === undefined ? [] : [{ ...part, name }];
    }),
  };
}
