/*
 * Layers of a file that holds weights alone: their class follows from the names of their weights.
 */
import type { HdfNode } from "../hdf5/index.ts";
import { byName } from "../state-dict/names.ts";
import type { LayerConfig } from "./config.ts";
import type { Weights } from "./layers.ts";
import { container, guessed, variablesOf } from "./weights.ts";

export function layersWithout(
  root: HdfNode,
  named: ReadonlyMap<string, Weights> | undefined,
): { layers: LayerConfig[]; weights: Weights[] } {
  const layers: LayerConfig[] = [];
  const weights: Weights[] = [];
  const add = (name: string, own: Weights): void => {
    if (Object.keys(own).length === 0) return;
    layers.push({ name, className: classOf(own), config: configOf(own), around: [] });
    weights.push(own);
  };
  if (named !== undefined) for (const [name, own] of named) add(name, own);
  else {
    const holder = container(root)!;
    for (const name of [...holder.names].sort(byName)) {
      const node = holder.child(name)!;
      add(name, variablesOf(node, kindOf(name, node)));
    }
  }
  return { layers, weights };
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
