/*
 * The layers of a file that holds only weights: the names of the weights tell their class.
 */
import type { NdArray } from "../../formats/array.ts";
import type { HdfNode } from "../hdf5/index.ts";
import { byName } from "../state-dict/names.ts";
import type { LayerConfig } from "./config.ts";
import type { Weights } from "./layers.ts";
import { container, type Group, guessed, leafOf, leavesOf, variablesOf } from "./weights.ts";

export function layersWithout(
  root: HdfNode,
  named: ReadonlyMap<string, Group> | undefined,
): { layers: LayerConfig[]; weights: Weights[] } {
  const layers: LayerConfig[] = [];
  const weights: Weights[] = [];
  const add = (name: string, own: Weights): void => {
    if (Object.keys(own).length === 0) return;
    layers.push({ name, className: classOf(own), config: configOf(own), around: [] });
    weights.push(own);
  };
  if (named !== undefined)
    for (const [name, group] of named) for (const [layer, own] of apart(name, group)) add(layer, leavesOf(own));
  else {
    const holder = container(root)!;
    for (const name of [...holder.names].sort(byName)) {
      const node = holder.child(name)!;
      add(name, variablesOf(node, kindOf(name, node)));
    }
  }
  return { layers, weights };
}

/**
 * A group with two weights of the same name belongs to a model. The text before the names of its weights tells its
 * layers apart.
 */
function apart(name: string, group: Group): [string, Group][] {
  if (new Set(group.map(([weight]) => leafOf(weight))).size === group.length) return [[name, group]];
  const layers = new Map<string, (readonly [string, NdArray])[]>();
  for (const entry of group) {
    const layer = entry[0].split("/").slice(0, -1).join("/");
    layers.set(layer, [...(layers.get(layer) ?? []), entry]);
  }
  return [...layers].map(([layer, own]) => [`${name}/${layer}`, own]);
}

/** `lstm_3` is an LSTM. */
function kindOf(name: string, node: HdfNode): string {
  const kind = name.replace(/_\d+$/, "");
  if (node.child("cell") === undefined || kind === "bidirectional") return kind;
  return { LSTM: "lstm", GRU: "gru" }[guessed(node)] ?? "simple_rnn";
}

function classOf(own: Weights): string {
  if (own["forward.kernel"] !== undefined) return "Bidirectional";
  if (own["layer.kernel"] !== undefined) return "TimeDistributed";
  if (own.recurrent_kernel !== undefined) return recurrentClass(own.recurrent_kernel.shape);
  if (own.embeddings !== undefined) return "Embedding";
  if (own.moving_mean !== undefined) return "BatchNormalization";
  if (own.gamma !== undefined) return "LayerNormalization";
  if (own.kernel?.shape.length === 2) return "Dense";
  return own.kernel === undefined ? "a layer of its own" : "a convolution";
}

const recurrentClass = ([hidden, rows]: readonly number[]): string =>
  ({ 4: "LSTM", 3: "GRU" })[rows / hidden] ?? "SimpleRNN";

function configOf(own: Weights): Record<string, unknown> {
  const recurrent = own["forward.recurrent_kernel"];
  if (recurrent === undefined) return {};
  return { layer: { class_name: recurrentClass(recurrent.shape), config: {} } };
}
