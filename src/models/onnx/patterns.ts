/*
 * Replaces groups of nodes by the one operation that they compute. Older exporters write layer norm, GELU, SiLU and
 * Mish as such groups.
 */
import type { NdArray } from "../../formats/array.ts";
import type { Attribute, OnnxNode } from "./proto.ts";

/** Constant values by name: initializers and Constant nodes. */
export type Constants = ReadonlyMap<string, NdArray>;

interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: Constants;
}

/** The nodes, with one node in place of each group: it stands where the group's last node stood. */
export function joined(nodes: readonly OnnxNode[], constants: Constants): OnnxNode[] {
  const graph: Graph = { nodes, constants };
  const replaced = new Set<OnnxNode>();
  const instead = new Map<OnnxNode, OnnxNode>();
  for (const node of nodes) {
    const found = node.op === "Div" ? layerNorm(graph, node) : node.op === "Mul" ? multiplied(graph, node) : undefined;
    if (found === undefined) continue;
    for (const each of found.own) replaced.add(each);
    instead.set(found.last, found.node);
  }
  return nodes.flatMap((node) => instead.get(node) ?? (replaced.has(node) ? [] : [node]));
}

interface Join {
  readonly own: readonly OnnxNode[];
  readonly last: OnnxNode;
  readonly node: OnnxNode;
}

const attribute = (value: Partial<Attribute>): Attribute => ({
  float: 0,
  int: 0,
  text: "",
  ints: [],
  texts: [],
  floats: [],
  ...value,
});

const producer = ({ nodes }: Graph, value: string): OnnxNode | undefined =>
  nodes.find(({ outputs }) => outputs.includes(value));
const consumers = ({ nodes }: Graph, value: string): OnnxNode[] => nodes.filter(({ inputs }) => inputs.includes(value));
const scalar = ({ constants }: Graph, value: string | undefined): number | undefined => {
  const array = value === undefined ? undefined : constants.get(value);
  return array !== undefined && array.data.length === 1 ? array.data[0] : undefined;
};

/** (x − mean) / √(mean (x − mean)² + ε), then γ and β. */
function layerNorm(graph: Graph, div: OnnxNode): Join | undefined {
  const sub = producer(graph, div.inputs[0]);
  const sqrt = producer(graph, div.inputs[1]);
  if (sub?.op !== "Sub" || sqrt?.op !== "Sqrt") return undefined;
  const add = producer(graph, sqrt.inputs[0]);
  const eps = scalar(graph, add?.inputs[1]);
  const variance = add?.op === "Add" ? producer(graph, add.inputs[0]) : undefined;
  const square = variance?.op === "ReduceMean" ? producer(graph, variance.inputs[0]) : undefined;
  const mean = producer(graph, sub.inputs[1]);
  if (eps === undefined || (square?.op !== "Pow" && square?.op !== "Mul") || square.inputs[0] !== sub.outputs[0])
    return undefined;
  if (mean?.op !== "ReduceMean" || mean.inputs[0] !== sub.inputs[0]) return undefined;
  const own = [sub, sqrt, add!, variance!, square, mean, div];
  let last = div;
  const vectors: string[] = [];
  for (const op of ["Mul", "Add"]) {
    const [next, ...others] = consumers(graph, last.outputs[0]);
    const other = next?.inputs.find((value) => value !== last.outputs[0]);
    if (others.length > 0 || next?.op !== op || other === undefined || !graph.constants.has(other)) break;
    own.push(next);
    vectors.push(other);
    last = next;
  }
  const attributes = new Map([
    ["epsilon", attribute({ float: eps })],
    ["axis", attribute({ int: -1 })],
  ]);
  const node = {
    name: div.name.replace(/Div(_\d+)?$/, "LayerNormalization"),
    op: "LayerNormalization",
    inputs: [sub.inputs[0], ...vectors],
    outputs: last.outputs,
    attributes,
  };
  return { own, last, node };
}

/** x σ(x), x tanh(softplus(x)), and GELU: x (1 + erf(x/√2)) / 2 in any order of its products. */
function multiplied(graph: Graph, mul: OnnxNode): Join | undefined {
  const [a, b] = mul.inputs;
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const other = producer(graph, y);
    const node = (op: string, own: readonly OnnxNode[], last: OnnxNode): Join => ({
      own,
      last,
      node: {
        name: mul.name.replace(/Mul(_\d+)?$/, op),
        op,
        inputs: [x],
        outputs: last.outputs,
        attributes: new Map(),
      },
    });
    if (other?.op === "Sigmoid" && other.inputs[0] === x) return node("Silu", [other, mul], mul);
    if (other?.op === "HardSigmoid" && other.inputs[0] === x) return node("HardSwish", [other, mul], mul);
    const inner = other?.op === "Tanh" ? producer(graph, other.inputs[0]) : undefined;
    if (inner?.op === "Softplus" && inner.inputs[0] === x) return node("Mish", [inner, other!, mul], mul);
    // x · (erf(x/√2) + 1), whose product with ½ follows
    const erf =
      other?.op === "Add" && scalar(graph, other.inputs[1]) === 1 ? producer(graph, other.inputs[0]) : undefined;
    const div = erf?.op === "Erf" ? producer(graph, erf.inputs[0]) : undefined;
    const root = scalar(graph, div?.inputs[1]) ?? 0;
    if (div?.op !== "Div" || div.inputs[0] !== x || Math.abs(root - Math.SQRT2) > 1e-4) continue;
    const [half, ...rest] = consumers(graph, mul.outputs[0]);
    if (rest.length > 0 || half?.op !== "Mul" || !half.inputs.some((value) => scalar(graph, value) === 0.5)) continue;
    return node("Gelu", [div, erf!, other!, mul, half], half);
  }
  return undefined;
}
