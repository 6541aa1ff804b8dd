import { EvanesceError } from "../base/errors.ts";
import { type Dtype, elementCount, elementName, type NumericData } from "./array.ts";

/** Bytes an element takes in a file. */
export const ELEMENT_BYTES: Readonly<Record<Dtype, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};

/** @throws EvanesceError unless the elements of the shape take `present` bytes; `remedy` is for too many bytes */
export function requireDataBytes(
  where: string,
  shape: readonly number[],
  dtype: Dtype,
  present: number,
  remedy: string,
): void {
  const expected = elementCount(where, shape) * ELEMENT_BYTES[dtype];
  if (present === expected) return;
  throw new EvanesceError(
    where,
    `${expected} bytes of data for shape [${shape.join(", ")}] of ${dtype}`,
    `${present} bytes`,
    present < expected ? "the file is truncated: copy it again" : remedy,
  );
}

const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * `count` elements of `dtype` at `offset` of `bytes`, copied: the result never shares the file's memory.
 * The caller has checked that they lie within `bytes`.
 *
 * @throws EvanesceError for a 64-bit integer beyond ±(2⁵³ − 1), which float64 would round
 */
export function decodeElements(
  where: string,
  dtype: Dtype,
  bytes: Uint8Array,
  offset: number,
  count: number,
  littleEndian = true,
): NumericData {
  const size = ELEMENT_BYTES[dtype];
  // Not bytes.slice(): a Node Buffer's slice is a view, and a view need not be aligned.
  const copy = new Uint8Array(count * size);
  copy.set(bytes.subarray(offset, offset + count * size));
  if (size > 1 && littleEndian !== HOST_IS_LITTLE) swapBytes(copy, size);
  switch (dtype) {
    case "float32":
      return new Float32Array(copy.buffer);
    case "float64":
      return new Float64Array(copy.buffer);
    case "float16":
      return Float32Array.from(new Uint16Array(copy.buffer), fromFloat16);
    case "bfloat16":
      return fromBfloat16(new Uint16Array(copy.buffer));
    case "int8":
      return new Int8Array(copy.buffer);
    case "int16":
      return new Int16Array(copy.buffer);
    case "int32":
      return new Int32Array(copy.buffer);
    case "uint8":
      return copy;
    case "bool":
      return copy.map((value) => (value === 0 ? 0 : 1));
    case "uint16":
      return new Uint16Array(copy.buffer);
    case "uint32":
      return new Uint32Array(copy.buffer);
    case "int64":
      return fromInt64(where, new BigInt64Array(copy.buffer));
    case "uint64":
      return fromInt64(where, new BigUint64Array(copy.buffer));
  }
}

/** Little-endian bytes of `data`, copied to `target` at `offset`. */
export function encodeElements(
  data: Float32Array | Float64Array | Int32Array,
  target: Uint8Array,
  offset: number,
): void {
  target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
  if (!HOST_IS_LITTLE) swapBytes(target.subarray(offset, offset + data.byteLength), data.BYTES_PER_ELEMENT);
}

/** Reverses the bytes of every element, in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i] << 16;
  return new Float32Array(words.buffer);
}

function fromInt64(where: string, values: BigInt64Array | BigUint64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = Number(values[i]);
    if (!Number.isSafeInteger(result[i])) {
      throw new EvanesceError(
        elementName(where, i),
        "a 64-bit integer within ±(2^53 − 1)",
        values[i],
        "store it as int32 or float64",
      );
    }
  }
  return result;
}

/** @throws EvanesceError where a file ends before its header does */
export function requireHeaderWithin(name: string, { length }: Uint8Array, dataStart: number): void {
  if (dataStart <= length) return;
  const rule = `a header within the file's ${length} bytes`;
  throw new EvanesceError(
    name,
    rule,
    `a header that ends at byte ${dataStart}`,
    "the file is truncated: copy it again",
  );
}
