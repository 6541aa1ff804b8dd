/*
 * A dataset's bytes: compact, contiguous, or in chunks with a version-1 B-tree as index, deflated and shuffled
 * (IV.A.2.i and l).
 */
import { elementCount } from "../../formats/array.ts";
import { Cursor, type HdfFile, isUndefined } from "./bytes.ts";
import { MESSAGE, type Message } from "./objects.ts";

export function datasetBytes(
  file: HdfFile,
  messages: readonly Message[],
  shape: readonly number[],
  size: number,
): Uint8Array {
  const layout = messages.find(({ type }) => type === MESSAGE.layout);
  if (layout === undefined) throw file.bad("a dataset's layout", "none");
  const length = elementCount(file.name, shape) * size;
  file.budget.bytes -= length;
  if (file.budget.bytes < 0) throw file.bad("data that the file can hold", `${length} bytes`);
  const cursor = new Cursor(file, layout.at);
  const version = cursor.u8();
  if (version !== 3 && version !== 4) throw file.unsupported(`a data layout of version ${version}`);
  const kind = cursor.u8();
  if (kind === 0) return filled(file, cursor.bytes(cursor.u16()), length);
  if (kind === 1) {
    const address = cursor.u64();
    if (isUndefined(address)) return new Uint8Array(length); // never written: zeros
    return length === 0 ? new Uint8Array(0) : filled(file, file.from(address).bytes(length), length);
  }
  if (kind !== 2 || version !== 3) throw file.unsupported("chunks with an index of HDF5 1.10 (libver latest)");
  const rank = cursor.u8() - 1;
  const tree = cursor.u64();
  const chunk = Array.from({ length: rank }, () => cursor.u32());
  if (rank !== shape.length || chunk.some((axis) => axis === 0)) throw file.bad("chunks of the data's rank", chunk);
  const whole = new Uint8Array(length);
  if (!isUndefined(tree)) chunks(file, tree, { whole, shape, chunk, size, filters: filtersOf(file, messages) });
  return whole;
}

function filled(file: HdfFile, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length < length) throw file.bad(`${length} bytes of data`, bytes.length);
  return bytes.subarray(0, length);
}

interface Chunked {
  readonly whole: Uint8Array;
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  /** Bytes of an element. */
  readonly size: number;
  readonly filters: readonly number[];
}

function chunks(file: HdfFile, tree: number, into: Chunked): void {
  const length = into.chunk.reduce((product, axis) => product * axis, into.size);
  const visit = (address: number, depth: number): void => {
    const node = file.from(address).signature("TREE");
    node.u8();
    const level = node.u8();
    const count = node.u16();
    node.skip(16);
    if (depth > 16) throw file.bad("a tree of at most 16 levels", depth);
    for (let i = 0; i < count; i++) {
      const stored = node.u32();
      const mask = node.u32();
      const offset = into.chunk.map(() => node.u64());
      node.u64();
      const child = node.u64();
      if (level > 0) {
        visit(child, depth + 1);
        continue;
      }
      file.budget.bytes -= length;
      if (file.budget.bytes < 0) throw file.bad("data that the file can hold", `${length} bytes a chunk`);
      let data = file.from(child).bytes(stored);
      for (let f = into.filters.length - 1; f >= 0; f--) {
        if ((mask & (1 << f)) === 0) data = unfiltered(file, into.filters[f], data, length, into.size);
      }
      place(filled(file, data, length), offset, into);
    }
  };
  visit(tree, 0);
}

function unfiltered(file: HdfFile, filter: number, data: Uint8Array, length: number, size: number): Uint8Array {
  if (filter === 1) return file.inflate(data, length + 4, file.name);
  if (filter === 2) {
    const count = Math.floor(data.length / size);
    const result = data.slice();
    for (let i = 0; i < count; i++)
      for (let byte = 0; byte < size; byte++) result[i * size + byte] = data[byte * count + i];
    return result;
  }
  if (filter === 3) return data.subarray(0, data.length - 4); // a checksum follows the data
  throw file.unsupported(`filter ${filter} (compression other than gzip)`);
}

/** Copies the rows of a chunk that lie within the dataset. */
function place(data: Uint8Array, offset: readonly number[], { whole, shape, chunk, size }: Chunked): void {
  const rank = shape.length;
  if (rank === 0) {
    whole.set(data.subarray(0, size));
    return;
  }
  const last = rank - 1;
  const run = Math.min(chunk[last], shape[last] - offset[last]);
  if (run <= 0) return;
  const rows = chunk.slice(0, -1).reduce((product, axis) => product * axis, 1);
  const position = new Array<number>(last).fill(0);
  for (let row = 0; row < rows; row++) {
    let target = 0;
    let inside = true;
    for (let axis = 0; axis < last; axis++) {
      const at = offset[axis] + position[axis];
      inside &&= at < shape[axis];
      target = target * shape[axis] + at;
    }
    if (inside) {
      const from = row * chunk[last] * size;
      whole.set(data.subarray(from, from + run * size), (target * shape[last] + offset[last]) * size);
    }
    for (let axis = last - 1; axis >= 0 && ++position[axis] === chunk[axis]; axis--) position[axis] = 0;
  }
}

function filtersOf(file: HdfFile, messages: readonly Message[]): number[] {
  const message = messages.find(({ type }) => type === MESSAGE.filters);
  if (message === undefined) return [];
  const cursor = new Cursor(file, message.at);
  const version = cursor.u8();
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.u16();
    const values = cursor.u16();
    cursor.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    cursor.skip(4 * (version === 1 && values % 2 === 1 ? values + 1 : values));
    return id;
  });
}
