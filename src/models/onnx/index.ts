import type { NdArray } from "../../formats/array.ts";
import { floats } from "../floats.ts";
import type { Contents } from "../network/index.ts";
import type { DensePart, Part } from "../parts.ts";
import type { SiblingReader } from "../sibling-reader.ts";
import { nameOf, partOfNode } from "./nodes.ts";
import { joined } from "./patterns.ts";
import { type OnnxNode, readGraph } from "./proto.ts";
import { pooled, States } from "./steps.ts";

/** An ONNX model's parts, from its input to its output. @throws EvanesceError for a damaged file */
export async function readOnnx(bytes: Uint8Array, file: string, readSibling: SiblingReader): Promise<Contents> {
  const { nodes, initializers, inputs } = await readGraph(bytes, file, readSibling);
  const constants = constantsOf(nodes, initializers);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const parts: Part[] = [];
  /** For each value, the index of the part that computes it; −1 for the inputs of the graph. */
  const origin = new Map<string, number>(inputs.map((name) => [name, -1]));
  const states = new States();
  let last = -1;
  for (const node of joined(nodes, constants)) {
    const sources = [...new Set(node.inputs.flatMap((input) => origin.get(input) ?? []))];
    if (sources.length === 0 || node.op === "Shape") continue; // computed from constants and sizes alone
    const bias = addedBias(node, constants, parts[last], sources[0] === last, file);
    if (bias !== undefined) {
      parts[last] = bias;
      for (const output of node.outputs) origin.set(output, last);
      continue;
    }
    const chosen = states.follow(node, parts, sources, constants);
    if (chosen === "passes") {
      for (const output of node.outputs) origin.set(output, Math.max(...sources));
      continue;
    }
    const part =
      chosen ?? merge(node, sources) ?? pooled(node, parts, constants) ?? partOfNode(node, constants, file, used);
    if (part === undefined) {
      for (const output of node.outputs) origin.set(output, Math.max(...sources));
      continue;
    }
    const source = Math.max(...sources);
    if (source !== last && part.kind !== "foreign") {
      parts.push({
        kind: "foreign",
        name: "",
        shapes: {},
        what: `a branch: ${part.name} takes the output of an earlier node`,
      });
    }
    parts.push(part);
    last = parts.length - 1;
    if (part.kind === "recurrent") states.begin(node, part.layers[0].reverse === undefined ? 1 : 2);
    for (const output of node.outputs) origin.set(output, last);
  }
  return { format: "ONNX", file, parts, notes: [] };
}

/** Constant values by name: initializers, Constant nodes, and nodes that only rename one of them. */
function constantsOf(nodes: readonly OnnxNode[], initializers: ReadonlyMap<string, NdArray>): Map<string, NdArray> {
  const constants = new Map(initializers);
  for (const { op, inputs, outputs, attributes } of nodes) {
    const value =
      op === "Constant" ? attributes.get("value")?.tensor : op === "Identity" ? constants.get(inputs[0]) : undefined;
    const plain = attributes.get("value_float");
    if (value !== undefined) constants.set(outputs[0], value);
    else if (op === "Constant" && plain !== undefined) {
      constants.set(outputs[0], { shape: [], dtype: "float32", data: Float32Array.of(plain.float) });
    }
  }
  return constants;
}

/** The dense part with its bias, if the node is the Add that follows a MatMul. */
function addedBias(
  node: OnnxNode,
  constants: ReadonlyMap<string, NdArray>,
  part: Part | undefined,
  follows: boolean,
  file: string,
): DensePart | undefined {
  if (node.op !== "Add" || !follows || part?.kind !== "dense" || part.bias !== undefined) return undefined;
  const name = node.inputs.find((input) => constants.has(input));
  const bias = name === undefined ? undefined : constants.get(name);
  if (bias === undefined || bias.data.length !== part.outputs) return undefined;
  const own = /\.bias$/.test(name!) ? name!.slice(0, -".bias".length) : part.name;
  return { ...part, name: own, shapes: { ...part.shapes, bias: bias.shape }, bias: floats(`${file}: ${name}`, bias) };
}

/** A node that joins several computed values: a skip path, a concatenation, attention. */
function merge(node: OnnxNode, sources: readonly number[]): Part | undefined {
  if (sources.length < 2 || ["LSTM", "GRU", "RNN", "Reshape", "Expand", "Slice"].includes(node.op)) return undefined;
  return { kind: "foreign", name: nameOf(node), shapes: {}, what: `${node.op} of ${sources.length} branches` };
}
