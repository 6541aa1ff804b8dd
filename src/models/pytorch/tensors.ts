/*
 * PyTorch's tensors in a pickle: calls of torch._utils._rebuild_tensor_v2 and similar functions on storages, which are
 * persistent objects (torch/serialization.py, torch/_utils.py). A tensor is a view: an offset, a shape and strides.
 */
import { EvanesceError } from "../../base/errors.ts";
import { type Dtype, elementCount, type NdArray } from "../../formats/array.ts";
import { decodeElements, ELEMENT_BYTES } from "../../formats/elements.ts";
import { Global, Made, Persistent, type PickleValue } from "../pickle/values.ts";
import { QUANTIZED } from "../quantized.ts";

export const STORAGES: Readonly<Record<string, Dtype>> = {
  FloatStorage: "float32",
  DoubleStorage: "float64",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

const DTYPES: Readonly<Record<string, Dtype>> = {
  float32: "float32",
  float: "float32",
  float64: "float64",
  double: "float64",
  float16: "float16",
  half: "float16",
  bfloat16: "bfloat16",
  int64: "int64",
  long: "int64",
  int32: "int32",
  int: "int32",
  int16: "int16",
  int8: "int8",
  uint8: "uint8",
  bool: "bool",
};

/** The kind of a tensor that has no plain array of numbers. */
export class StrangeTensor {
  constructor(readonly what: string) {}
}

/** Bytes of the storages by key, and their order. */
export interface Storages {
  get(key: string): Uint8Array | undefined;
  readonly littleEndian: boolean;
}

/** Calls whose result is no plain tensor, by name, with the kind of tensor that they give. */
const STRANGE: readonly (readonly [RegExp, string])[] = [
  [/_rebuild_qtensor$/, QUANTIZED],
  [/_rebuild_sparse(_\w+)?_tensor$/, "a sparse tensor"],
  [/_rebuild_nested_tensor$/, "a nested tensor"],
  [/_rebuild_meta_tensor/, "a tensor on the meta device, which has no values"],
  [/ShardedTensor|DTensor|_sharded_tensor/, "a tensor sharded over devices"],
  [/UninitializedParameter$/, "a parameter of a lazy module that has seen no data"],
];

/**
 * Reads a value of a pickle as a tensor; undefined if it is none.
 * @throws EvanesceError for a tensor that lies outside its storage, or whose storage is missing
 */
export function tensorOf(
  value: PickleValue | undefined,
  storages: Storages,
  where: string,
): NdArray | StrangeTensor | undefined {
  for (let depth = 0; depth < 8; depth++) {
    if (!(value instanceof Made)) return undefined;
    const { type, args } = value;
    const kind = STRANGE.find(([pattern]) => pattern.test(type));
    if (kind !== undefined) return new StrangeTensor(kind[1]);
    if (/^torch\._utils\._rebuild_tensor(_v[123])?$/.test(type)) return rebuilt(args, storages, where);
    // a parameter wraps a tensor; a tensor of a subclass wraps the call that makes it
    if (/^torch\._utils\._rebuild_parameter/.test(type)) value = args[0];
    else if (type === "torch.nn.parameter.Parameter" || type === "torch.nn.parameter.Buffer") value = args[0];
    else if (type === "torch._tensor._rebuild_from_type_v2" && Array.isArray(args[2]))
      value = new Made(args[0], args[2]);
    else return undefined;
  }
  return undefined;
}

function rebuilt(args: readonly PickleValue[], storages: Storages, where: string): NdArray | StrangeTensor {
  const [storage, offset, size, stride] = args;
  const id = storage instanceof Persistent && Array.isArray(storage.id) ? storage.id : [];
  const [tag, type, key] = id;
  if (tag !== "storage" || !(type instanceof Global)) throw malformed(where, "a tensor over a storage", typeof storage);
  // _rebuild_tensor_v3 gives the dtype beside an untyped storage
  const typed = args.find(
    (arg): arg is Global => arg instanceof Global && arg.module === "torch" && arg.name in DTYPES,
  );
  const dtype = STORAGES[type.name] ?? (typed === undefined ? undefined : DTYPES[typed.name]);
  if (dtype === undefined) {
    if (/^Q(U?)Int/.test(type.name)) return new StrangeTensor(QUANTIZED);
    return new StrangeTensor(`a tensor of torch.${typed?.name ?? type.name}, which has no plain numbers`);
  }
  const shape = whole(size, where);
  const strides = whole(stride, where);
  const count = elementCount(where, shape);
  const bytes = storages.get(String(key));
  if (bytes === undefined) throw malformed(where, `the storage ${String(key)} in the file`, "none");
  const held = Math.floor(bytes.length / ELEMENT_BYTES[dtype]);
  const first = Number(offset);
  const last = count === 0 ? first : shape.reduce((at, axis, i) => at + (axis - 1) * strides[i], first);
  if (!(first >= 0) || strides.length !== shape.length || (count > 0 && last >= held)) {
    throw malformed(where, `a tensor within its storage of ${held} elements`, `elements ${first} to ${last}`);
  }
  return { shape, dtype, data: gathered(where, dtype, bytes, first, shape, strides, count, storages.littleEndian) };
}

/**
 * The row-major elements of a view. A view may repeat elements, and each copy takes memory, so at most 64 times its
 * storage is allowed.
 */
function gathered(
  where: string,
  dtype: Dtype,
  bytes: Uint8Array,
  first: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
  littleEndian: boolean,
): NdArray["data"] {
  const size = ELEMENT_BYTES[dtype];
  let dense = 1;
  const contiguous = shape.every((_, i) => {
    const axis = shape.length - 1 - i;
    const fits = shape[axis] === 1 || strides[axis] === dense;
    dense *= shape[axis];
    return fits;
  });
  if (contiguous || count === 0) return decodeElements(where, dtype, bytes, first * size, count, littleEndian);
  if (count * size > 64 * bytes.length) throw malformed(where, "a tensor its storage fills", `${count} elements`);
  const packed = new Uint8Array(count * size);
  const position = new Array<number>(shape.length).fill(0);
  let at = first;
  for (let i = 0; i < count; i++) {
    packed.set(bytes.subarray(at * size, (at + 1) * size), i * size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++position[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
  return decodeElements(where, dtype, packed, 0, count, littleEndian);
}

function whole(value: PickleValue | undefined, where: string): number[] {
  const list = value instanceof Made && value.type === "torch.Size" ? value.args[0] : value;
  if (!Array.isArray(list) || !list.every((item) => Number.isSafeInteger(item) && (item as number) >= 0)) {
    throw malformed(where, "a shape and strides of whole numbers ≥ 0", typeof value);
  }
  return list as number[];
}

const malformed = (where: string, rule: string, got: unknown) =>
  new EvanesceError(where, rule, got, "the file is damaged: save it again");
