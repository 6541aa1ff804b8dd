/*
 * From bytes to a file's parts. Each format's reader is loaded when such a file is opened.
 */
import { EvanesceError } from "../base/errors.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { detect } from "./detect.ts";
import type { Contents } from "./network/index.ts";
import { partsOfState } from "./state-dict/index.ts";
import type { StateDict } from "./state-dict/types.ts";
import type { ModelOptions } from "./types.ts";
import { openZip } from "./zip.ts";

/** Reads a file that a model names beside itself; undefined where it is not given. */
export type Beside = (name: string) => Promise<Uint8Array | undefined>;

/**
 * Everything a model file holds.
 * @throws EvanesceError for a file of another kind, a damaged one, or one whose order cannot be told
 */
export async function readContents(
  bytes: Uint8Array,
  file: string,
  options: ModelOptions,
  beside: Beside,
): Promise<Contents> {
  switch (detect(bytes, file)) {
    case "safetensors": {
      const { tensors } = readSafetensors(bytes, file);
      const state: StateDict = { tensors: new Map(tensors), strange: new Map(), modules: new Map(), notes: [] };
      return { format: "safetensors", file, ...partsOfState(state, file, options, true) };
    }
    case "zip": {
      const { names } = openZip(bytes, file);
      if (names.includes("config.json") && names.includes("model.weights.h5")) {
        const { readKerasArchive } = await import("./keras/index.ts");
        return await readKerasArchive(bytes, file, options);
      }
      if (names.some((name) => name.endsWith(".npy"))) {
        const remedy = "save a state_dict with torch.save or safetensors; give arrays with --input";
        throw new EvanesceError(file, "a model file", "an .npz archive of arrays", remedy);
      }
      const { readPytorch } = await import("./pytorch/index.ts");
      return { format: "PyTorch", file, ...partsOfState(await readPytorch(bytes, file), file, options) };
    }
    case "pytorch-old": {
      const { readOldPytorch } = await import("./pytorch/index.ts");
      return { format: "PyTorch", file, ...partsOfState(readOldPytorch(bytes, file), file, options) };
    }
    case "hdf5": {
      const { readKerasHdf5 } = await import("./keras/index.ts");
      return await readKerasHdf5(bytes, file, options);
    }
    case "json": {
      const { readTensorflowJs } = await import("./tfjs/index.ts");
      return await readTensorflowJs(bytes, file, options, beside);
    }
    case "onnx": {
      const { readOnnx } = await import("./onnx/index.ts");
      return await readOnnx(bytes, file, beside);
    }
  }
}
