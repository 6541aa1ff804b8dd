/*
 * Turns ONNX's operators into parts. A Gemm may hold its weight or the transpose. ONNX orders the gates of an LSTM
 * i, o, f, c and those of a GRU z, r, h; PyTorch orders them i, f, g, o and r, z, n. B holds W's biases, then R's.
 */
import { EvanesceError } from "../../base/errors.ts";
import type { NdArray } from "../../formats/array.ts";
import { type CellName, ELMAN_CELLS } from "../../catalogue/index.ts";
import { canonicalName } from "../../spec/names.ts";
import { floats, reordered, transposed } from "../floats.ts";
import { leaky } from "../leaky.ts";
import { gatedActivations, slopeNotes, withSlope } from "../gates.ts";
import type { Direction, Part } from "../parts.ts";
import { nodeActivations } from "./activations.ts";
import type { Constants } from "./patterns.ts";
import type { OnnxNode } from "./proto.ts";

const ORDERS: Readonly<Record<string, readonly number[]>> = { LSTM: [0, 2, 3, 1], GRU: [1, 0, 2], RNN: [0] };

const ACTIVATIONS: Readonly<Record<string, string>> = {
  Relu: "relu",
  Sigmoid: "sigmoid",
  Tanh: "tanh",
  Selu: "selu",
  Softplus: "softplus",
  Softsign: "softsign",
  HardSwish: "hardswish",
  Mish: "mish",
  Silu: "silu",
  Erf: "erf",
  Sin: "sine",
  Softmax: "softmax",
  LogSoftmax: "log_softmax",
};

/**
 * The part of a node; undefined if the node only moves numbers.
 * @param used the values that nodes of the graph take
 */
export function partOfNode(
  node: OnnxNode,
  constants: Constants,
  file: string,
  used: ReadonlySet<string>,
): Part | undefined {
  const { op, attributes } = node;
  const name = nameOf(node);
  const foreign = (what: string): Part => ({ kind: "foreign", name, shapes: shapesOf(node, constants), what });
  const act = (activation: string): Part => ({ kind: "activation", name, shapes: {}, activation });
  if (ACTIVATIONS[op] !== undefined) return act(ACTIVATIONS[op]);
  const alpha = (usual: number) => attributes.get("alpha")?.float ?? usual;
  switch (op) {
    case "Gemm":
    case "MatMul":
      return (
        dense(node, constants, file) ??
        foreign(op === "Gemm" ? "a product of two inputs" : "attention, or another product of two inputs")
      );
    case "LSTM":
    case "GRU":
    case "RNN":
      return recurrent(node, constants, file, used.has(node.outputs[0] ?? ""));
    case "Gather": {
      const table = constants.get(node.inputs[0]);
      if (table === undefined) return undefined;
      if (table.shape.length !== 2) return foreign("a table of constants");
      const [tokens, size] = table.shape;
      const weight = floats(`${file}: ${node.inputs[0]}`, table);
      return { kind: "embedding", name, shapes: { weight: table.shape }, tokens, size, weight };
    }
    case "LayerNormalization":
    case "BatchNormalization": {
      const scale = constants.get(node.inputs[1]);
      const shift = constants.get(node.inputs[2]);
      if (op === "LayerNormalization" && ![-1, undefined].includes(attributes.get("axis")?.int))
        return foreign("layer norm over several axes");
      const read = (key: string, array: NdArray | undefined) =>
        array === undefined ? {} : { [key]: floats(`${file}: ${name}`, array) };
      const norm = op === "BatchNormalization" ? "batch" : "layer";
      const eps = attributes.get("epsilon")?.float ?? 1e-5;
      const rounded = Number(eps.toPrecision(6)); // the file stores a float32
      const size = (scale ?? shift)?.data.length ?? 0;
      return {
        kind: "norm",
        name,
        shapes: shapesOf(node, constants),
        norm,
        size,
        ...read("weight", scale),
        ...read("bias", shift),
        eps: rounded,
      };
    }
    case "LeakyRelu":
      return leaky(Number(alpha(0.01).toPrecision(6)), name);
    case "PRelu": {
      const slope = constants.get(node.inputs[1]);
      return slope === undefined
        ? foreign("PReLU of an input")
        : ({ ...act("prelu"), slope: floats(file, slope), shapes: { weight: slope.shape } } as Part);
    }
    case "Elu":
      return alpha(1) === 1 ? act("elu") : foreign(`ELU with α = ${alpha(1)}`);
    case "Celu":
      return alpha(1) === 1 ? act("celu") : foreign(`CELU with α = ${alpha(1)}`);
    case "Gelu":
      return act(attributes.get("approximate")?.text === "tanh" ? "gelu_tanh" : "gelu");
    case "HardSigmoid":
      return Math.abs(alpha(0.2) - 1 / 6) < 1e-6
        ? act("hardsigmoid")
        : foreign(`a hard sigmoid of slope ${alpha(0.2).toPrecision(3)}`);
    case "Clip": {
      const bound = (i: number, key: string) =>
        constants.get(node.inputs[i] ?? "")?.data[0] ?? attributes.get(key)?.float;
      const [least, most] = [bound(1, "min"), bound(2, "max")];
      if (least === 0 && most === 6) return act("relu6");
      return least === -1 && most === 1 ? act("hardtanh") : foreign(`a clip to ${least} … ${most}`);
    }
    case "Dropout": {
      const rate = constants.get(node.inputs[1] ?? "")?.data[0] ?? attributes.get("ratio")?.float ?? 0.5;
      return { kind: "dropout", name, shapes: {}, rate: Number(Number(rate).toPrecision(6)) };
    }
    default:
      return PASSING.has(op) ? undefined : foreign(op);
  }
}

