/* Writes ONNX models (onnx/onnx.proto, IR version 8, opset 17) with float32 weights, for a peer that reads nothing else. */

import { concatenated } from "../../src/base/concatenated.ts";

/** A field of a protobuf message: a number is a varint, bytes and text have their length first. */
type FieldValue = number | string | Uint8Array;

const TEXT = new TextEncoder();

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function message(...fields: readonly (readonly [number: number, value: FieldValue])[]): Uint8Array {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [Uint8Array.from([...varint(number * 8), ...varint(value)])];
    const bytes = typeof value === "string" ? TEXT.encode(value) : value;
    return [Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes];
  });
  return concatenated(parts);
}

/** A tensor of weights. */
export interface Weight {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** An operation by the names of its inputs and outputs; an empty name is an output that nobody wants. */
export interface OnnxOperation {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints?: Readonly<Record<string, number>>;
}

const FLOAT = 1;
const INT_ATTRIBUTE = 2;

const tensor = ({ name, dims, values }: Weight) =>
  message(
    ...dims.map((dim) => [1, dim] as const),
    [2, FLOAT],
    [8, name],
    [9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)],
  );

const node = ({ op, inputs, outputs, ints = {} }: OnnxOperation) =>
  message(
    ...inputs.map((name) => [1, name] as const),
    ...outputs.map((name) => [2, name] as const),
    [4, op],
    ...Object.entries(ints).map(([name, value]) => [5, message([1, name], [3, value], [20, INT_ATTRIBUTE])] as const),
  );

const valueInfo = (name: string, dims: readonly number[]) => {
  const shape = message(...dims.map((dim) => [1, message([1, dim])] as const));
  return message([1, name], [2, message([1, message([1, FLOAT], [2, shape])])]);
};

/** The bytes of a model from `input` to `output`. */
export function onnxModel(
  operations: readonly OnnxOperation[],
  weights: readonly Weight[],
  input: readonly [name: string, dims: readonly number[]],
  output: readonly [name: string, dims: readonly number[]],
): Uint8Array {
  const graph = message(
    ...operations.map((operation) => [1, node(operation)] as const),
    [2, "bench"],
    ...weights.map((weight) => [5, tensor(weight)] as const),
    [11, valueInfo(...input)],
    [12, valueInfo(...output)],
  );
  return message([1, 8], [7, graph], [8, message([1, ""], [2, 17])]);
}
