import type { Model, ModelOptions } from "./types.ts";

export type { Model, ModelFormat, ModelOptions, ModelPart } from "./types.ts";

/**
 * Reads a network that was trained elsewhere, as a spec and its parameters: PyTorch's `.pt` and `.pth` (a state_dict, a
 * checkpoint that holds one, a pickled module), safetensors, Keras's `.h5` and `.keras`, TensorFlow.js's `model.json`
 * with its shards, ONNX. No code that a file names is run. Weights come in PyTorch's shapes and gate order.
 *
 * @param source the file's bytes, or in Node its path
 * @returns the spec; its parameters by name, row-major, in float32; and sentences about assumptions, about parts that
 * were left out, and about computations that differ here
 * @throws EvanesceError (rejects) for a file of another kind, a damaged or hostile file, a file without a part that we
 * can measure, or a file that leaves a choice to the caller, which the message names
 *
 * @example
 * const { spec, parameters, notes } = await readModel("lstm.pt");
 * const network = createNetwork(spec);
 * for (const [name, values] of Object.entries(parameters)) network.parameters.set(name, values);
 */
export async function readModel(source: Uint8Array | ArrayBuffer | string, options: ModelOptions = {}): Promise<Model> {
  const { assembled, openModel } = await import("./open.ts"); // the readers are loaded when the first file is read
  return assembled(await openModel(source, options), options);
}