/** Operators that change no number: they reshape, select, or compute shapes. */
const PASSING = new Set(
  "Identity Cast Transpose Reshape Squeeze Unsqueeze Flatten Constant ConstantOfShape Shape Expand Range Size".split(
    " ",
  ),
);

/** `/encoder/rnn/LSTM` is `encoder.rnn`; a node without a name is known by its weight, `fc.weight`. */
export function nameOf({ name, op, inputs, outputs }: OnnxNode): string {
  const weight = inputs.find((input) => /^[\w.]+\.weight$/.test(input));
  if (weight !== undefined) return weight.slice(0, -".weight".length);
  const scoped = name.replace(/^\//, "").split("/");
  if (name.startsWith("/") && scoped.length > 1) return scoped.slice(0, -1).join(".");
  return name || `${op} ${outputs[0] ?? ""}`;
}

const shapesOf = ({ inputs }: OnnxNode, constants: Constants) =>
  Object.fromEntries(
    inputs.flatMap((input) => (constants.has(input) ? [[input, constants.get(input)!.shape] as const] : [])),
  );

/** Y = α A B + β C; undefined if B is not a constant matrix. */
function dense(node: OnnxNode, constants: Constants, file: string): Part | undefined {
  const { op, inputs, attributes } = node;
  const matrix = constants.get(inputs[1]);
  if (matrix?.shape.length !== 2 || constants.has(inputs[0])) return undefined;
  const name = nameOf(node);
  const transposes = op === "Gemm" && attributes.get("transB")?.int === 1;
  const values = floats(`${file}: ${inputs[1]}`, matrix);
  const [rows, columns] = matrix.shape;
  const weight = transposes ? values : transposed(values, rows, columns);
  const [outputs, inputs_] = transposes ? [rows, columns] : [columns, rows];
  const bias = op === "Gemm" ? constants.get(inputs[2] ?? "") : undefined;
  const scale = (key: string) => attributes.get(key)?.float ?? 1;
  if (op === "Gemm" && (scale("alpha") !== 1 || scale("beta") !== 1 || attributes.get("transA")?.int === 1))
    return undefined;
  const shapes = { weight: [outputs, inputs_], ...(bias === undefined ? {} : { bias: bias.shape }) };
  const own = bias === undefined ? {} : { bias: floats(`${file}: ${inputs[2]}`, bias) };
  return { kind: "dense", name, shapes, inputs: inputs_, outputs, weight, ...own };
}

function recurrent(node: OnnxNode, constants: Constants, file: string, everyStep: boolean): Part {
  const { op, inputs, attributes } = node;
  const name = nameOf(node);
  const shapes = shapesOf(node, constants);
  const foreign = (what: string): Part => ({ kind: "foreign", name, shapes, what });
  const [W, R, B, , h, c, P] = inputs.slice(1).map((input) => constants.get(input));
  if (W?.shape.length !== 3 || R?.shape.length !== 3) return foreign(`${op} whose weights are not constants`);
  const [directions, rows, X] = W.shape;
  const H = R.shape[2];
  const order = ORDERS[op];
  const gates = order.length;
  const way = attributes.get("direction")?.text || "forward";
  const odd = oddity(node);
  if (odd !== undefined) return foreign(odd);
  const chosen = op === "RNN" ? { gate: { name: "sigmoid" } } : nodeActivations(node, directions);
  const activations = "inner" in chosen ? gatedActivations(chosen.inner, chosen.gate) : {};
  // a cell with peepholes exists with the default activations only
  if (activations === undefined || (P !== undefined && Object.keys(activations).length > 0)) {
    return foreign(`${op} with ${attributes.get("activations")?.texts.join(", ")}`);
  }
  if (rows !== gates * H || R.shape[1] !== rows || (B !== undefined && B.data.length !== directions * 2 * rows)) {
    throw new EvanesceError(`${file}: ${name}`, `weights of ${gates} gates`, shapes, "export the model again");
  }
  const side = (d: number): Direction => {
    const part = (array: NdArray, label: string, length: number, at = 0) =>
      floats(`${file}: ${label}`, array).slice(
        d * (array.data.length / directions) + at,
        d * (array.data.length / directions) + at + length,
      );
    return {
      weight_ih: reordered(part(W, inputs[1], rows * X), order),
      weight_hh: reordered(part(R, inputs[2], rows * H), order),
      ...(B === undefined
        ? {}
        : {
            bias_ih: reordered(part(B, inputs[3], rows), order),
            bias_hh: reordered(part(B, inputs[3], rows, rows), order),
          }),
      // ONNX orders peepholes i, o, f
      ...(P === undefined
        ? {}
        : {
            weight_ci: part(P, inputs[7], H),
            weight_co: part(P, inputs[7], H, H),
            weight_cf: part(P, inputs[7], H, 2 * H),
          }),
    };
  };
  const notes = [
    ...(way === "reverse" ? [`${name} runs backward: give its inputs from last to first.`] : []),
    ...([h, c].some((state) => state?.data.some((value) => value !== 0))
      ? [`${name} starts from zeros here; the file gives it a first state.`]
      : []),
    ...(op === "RNN" ? [] : slopeNotes(name, chosen.gate)),
  ];
  const cell = op === "LSTM" ? (P === undefined ? "lstm" : "lstm_peephole") : op === "GRU" ? gru(node) : elman(node);
  if (cell === undefined) return foreign(`RNN with ${attributes.get("activations")?.texts.join(", ")}`);
  const own = (d: number) => (op === "RNN" ? side(d) : withSlope(side(d), chosen.gate, gates));
  const layers = [{ forward: own(0), ...(directions === 2 ? { reverse: own(1) } : {}) }];
  return {
    kind: "recurrent",
    name,
    shapes,
    cell,
    ...activations,
    inputs: X,
    hidden: H,
    layers,
    everyStep,
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** The differences between a node's computation and PyTorch's cell. */
function oddity({ op, attributes }: OnnxNode): string | undefined {
  if (attributes.has("clip")) return `${op} with a clip`;
  if (attributes.get("input_forget")?.int === 1) return "LSTM whose input and forget gates are coupled";
  return undefined;
}

const gru = ({ attributes }: OnnxNode): CellName =>
  attributes.get("linear_before_reset")?.int === 1 ? "gru" : "gru_reset_before";

function elman({ attributes }: OnnxNode): CellName | undefined {
  const listed = attributes.get("activations")?.texts ?? [];
  if (new Set(listed).size > 1) return undefined;
  const name = canonicalName(ELMAN_CELLS, listed[0] ?? "tanh");
  return (ELMAN_CELLS as readonly unknown[]).includes(name) ? (name as CellName) : undefined;
}
