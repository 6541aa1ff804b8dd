/*
 * ONNX's messages (onnx/onnx.proto, IR version 3 and later): a model has a graph, a graph has nodes and initializers.
 */
import { EvanesceError } from "../../base/errors.ts";
import { type Dtype, elementCount, type NdArray } from "../../formats/array.ts";
import { decodeElements, ELEMENT_BYTES } from "../../formats/elements.ts";
import type { SiblingReader } from "../sibling-reader.ts";
import { bytesOf, type Field, fieldsOf, floatsOf, integersOf, textOf, textsOf } from "./wire.ts";

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly ints: readonly number[];
  readonly texts: readonly string[];
  readonly floats: readonly number[];
  readonly tensor?: NdArray;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, NdArray>;
  /** Names of the inputs of the graph, without initializers. */
  readonly inputs: readonly string[];
}

const DTYPES: Readonly<Record<number, Dtype>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
};

/** @throws EvanesceError for bytes that are not an ONNX model, or a tensor whose data are missing */
export async function readGraph(bytes: Uint8Array, file: string, readSibling: SiblingReader): Promise<OnnxGraph> {
  const model = fieldsOf(bytes, file);
  const graph = bytesOf(model, 7)[0];
  if (graph === undefined)
    throw new EvanesceError(file, "an ONNX model with a graph", "none", "check that this is an ONNX file");
  const fields = fieldsOf(graph, file);
  const initializers = new Map<string, NdArray>();
  for (const raw of bytesOf(fields, 5)) {
    const tensor = fieldsOf(raw, file);
    const name = textOf(tensor, 8);
    const read = await tensorOf(tensor, `${file}: ${name}`, readSibling);
    if (read !== undefined) initializers.set(name, read);
  }
  const nodes: OnnxNode[] = [];
  for (const raw of bytesOf(fields, 1)) nodes.push(await nodeOf(fieldsOf(raw, file), file, readSibling));
  const inputs = bytesOf(fields, 11).map((raw) => textOf(fieldsOf(raw, file), 1));
  return { nodes, initializers, inputs: inputs.filter((name) => !initializers.has(name)) };
}

async function nodeOf(fields: readonly Field[], file: string, readSibling: SiblingReader): Promise<OnnxNode> {
  const attributes = new Map<string, Attribute>();
  for (const raw of bytesOf(fields, 5)) {
    const attribute = fieldsOf(raw, file);
    const name = textOf(attribute, 1);
    const tensor = bytesOf(attribute, 5)[0];
    const read =
      tensor === undefined ? undefined : await tensorOf(fieldsOf(tensor, file), `${file}: ${name}`, readSibling);
    attributes.set(name, {
      float: floatsOf(attribute, 2)[0] ?? 0,
      int: integersOf(attribute, 3, file)[0] ?? 0,
      text: textOf(attribute, 4),
      ints: integersOf(attribute, 8, file),
      texts: textsOf(attribute, 9),
      floats: floatsOf(attribute, 7),
      ...(read === undefined ? {} : { tensor: read }),
    });
  }
  const [inputs, outputs] = [textsOf(fields, 1), textsOf(fields, 2)];
  return { name: textOf(fields, 3), op: textOf(fields, 4), inputs, outputs, attributes };
}

/** Undefined for a tensor of text or of complex numbers: no weight has such a type. */
async function tensorOf(
  fields: readonly Field[],
  where: string,
  readSibling: SiblingReader,
): Promise<NdArray | undefined> {
  const shape = integersOf(fields, 1, where);
  const dtype = DTYPES[integersOf(fields, 2, where)[0] ?? 0];
  if (dtype === undefined) return undefined;
  const count = elementCount(where, shape);
  const external = integersOf(fields, 14, where)[0] === 1;
  const raw = external ? await externalData(fields, where, readSibling) : bytesOf(fields, 9)[0];
  const size = ELEMENT_BYTES[dtype];
  const missing = (got: number) =>
    new EvanesceError(where, `${count} values`, got, "the file is damaged: copy it again");
  if (raw !== undefined) {
    if (raw.length < count * size) throw missing(Math.floor(raw.length / size));
    return { shape, dtype, data: decodeElements(where, dtype, raw, 0, count) };
  }
  if (dtype === "float32") {
    const values = floatsOf(fields, 4);
    if (values.length < count) throw missing(values.length);
    return { shape, dtype, data: Float32Array.from(values.slice(0, count)) };
  }
  if (dtype === "float64") {
    const packed = bytesOf(fields, 10)[0] ?? new Uint8Array(0);
    if (packed.length < 8 * count) throw missing(packed.length / 8);
    return { shape, dtype, data: decodeElements(where, dtype, packed, 0, count) };
  }
  // int32_data holds the bits of float16 and bfloat16
  const values = integersOf(fields, dtype === "int64" ? 7 : dtype === "uint32" || dtype === "uint64" ? 11 : 5, where);
  if (values.length < count) throw missing(values.length);
  if (dtype === "float16" || dtype === "bfloat16") {
    const bits = new Uint8Array(Uint16Array.from(values).buffer);
    return { shape, dtype, data: decodeElements(where, dtype, bits, 0, count) };
  }
  return { shape, dtype, data: Float64Array.from(values.slice(0, count)) };
}

/** The data of a tensor that another file holds: location, offset, length. */
async function externalData(fields: readonly Field[], where: string, readSibling: SiblingReader): Promise<Uint8Array> {
  const entries = new Map(
    bytesOf(fields, 13).map((raw) => {
      const pair = fieldsOf(raw, where);
      return [textOf(pair, 1), textOf(pair, 2)] as const;
    }),
  );
  const location = entries.get("location") ?? "";
  if (location === "" || /^([a-z]+:|[/\\])|(^|[/\\])\.\.([/\\]|$)/i.test(location)) {
    throw new EvanesceError(where, "data beside the file", location, "put them into its folder");
  }
  const bytes = await readSibling(location);
  if (bytes === undefined) {
    throw new EvanesceError(
      where,
      `the file ${location}`,
      "none",
      `pass it: { files: { ${JSON.stringify(location)}: bytes } }`,
    );
  }
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? bytes.length - offset);
  if (!(offset >= 0) || !(length >= 0) || offset + length > bytes.length) {
    throw new EvanesceError(
      where,
      `data within the ${bytes.length} bytes of ${location}`,
      `${length} at ${offset}`,
      "copy it again",
    );
  }
  return bytes.subarray(offset, offset + length);
}
