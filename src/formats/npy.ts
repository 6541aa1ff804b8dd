import { EvanesceError } from "../base/errors.ts";
import { type Dtype, elementCount, type NdArray, type NumericData } from "./array.ts";
import { decodeElements, encodeElements, requireDataBytes, requireHeaderWithin } from "./elements.ts";
import { parseNpyHeader } from "./npy-header.ts";
import { decodeText } from "./text.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"

/** NumPy itself reads headers of plain numbers up to 10,000 bytes. */
const MOST_HEADER_BYTES = 65_536;

const DTYPES: Readonly<Record<string, Dtype>> = {
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  b1: "bool",
};

/**
 * One array in NumPy's `.npy` format, versions 1 to 3 (NEP 1, Kern 2007), either byte order, C or Fortran order.
 *
 * @param name the file's name, for messages
 * @returns row-major whatever the file's order was; a copy, never a view of `bytes`
 * @throws EvanesceError for a file that is truncated, too long, malformed, or not of plain numbers
 */
export function readNpy(bytes: Uint8Array, name: string): NdArray {
  const remedy = "write the array again with numpy.save";
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const got = bytes.length < 10 ? `${bytes.length} bytes` : decodeBytes(bytes.subarray(0, 6));
    throw new EvanesceError(name, "an .npy file, which begins \\x93NUMPY", got, remedy);
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new EvanesceError(name, "an .npy file of version 1, 2 or 3", `${version}.${bytes[7]}`, remedy);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) throw new EvanesceError(name, "a whole header", `${bytes.length} bytes`, remedy);
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerLength > MOST_HEADER_BYTES) {
    throw new EvanesceError(name, `a header of at most ${MOST_HEADER_BYTES} bytes`, headerLength, remedy);
  }
  const dataStart = headerStart + headerLength;
  requireHeaderWithin(name, bytes, dataStart);
  const headerBytes = bytes.subarray(headerStart, dataStart);
  const text = version === 3 ? decodeText(name, headerBytes) : decodeBytes(headerBytes);
  const { descr, fortranOrder, shape } = parseNpyHeader(name, text);
  const match = /^([<>|=])([a-z]\d+)$/.exec(descr);
  const dtype = match === null ? undefined : DTYPES[match[2]];
  if (match === null || dtype === undefined) {
    throw new EvanesceError(
      name,
      `one of the dtypes ${Object.keys(DTYPES).join(", ")}`,
      descr,
      "convert the array with .astype, e.g. to float32",
    );
  }
  const count = elementCount(name, shape);
  requireDataBytes(name, shape, dtype, bytes.length - dataStart, remedy);
  const data = decodeElements(name, dtype, bytes, dataStart, count, match[1] !== ">");
  return { shape, dtype, data: fortranOrder ? toRowMajor(data, shape) : data };
}

/**
 * An `.npy` file, version 1, little endian, C order.
 *
 * @throws EvanesceError where the data do not fill the shape
 */
export function writeNpy(array: {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}): Uint8Array {
  const { shape, data } = array;
  const count = elementCount("array.shape", shape);
  if (count !== data.length) {
    throw new EvanesceError(
      "array.data",
      `${count} elements for shape [${shape.join(", ")}]`,
      data.length,
      "match them",
    );
  }
  const descr = data instanceof Int32Array ? "<i4" : data instanceof Float32Array ? "<f4" : "<f8";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The data begin at a multiple of 64 bytes, after a newline.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = `${dictionary.padEnd(headerLength - 1)}\n`;
  const bytes = new Uint8Array(10 + headerLength + data.byteLength);
  bytes.set([...MAGIC, 1, 0, headerLength & 255, headerLength >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  encodeElements(data, bytes, 10 + headerLength);
  return bytes;
}

/** Fortran order, first axis fastest, to C order, last axis fastest. */
function toRowMajor<Data extends NumericData>(data: Data, shape: readonly number[]): Data {
  if (shape.length < 2 || data.length === 0) return data;
  const result = data.slice() as Data;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  let source = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[source];
    // The next index: count up the last axis, and carry.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** One character for each byte (Latin-1), as in header versions 1 and 2. */
function decodeBytes(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
