import { EvanesceError, InternalError } from "../base/errors.ts";
import { type Contents, assembled } from "./network/index.ts";
import { readContents } from "./read.ts";
import { opened } from "./source.ts";
import type { Model, ModelOptions } from "./types.ts";

export { assembled, type Contents, listed } from "./network/index.ts";
export type { Model, ModelFormat, ModelOptions, ModelPart } from "./types.ts";

/**
 * A network someone trained elsewhere, as a spec and its parameters: PyTorch's `.pt` and `.pth` (a state_dict, a
 * checkpoint that holds one, a pickled module), safetensors, Keras's `.h5` and `.keras`, TensorFlow.js's `model.json`
 * with its shards, ONNX. Nothing that a file names is run. Weights come in PyTorch's shapes and gate order.
 *
 * @param source the file's bytes, or in Node its path
 * @returns the spec; its parameters by name, row-major, in float32; and sentences that say what was assumed, what was
 *   left out and what is computed otherwise here
 * @throws EvanesceError (rejects) for a file of another kind, a damaged or a hostile one, one that holds nothing we
 *   measure, or one that leaves a choice to the caller: the message names it
 *
 * @example
 * const { spec, parameters, notes } = await readModel("lstm.pt");
 * const network = createNetwork(spec);
 * for (const [name, values] of Object.entries(parameters)) network.parameters.set(name, values);
 */
export async function readModel(source: Uint8Array | ArrayBuffer | string, options: ModelOptions = {}): Promise<Model> {
  return assembled(await openModel(source, options), options);
}

/** Everything a model file holds, before any part is chosen. */
export async function openModel(
  source: Uint8Array | ArrayBuffer | string,
  options: ModelOptions = {},
): Promise<Contents> {
  const { bytes, file, beside } = opened(source, options);
  try {
    return await readContents(bytes, file, options, beside);
  } catch (error) {
    if (error instanceof EvanesceError || error instanceof InternalError) throw error;
    // a range or a stack that a damaged file has led beyond its end
    throw new EvanesceError(file, "a sound model file", (error as Error).message, "the file is damaged: copy it again");
  }
}
