/*
 * Reads the part of HDF5 that h5py's defaults and Keras write, with limits. jsfive reads more, but follows a
 * damaged file without end; h5wasm is four megabytes.
 */
import { concatenated } from "../../base/concatenated.ts";
import { elementCount, type NdArray } from "../../formats/array.ts";
import { decodeElements } from "../../formats/elements.ts";
import { Cursor, HdfFile } from "./bytes.ts";
import { datasetBytes } from "./dataset.ts";
import { linksOf, MESSAGE, type Message, messagesAt, rootAddress } from "./objects.ts";
import { type HdfType, readShape, readType } from "./types.ts";

/** A group or a dataset. */
export interface HdfNode {
  readonly name: string;
  readonly isDataset: boolean;
  /** Names of a group's members, in the file's order. */
  readonly names: readonly string[];
  /** A member, by a path with slashes; undefined if there is none. */
  child(path: string): HdfNode | undefined;
  /** An attribute's text, or texts; undefined where there is none. */
  texts(attribute: string): readonly string[] | undefined;
  /** A dataset of numbers. @throws EvanesceError for a dataset of another kind */
  array(): NdArray;
}

/** Where the signature "\x89HDF\r\n\x1a\n" stands: at 0, or at 512, 1024, … after a user block. */
function base(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at = at === 0 ? 512 : 2 * at) {
    if (bytes[at] === 0x89 && bytes[at + 1] === 0x48 && bytes[at + 2] === 0x44 && bytes[at + 3] === 0x46) return at;
  }
  return 0;
}

/**
 * The root group of an HDF5 file.
 * @throws EvanesceError for a file that is damaged, or uses features that h5py's defaults do not
 */
export async function openHdf5(bytes: Uint8Array, name: string): Promise<HdfNode> {
  const { Unzlib } = await import("fflate");
  const file: HdfFile = new HdfFile(bytes.subarray(base(bytes)), name, (data, most, where) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    const stream = new Unzlib((chunk) => {
      length += chunk.length;
      if (length > most) throw file.bad(`chunks of at most ${most} bytes`, "more");
      parts.push(chunk);
    });
    try {
      for (let at = 0; at < data.length; at += 8192)
        stream.push(data.subarray(at, at + 8192), at + 8192 >= data.length);
    } catch (error) {
      if ((error as Error).name === "EvanesceError") throw error;
      throw file.bad(`valid DEFLATE in ${where}`, (error as Error).message);
    }
    return concatenated(parts);
  });
  return node(file, rootAddress(file), "");
}

function node(file: HdfFile, address: number, name: string): HdfNode {
  const messages = messagesAt(file, address);
  const isDataset = messages.some(({ type }) => type === MESSAGE.layout);
  const links = isDataset ? new Map<string, number>() : linksOf(file, messages);
  const child = (path: string): HdfNode | undefined => {
    const [first, ...rest] = path.split("/").filter((part) => part !== "");
    const found = first === undefined ? undefined : links.get(first);
    if (found === undefined) return undefined;
    const member = node(file, found, `${name}/${first}`);
    return rest.length === 0 ? member : member.child(rest.join("/"));
  };
  return {
    name,
    isDataset,
    names: [...links.keys()],
    child,
    texts: (attribute) => textsOf(file, messages, attribute),
    array: () => arrayOf(file, messages, name),
  };
}

function arrayOf(file: HdfFile, messages: readonly Message[], name: string): NdArray {
  const space = messages.find(({ type }) => type === MESSAGE.dataspace);
  const datatype = messages.find(({ type }) => type === MESSAGE.datatype);
  if (space === undefined || datatype === undefined) throw file.bad(`a dataset at ${name}`, "none");
  const type = readType(new Cursor(file, datatype.at));
  if (type.kind !== "number") throw file.unsupported(`${name}, which holds no numbers`);
  const shape = readShape(new Cursor(file, space.at));
  const bytes = datasetBytes(file, messages, shape, type.size);
  const data = decodeElements(
    `${file.name}: ${name}`,
    type.dtype,
    bytes,
    0,
    elementCount(file.name, shape),
    type.littleEndian,
  );
  return { shape, dtype: type.dtype, data };
}

/** Attribute messages (IV.A.2.m), their text fixed in length, or variable in a global heap. */
function textsOf(file: HdfFile, messages: readonly Message[], wanted: string): string[] | undefined {
  for (const { type, at } of messages) {
    if (type !== MESSAGE.attribute) continue;
    const cursor = new Cursor(file, at);
    const version = cursor.u8();
    if (version < 1 || version > 3) throw file.unsupported(`an attribute of version ${version}`);
    cursor.u8();
    const sizes = [cursor.u16(), cursor.u16(), cursor.u16()];
    if (version === 3) cursor.u8();
    const [nameAt, typeAt, spaceAt] = sizes.map((size) => cursor.skip(version === 1 ? Math.ceil(size / 8) * 8 : size));
    if (new Cursor(file, nameAt).text(sizes[0]) !== wanted) continue;
    const shape = readShape(new Cursor(file, spaceAt));
    return texts(cursor, readType(new Cursor(file, typeAt)), elementCount(file.name, shape), wanted);
  }
  if (messages.some(({ type }) => type === MESSAGE.attributeInfo) && hasDenseAttributes(file, messages)) {
    throw file.unsupported("attributes in a fractal heap (libver latest)");
  }
  return undefined;
}

function hasDenseAttributes(file: HdfFile, messages: readonly Message[]): boolean {
  const cursor = new Cursor(file, messages.find(({ type }) => type === MESSAGE.attributeInfo)!.at);
  cursor.u8();
  if ((cursor.u8() & 1) !== 0) cursor.skip(2);
  return cursor.u64() < 2 ** 63;
}

function texts(cursor: Cursor, type: HdfType, count: number, attribute: string): string[] {
  const { file } = cursor;
  if (count > 100_000) throw file.bad("at most 100,000 texts", count);
  if (count === 0) return []; // an empty list has no type of its own
  if (type.kind === "text") return Array.from({ length: count }, () => cursor.text(type.size));
  if (type.kind !== "variable text") throw file.unsupported(`attribute ${attribute}, which is not a text`);
  return Array.from({ length: count }, () => {
    const length = cursor.u32();
    const heap = cursor.u64();
    const index = cursor.u32();
    return length === 0 ? "" : heapText(file, heap, index, length);
  });
}

/** Global heap (III.E): a collection of numbered objects. */
function heapText(file: HdfFile, address: number, index: number, length: number): string {
  const cursor = file.from(address).signature("GCOL");
  cursor.skip(4);
  const end = address + cursor.u64();
  while (cursor.at + 16 <= end) {
    const object = cursor.u16();
    cursor.skip(6);
    const size = cursor.u64();
    if (object === index) {
      if (length > size) throw file.bad("a text within its heap object", length);
      return cursor.text(length);
    }
    if (object === 0) break; // free space
    cursor.skip(Math.ceil(size / 8) * 8);
  }
  throw file.bad(`object ${index} of a heap`, "none");
}
