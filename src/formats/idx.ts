import { EvanesceError } from "../base/errors.ts";
import { type Dtype, elementCount, type NdArray } from "./array.ts";
import { decodeElements, ELEMENT_BYTES, requireDataBytes } from "./elements.ts";
import { gunzip } from "./gzip.ts";

const REMEDY = "check that this is an IDX file, e.g. train-images-idx3-ubyte";

/** The third byte of the magic number. */
const DTYPES: Readonly<Record<number, Dtype>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * One array in the IDX format of MNIST (LeCun, Cortes and Burges 1998): two zero bytes, a type, the number of axes, the
 * axes as big-endian uint32, then big-endian data. Gzip is undone first.
 *
 * @param name the file's name, for messages
 * @returns a copy, never a view of `bytes`
 * @throws EvanesceError for a file that is truncated, too long or malformed
 */
export function readIdx(bytes: Uint8Array, name: string): NdArray {
  const plain = gunzip(bytes, name, (head) => {
    const { dtype, count, dataStart } = readHeader(head, name);
    return dataStart + count * ELEMENT_BYTES[dtype];
  });
  const { dtype, shape, count, dataStart } = readHeader(plain, name);
  requireDataBytes(name, shape, dtype, plain.length - dataStart, REMEDY);
  return { shape, dtype, data: decodeElements(name, dtype, plain, dataStart, count, false) };
}

/** The type and the shape of the array, and where its data begin. */
function readHeader(plain: Uint8Array, name: string) {
  if (plain.length < 4) {
    throw new EvanesceError(name, "an IDX file of at least 4 bytes", `${plain.length} bytes`, REMEDY);
  }
  const dtype = DTYPES[plain[2]];
  const axes = plain[3];
  if (plain[0] !== 0 || plain[1] !== 0 || dtype === undefined || axes === 0) {
    const rule = `an IDX file, which begins 0 0, a type of ${Object.keys(DTYPES).join(", ")}, and a number of axes ≥ 1`;
    throw new EvanesceError(name, rule, [...plain.subarray(0, 4)], REMEDY);
  }
  const dataStart = 4 + 4 * axes;
  if (plain.length < dataStart) {
    const rule = `a header of ${dataStart} bytes, for ${axes} axes`;
    throw new EvanesceError(name, rule, `${plain.length} bytes`, "the file is truncated: copy it again");
  }
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis, false));
  return { dtype, shape, count: elementCount(name, shape), dataStart };
}
