/*
 * The places of a layer's weights in a file. Keras 1 and 2 (and Keras 3's .h5): one group for each layer, with the
 * attribute `weight_names`. Keras 3's `.weights.h5`, also in `.keras`: `layers/NAME/vars/0`, NAME being the layer's
 * class with a counter. TensorFlow.js: one list of names.
 */
import type { NdArray } from "../../formats/array.ts";
import type { HdfNode } from "../hdf5/index.ts";
import type { LayerConfig } from "./config.ts";
import type { Weights } from "./layers.ts";

/** The end of a weight's name, with the direction or the layer it belongs to. */
export function leafOf(name: string): string {
  const parts = name.replace(/:\d+$/, "").split("/");
  const leaf = parts.at(-1)!;
  const side = parts.slice(0, -1).find((part) => /^(forward|backward)_/.test(part));
  return side === undefined ? leaf : `${side.startsWith("forward") ? "forward" : "backward"}.${leaf}`;
}

/** The weights of a group by their whole names: `dense/kernel:0`. */
export type Group = readonly (readonly [name: string, array: NdArray])[];

/** Groups by the name of their layer, as Keras 1 and 2 store them; undefined for other files. */
export function groupsByLayer(root: HdfNode): Map<string, Group> | undefined {
  const holder = root.child("model_weights") ?? root;
  const layers = holder.texts("layer_names");
  if (layers === undefined) return undefined;
  return new Map(
    layers.flatMap((layer): [string, Group][] => {
      const node = holder.child(layer);
      if (node === undefined) return [];
      const names = node.texts("weight_names") ?? [];
      return [
        [
          layer,
          names.flatMap((name) => {
            const data = node.child(name);
            return data === undefined ? [] : [[name, data.array()] as const];
          }),
        ],
      ];
    }),
  );
}

/** A layer's weights by the end of their names. */
export const leavesOf = (group: Group): Weights =>
  Object.fromEntries(group.map(([name, array]) => [leafOf(name), array]));

/**
 * A layer's own weights. If the layer belongs to an inner model, they are in that model's group, under the layer's
 * name.
 */
export function weightsIn(groups: ReadonlyMap<string, Group>, { name, around }: LayerConfig): Weights {
  const group = groups.get(around[0] ?? name) ?? [];
  return leavesOf(around.length === 0 ? group : group.filter(([weight]) => weight.split("/").includes(name)));
}

/** The order in which layers of a class keep their variables. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  dense: ["kernel", "bias"],
  lstm: ["kernel", "recurrent_kernel", "bias"],
  gru: ["kernel", "recurrent_kernel", "bias"],
  simple_rnn: ["kernel", "recurrent_kernel", "bias"],
  embedding: ["embeddings"],
  batch_normalization: ["gamma", "beta", "moving_mean", "moving_variance"],
  layer_normalization: ["gamma", "beta"],
  p_re_lu: ["alpha"],
};

/** Keras's naming.to_snake_case. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

const CONTAINERS = ["layers", "_layer_checkpoint_dependencies"];

export const container = (root: HdfNode): HdfNode | undefined =>
  CONTAINERS.map((name) => root.child(name)).find((node) => node !== undefined);

/** The weights of Keras 3's layers, in the order of `layers`, whose classes are counted as Keras counts them. */
export function byClassCount(root: HdfNode, layers: readonly LayerConfig[]): Weights[] {
  const counts = new Map<string, number>();
  const models = new Map<string, string>();
  return layers.map((layer) => {
    const path = layer.around.map((_, depth) => {
      const key = layer.around.slice(0, depth + 1).join("/");
      if (!models.has(key)) models.set(key, counted(counts, layer.around.slice(0, depth).join("/"), "functional"));
      return models.get(key)!;
    });
    const own = counted(counts, layer.around.join("/"), snakeCase(layer.className));
    let node = container(root);
    for (const name of path) {
      const inner = node?.child(name) ?? node?.child(name.replace("functional", "sequential"));
      node = inner === undefined ? undefined : container(inner);
    }
    const found = node?.child(own) ?? node?.child(layer.name);
    return found === undefined ? {} : variablesOf(found, snakeCase(layer.className), layer);
  });
}

function counted(counts: Map<string, number>, scope: string, name: string): string {
  const key = `${scope}/${name}`;
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  return count === 0 ? name : `${name}_${count}`;
}

/** The variables of a layer of Keras 3; those of an inner layer or cell begin with its position. */
export function variablesOf(node: HdfNode, kind: string, layer?: LayerConfig): Weights {
  const inner =
    layer === undefined ? undefined : (layer.config.layer as { class_name?: string } | undefined)?.class_name;
  if (kind === "bidirectional") {
    const name = snakeCase(inner ?? guessed(node.child("forward_layer")));
    return {
      ...under("forward.", node.child("forward_layer"), name),
      ...under("backward.", node.child("backward_layer"), name),
    };
  }
  if (kind === "time_distributed") return under("layer.", node.child("layer"), snakeCase(inner ?? "Dense"));
  const holder = node.child("cell") ?? node;
  const variables = holder.child("vars");
  const names = VARIABLES[kind] ?? [];
  return Object.fromEntries(
    (variables?.names ?? []).map((key) => [names[Number(key)] ?? `var ${key}`, variables!.child(key)!.array()]),
  );
}

const under = (prefix: string, node: HdfNode | undefined, kind: string): Weights =>
  node === undefined
    ? {}
    : Object.fromEntries(Object.entries(variablesOf(node, kind)).map(([leaf, value]) => [`${prefix}${leaf}`, value]));

/** Without a configuration: the class of a recurrent layer, by the rows of its matrices. */
export function guessed(node: HdfNode | undefined): string {
  const recurrent = node?.child("cell/vars/1")?.array().shape ?? [0, 0];
  return { 4: "LSTM", 3: "GRU" }[recurrent[1] / recurrent[0]] ?? "SimpleRNN";
}
