/*
 * A Keras model's configuration: its layers in the order of the forward pass, each with the source of its input.
 */
import { EvanesceError } from "../../base/errors.ts";

export interface LayerConfig {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** For a layer in a nested model: the names of the models around it, outermost first. */
  readonly around: readonly string[];
  /** The layers whose output it takes; undefined if the order of the layers tells it. */
  readonly from?: readonly string[];
}

export type Json = Readonly<Record<string, unknown>>;
export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const MODELS = new Set(["Sequential", "Functional", "Model"]);
const DEEPEST = 16;

/** @throws EvanesceError for a configuration that holds no list of layers */
export function layersOf(model: unknown, file: string): LayerConfig[] {
  const found = visit(model, [], file, 0);
  if (found.length > 5000) throw bad(file, "at most 5,000 layers", found.length);
  return found;
}

function visit(model: unknown, around: readonly string[], file: string, depth: number): LayerConfig[] {
  if (depth > DEEPEST) throw bad(file, `models at most ${DEEPEST} deep in each other`, depth);
  const config = isRecord(model) ? model.config : undefined;
  const list = Array.isArray(config) ? config : isRecord(config) ? config.layers : undefined;
  if (!Array.isArray(list)) {
    const got =
      isRecord(model) && typeof model.class_name === "string" ? `a model of class ${model.class_name}` : "none";
    const remedy = "a subclassed model has its layers in code: save a Sequential or a functional model, or its weights";
    throw new EvanesceError(file, "a model's configuration with its layers", got, remedy);
  }
  const names = new Set(list.flatMap((layer) => (isRecord(layer) ? [nameOf(layer)] : [])));
  return list.flatMap((layer): LayerConfig[] => {
    if (!isRecord(layer) || typeof layer.class_name !== "string") throw bad(file, "layers with a class_name", "none");
    if (MODELS.has(layer.class_name)) return visit(layer, [...around, nameOf(layer)], file, depth + 1);
    const from = layer.inbound_nodes === undefined ? undefined : inbound(layer.inbound_nodes, names);
    return [
      {
        className: layer.class_name,
        name: nameOf(layer),
        config: isRecord(layer.config) ? layer.config : {},
        around,
        ...(from === undefined ? {} : { from }),
      },
    ];
  });
}

const nameOf = ({ name, config }: Json): string =>
  String(isRecord(config) && typeof config.name === "string" ? config.name : (name ?? ""));

/** Names of layers in `[["dense", 0, 0, {}]]`, or in Keras 3's `keras_history: ["dense", 0, 0]`. */
function inbound(nodes: unknown, names: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const look = (value: unknown, depth: number): void => {
    if (depth > 12 || found.length > 64) return;
    if (Array.isArray(value)) {
      if (typeof value[0] === "string" && typeof value[1] === "number" && names.has(value[0])) found.push(value[0]);
      else for (const item of value) look(item, depth + 1);
    } else if (isRecord(value)) for (const item of Object.values(value)) look(item, depth + 1);
  };
  look(nodes, 0);
  return found;
}

const bad = (file: string, rule: string, got: unknown) =>
  new EvanesceError(file, rule, got, "save the model again with model.save");
