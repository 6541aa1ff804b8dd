/*
 * torch.nn.RNN, LSTM, GRU and their cells, found by weight_hh: [4H, H] is an LSTM's, [3H, H] a GRU's, [H, H] an Elman
 * cell's, whose activation does not follow from shapes.
 */
import { ELMAN_CELLS, type CellName } from "../../catalogue/index.ts";
import { canonicalName } from "../../spec/names.ts";
import { EvanesceError } from "../../base/errors.ts";
import { floats } from "../floats.ts";
import type { Direction, ForeignPart, RecurrentPart } from "../parts.ts";
import type { ModelOptions } from "../types.ts";
import type { Module } from "./module.ts";

const LEAF = /^(weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?:_l(\d+))?(_reverse)?$/;
const GATES: Readonly<Record<number, CellName>> = { 4: "lstm", 3: "gru" };

export function recurrentPart(module: Module, where: string, options: ModelOptions): RecurrentPart | ForeignPart {
  const { path, tensors, facts } = module;
  const shapes = Object.fromEntries([...tensors].map(([leaf, { shape }]) => [leaf, shape]));
  const foreign = (what: string): ForeignPart => ({ kind: "foreign", name: path, shapes, what });
  const layers: { forward?: Record<string, Float32Array>; reverse?: Record<string, Float32Array> }[] = [];
  for (const [leaf, tensor] of tensors) {
    const match = LEAF.exec(leaf);
    if (match === null) return foreign(`a recurrent layer with ${leaf}`);
    const [, name, layer = "0", reverse] = match;
    if (Number(layer) > 999) return foreign("a recurrent layer of more than 1,000 levels");
    const side = reverse === undefined ? "forward" : "reverse";
    const level = layers[Number(layer)] ?? {};
    layers[Number(layer)] = { ...level, [side]: { ...level[side], [name]: floats(`${where}.${leaf}`, tensor) } };
  }
  const first = [...tensors].find(([leaf]) => /^weight_hh(_l0)?$/.test(leaf))?.[1].shape ?? [];
  const input = [...tensors].find(([leaf]) => /^weight_ih(_l0)?$/.test(leaf))?.[1].shape ?? [];
  if (first.length !== 2 || input.length !== 2)
    return foreign("a recurrent layer without a first weight_ih and weight_hh");
  // with a projection W_hh is [4H, P], and W_hr [P, H]
  const projected = [...tensors].find(([leaf]) => /^weight_hr(_l0)?$/.test(leaf))?.[1].shape;
  const [rows, outputs] = first;
  const hidden = projected?.[1] ?? outputs;
  const gates = rows / hidden;
  if (projected !== undefined && (projected[0] !== outputs || gates !== 4 || outputs >= hidden)) {
    return foreign(`a recurrent layer of weight_hh [${first.join(", ")}] and weight_hr [${projected.join(", ")}]`);
  }
  const cell = gates === 1 ? elman(facts?.attributes.get("nonlinearity"), options) : GATES[gates];
  if (cell === undefined) return foreign(`a recurrent layer of weight_hh [${first.join(", ")}], no cell of ours`);
  const both = layers[0]?.reverse !== undefined;
  for (let layer = 0; layer < layers.length; layer++) {
    const X = layer === 0 ? input[1] : outputs * (both ? 2 : 1);
    const level = layers[layer];
    const sides = level === undefined ? [] : [level.forward, ...(both ? [level.reverse] : [])];
    if (sides.length === 0 || !sides.every((side) => side !== undefined && fits(side, gates, hidden, X, outputs))) {
      const projection = projected === undefined ? "" : `, P = ${outputs}`;
      const rule = `weights of layer ${layer} for ${gates} gates, H = ${hidden}, X = ${X}${projection}`;
      throw new EvanesceError(where, rule, shapes, "save every parameter of the layer");
    }
  }
  const dropout = facts?.attributes.get("dropout");
  const notes = [
    ...(gates === 1 && facts?.attributes.get("nonlinearity") === undefined ? assumedCell(path, cell, options) : []),
    ...(facts?.attributes.get("batch_first") === true
      ? [`${path || "The recurrent layer"} was built with batch_first: arrays for it are [B, T, X].`]
      : []),
  ];
  return {
    kind: "recurrent",
    name: path,
    shapes,
    cell,
    inputs: input[1],
    hidden,
    ...(projected === undefined ? {} : { projection: outputs }),
    layers: layers as { forward: Direction; reverse?: Direction }[],
    ...(typeof dropout === "number" && dropout > 0 ? { dropout } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** Whether one direction of a layer has all its weights with these sizes, and both biases or none. */
function fits(side: Direction, gates: number, hidden: number, inputs: number, outputs: number): boolean {
  const G = gates * hidden;
  const projection = side.weight_hr === undefined ? outputs === hidden : side.weight_hr.length === outputs * hidden;
  const both = (side.bias_ih === undefined) === (side.bias_hh === undefined);
  const bias = side.bias_ih === undefined || (side.bias_ih.length === G && side.bias_hh?.length === G);
  const matrices = side.weight_ih?.length === G * inputs && side.weight_hh?.length === G * outputs;
  return both && bias && projection && matrices;
}

function elman(nonlinearity: unknown, { cell }: ModelOptions): CellName {
  if (typeof nonlinearity === "string") return nonlinearity === "relu" ? "relu" : "tanh";
  if (cell === undefined) return "tanh";
  const name = canonicalName(ELMAN_CELLS, cell);
  if ((ELMAN_CELLS as readonly unknown[]).includes(name)) return name as CellName;
  throw new EvanesceError("cell", `an Elman cell: ${ELMAN_CELLS.join(", ")}`, cell, "the file's weight_hh is [H, H]");
}

const assumedCell = (path: string, cell: string, { cell: cellOption }: ModelOptions): string[] =>
  cellOption === undefined
    ? [`${path || "The recurrent layer"} has one gate: its activation is taken to be ${cell} (--cell relu for ReLU).`]
    : [];
