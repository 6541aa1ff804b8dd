/*
 * Datatype and dataspace messages (HDF5 File Format Specification 3.0, IV.A.2.b and d).
 */
import { type Dtype, elementCount } from "../../formats/array.ts";
import type { Cursor } from "./bytes.ts";

export type HdfType =
  | { readonly kind: "number"; readonly dtype: Dtype; readonly size: number; readonly littleEndian: boolean }
  | { readonly kind: "text"; readonly size: number }
  | { readonly kind: "variable text"; readonly size: number }
  | { readonly kind: "other"; readonly size: number };

const INTEGERS: Readonly<Record<string, Dtype>> = {
  s1: "int8",
  s2: "int16",
  s4: "int32",
  s8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
};
const FLOATS: Readonly<Record<number, Dtype>> = { 2: "float16", 4: "float32", 8: "float64" };

export function readType(cursor: Cursor): HdfType {
  const first = cursor.u8();
  const bits = cursor.u8() | (cursor.u8() << 8) | (cursor.u8() << 16);
  const size = cursor.u32();
  const littleEndian = (bits & 1) === 0;
  switch (first & 15) {
    case 0: {
      const dtype = INTEGERS[`${(bits & 8) !== 0 ? "s" : "u"}${size}`];
      return dtype === undefined ? { kind: "other", size } : { kind: "number", dtype, size, littleEndian };
    }
    case 1: {
      // only IEEE formats: the layout of exponent and fraction follows from the size, except for bfloat16, which is
      // checked
      const at = cursor.at;
      cursor.skip(4);
      const exponentAt = cursor.u8();
      cursor.at = at;
      const dtype = size === 2 && exponentAt === 7 ? "bfloat16" : FLOATS[size];
      return dtype === undefined ? { kind: "other", size } : { kind: "number", dtype, size, littleEndian };
    }
    case 3:
      return { kind: "text", size };
    case 9:
      return (bits & 15) === 1 ? { kind: "variable text", size } : { kind: "other", size };
    default:
      return { kind: "other", size };
  }
}

/** The shape: `[]` for a scalar. */
export function readShape(cursor: Cursor): number[] {
  const version = cursor.u8();
  const rank = cursor.u8();
  cursor.u8();
  if (version === 1) cursor.skip(5);
  else if (version !== 2) throw cursor.file.unsupported(`a dataspace of version ${version}`);
  else if (cursor.u8() === 2) return [0]; // a null dataspace holds nothing
  if (rank > 32) throw cursor.file.bad("at most 32 axes", rank);
  const shape = Array.from({ length: rank }, () => cursor.u64());
  elementCount(cursor.file.name, shape);
  return shape;
}
