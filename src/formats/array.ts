import { EvanesceError } from "../base/errors.ts";

/** The type of an element in the file. `data` holds it exactly, in the narrowest JavaScript type that can. */
export type Dtype =
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool";

export type NumericData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** An array as read from a file: row-major whatever the file's order was. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /**
   * The product of `shape` elements. float16 and bfloat16 come as Float32Array and 64-bit integers as Float64Array,
   * both without loss; bool as Uint8Array of 0 and 1.
   */
  readonly data: NumericData;
}

/** A caller's own array. If `dtype` is absent, it is that of `data`. */
export interface ShapedData {
  readonly shape: readonly number[];
  readonly data: NumericData;
  readonly dtype?: Dtype;
}

/** NumPy's limit on the number of axes. */
const MOST_AXES = 64;

/**
 * The product of `shape`, 1 for a scalar's `[]`.
 *
 * @throws EvanesceError unless every axis is a whole number ≥ 0 and the product is at most 2⁵³ − 1
 */
export function elementCount(where: string, shape: readonly unknown[]): number {
  if (shape.length > MOST_AXES) {
    throw new EvanesceError(where, `a shape of at most ${MOST_AXES} axes`, shape.length, "reshape the array");
  }
  let product = 1; // without the axes that are zero, so that [0, 2⁵², 2⁵²] overflows too
  let empty = false;
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || (axis as number) < 0) {
      throw new EvanesceError(where, "a shape of whole numbers ≥ 0", shape, "write the file again");
    }
    if (axis === 0) empty = true;
    else product *= axis as number;
    if (product > Number.MAX_SAFE_INTEGER) {
      throw new EvanesceError(where, "a shape whose product is below 2^53", shape, "write the file again");
    }
  }
  return empty ? 0 : product;
}

/** `rnn.weight[2, 5]`: the element at `index` of a row-major array. */
export function elementName(name: string, index: number, shape?: readonly number[]): string {
  if (shape === undefined) return `${name}[${index}]`;
  const position: number[] = [];
  let rest = index;
  for (const axis of [...shape].reverse()) {
    position.unshift(rest % axis);
    rest = Math.floor(rest / axis);
  }
  return position.length === 0 ? name : `${name}[${position.join(", ")}]`;
}

/**
 * Refuses NaN and ±∞.
 *
 * @param name the array's name in messages, e.g. `X.npy` or `W.safetensors: readout.weight`
 * @param shape names the element by its position on every axis rather than by one flat index
 * @throws EvanesceError naming the first element that is not finite: NaN, Infinity and -Infinity told apart
 */
export function requireFinite(name: string, data: ArrayLike<number>, shape?: readonly number[]): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new EvanesceError(
        elementName(name, i, shape),
        "a finite number",
        data[i],
        "replace or leave out the value",
      );
    }
  }
}

/**
 * The array as float32. A float64 is rounded to nearest; an integer must be exact.
 *
 * @returns a copy, unless the data are float32 already
 * @throws EvanesceError where a finite value becomes infinite or an integer is rounded
 */
export function toFloat32(name: string, array: ShapedData): Float32Array {
  const { data, shape } = array;
  if (data instanceof Float32Array) return data;
  const result = Float32Array.from(data);
  // 64-bit integers arrive as Float64Array too: the dtype tells them apart.
  const exact = isInteger(array);
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i]) && !Number.isFinite(result[i])) {
      throw new EvanesceError(elementName(name, i, shape), "at most 3.4e38, for float32", data[i], "rescale the data");
    }
    if (exact && result[i] !== data[i]) {
      throw new EvanesceError(
        elementName(name, i, shape),
        "an integer float32 holds exactly",
        data[i],
        "store it as a float, or rescale the data",
      );
    }
  }
  return result;
}

/** Whether the data are whole numbers by type, as class indices must be. */
export function isInteger(array: ShapedData): boolean {
  if (array.dtype !== undefined) return array.dtype.includes("int");
  return !(array.data instanceof Float32Array || array.data instanceof Float64Array);
}

/**
 * Integers of any width as int32.
 *
 * @returns a copy, unless the data are int32 already
 * @throws EvanesceError for a value outside int32, or not whole
 */
export function toInt32(name: string, array: ShapedData): Int32Array {
  const { data, shape } = array;
  if (data instanceof Int32Array) return data;
  const result = Int32Array.from(data);
  for (let i = 0; i < data.length; i++) {
    if (result[i] !== data[i]) {
      throw new EvanesceError(
        elementName(name, i, shape),
        "a whole number from -2147483648 to 2147483647",
        data[i],
        "store it as int32",
      );
    }
  }
  return result;
}
