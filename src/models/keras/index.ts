import { EvanesceError } from "../../base/errors.ts";
import { decodeText } from "../../formats/text.ts";
import { type HdfNode, openHdf5 } from "../hdf5/index.ts";
import type { Contents } from "../network/index.ts";
import type { Part } from "../parts.ts";
import { withActivations } from "../state-dict/activations.ts";
import { chained } from "../state-dict/chain.ts";
import type { ModelFormat, ModelOptions } from "../types.ts";
import { openZip } from "../zip.ts";
import { isRecord, type LayerConfig, layersOf } from "./config.ts";
import { layerParts, type Weights } from "./layers.ts";
import { linked } from "./links.ts";
import { byClassCount, container, type Group, groupsByLayer, weightsIn } from "./weights.ts";
import { layersWithout } from "./weights-only.ts";

/** A `.keras` archive: config.json, metadata.json, model.weights.h5. */
export async function readKerasArchive(bytes: Uint8Array, file: string): Promise<Contents> {
  const zip = openZip(bytes, file);
  const config = parsed(decodeText(`${file}: config.json`, await zip.read("config.json")), file);
  const root = await openHdf5(await zip.read("model.weights.h5"), `${file}: model.weights.h5`);
  const metadata = zip.names.includes("metadata.json")
    ? parsed(decodeText(file, await zip.read("metadata.json")), file)
    : {};
  const version = Number.parseInt(String(isRecord(metadata) ? metadata.keras_version : "3"), 10) || 3;
  const layers = layersOf(config, file);
  return contents("Keras", file, layers, byClassCount(root, layers), version);
}

/** A `.h5` of model.save, with its configuration, or of save_weights, without. */
export async function readKerasHdf5(bytes: Uint8Array, file: string, options: ModelOptions): Promise<Contents> {
  const root = await openHdf5(bytes, file);
  const text = root.texts("model_config")?.[0];
  const version = Number.parseInt(
    root.texts("keras_version")?.[0] ?? root.child("model_weights")?.texts("keras_version")?.[0] ?? "2",
    10,
  );
  const named = groupsByLayer(root);
  if (text === undefined) return withoutConfig(root, named, file, options);
  const layers = layersOf(parsed(text, file), file);
  const weights = named === undefined ? byClassCount(root, layers) : layers.map((layer) => weightsIn(named, layer));
  return contents("Keras", file, layers, weights, version || 2);
}

function withoutConfig(
  root: HdfNode,
  named: ReadonlyMap<string, Group> | undefined,
  file: string,
  options: ModelOptions,
): Contents {
  if (named === undefined && container(root) === undefined) {
    const got = root.names.length === 0 ? "none" : root.names.slice(0, 8).join(", ");
    throw new EvanesceError(file, "a Keras model, which has layer_names or layers", got, "save it with model.save");
  }
  const { layers, weights } = layersWithout(root, named);
  const notes = ["The file holds weights alone: its layers are read from the names and shapes of their weights."];
  const read = contents("Keras", file, layers, weights, 3);
  const state = { tensors: new Map(), unreadable: new Map(), modules: new Map(), notes: [] };
  const chain = chained(read.parts, file, false, options.order);
  const activated = withActivations(chain.parts, state, options, false);
  return { ...read, parts: activated.parts, notes: [...notes, ...chain.notes, ...activated.notes] };
}

/** The parts of a model's layers. */
export function contents(
  format: ModelFormat,
  file: string,
  layers: readonly LayerConfig[],
  weights: readonly Weights[],
  version: number,
): Contents {
  const parts = layers.map((layer, i): readonly Part[] => layerParts(layer, weights[i], file, version));
  return { format, file, parts: linked(layers, parts), notes: [] };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EvanesceError(
      file,
      `a configuration in JSON (${(error as Error).message})`,
      text,
      "save the model again",
    );
  }
}
